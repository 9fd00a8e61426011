/* A library that loads another one by its bare name. */
#include <dlfcn.h>
#include <stddef.h>

__attribute__((visibility("default"))) int take_in_inner(void);

int take_in_inner(void)
{
    void *inner = dlopen("libbootstrap_inner.so", RTLD_NOW | RTLD_LOCAL);
    int (*take)(void);
    int taken;

    if (inner == NULL)
        return -1;
    take = (int (*)(void))dlsym(inner, "take_both");
    taken = take == NULL ? -2 : take();
    dlclose(inner);
    return taken;
}
