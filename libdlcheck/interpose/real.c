#include "libdlcheck/interpose/real.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static size_t (*allocation_bytes)(void *memory);

/* Nothing else can be done without the function itself: pretending that a lock was taken would be worse. */
static void give_up(const char *name)
{
    static const char text[] = "dlcheck: this C library has no function ";

    syscall(SYS_write, 2, text, sizeof text - 1);
    syscall(SYS_write, 2, name, strlen(name));
    syscall(SYS_write, 2, "\n", 1);
    syscall(SYS_exit_group, 127);
}

static void *look_up(const char *name, const char *version)
{
    void *found = version ? dlvsym(RTLD_NEXT, name, version) : dlsym(RTLD_NEXT, name);

    if (!found)
        give_up(name);
    return found;
}

/* Of the malloc that the program uses: one that does not come with such a function must not be asked by another's.
 */
static void find_allocation_bytes(void)
{
    void *found = dlsym(RTLD_NEXT, "malloc_usable_size");
    Dl_info found_in;
    Dl_info free_in;

    if (found && dladdr(found, &found_in) && dladdr((void *)dlc_real.free, &free_in) &&
        found_in.dli_fbase == free_in.dli_fbase)
        __atomic_store_n((void **)&allocation_bytes, found, __ATOMIC_RELEASE);
}

static void resolve_all(void)
{
    static __thread bool resolving __attribute__((tls_model("initial-exec")));

    if (resolving)
        return;
    resolving = true;
#define DLC_FUNCTION(name, result, parameters, arguments, version)                                                \
    __atomic_store_n((void **)&dlc_real.name, look_up(#name, version), __ATOMIC_RELEASE);
#define DLC_FUNCTION_NORETURN(name, parameters, arguments)                                                        \
    __atomic_store_n((void **)&dlc_real.name, look_up(#name, NULL), __ATOMIC_RELEASE);
#include "libdlcheck/interpose/functions.def"
#undef DLC_FUNCTION
#undef DLC_FUNCTION_NORETURN
    find_allocation_bytes();
    resolving = false;
}

size_t dlc_real_allocation_bytes(void *memory)
{
    return allocation_bytes ? allocation_bytes(memory) : 0;
}

/* A resolver for each function: what its pointer points to at first. When the lookup itself comes here (a malloc
   that locks), the one function is looked up alone. */
#define DLC_FUNCTION(name, result, parameters, arguments, version)                                                \
    static result resolve_##name parameters                                                                       \
    {                                                                                                             \
        resolve_all();                                                                                            \
        if (dlc_real.name == resolve_##name)                                                                      \
            __atomic_store_n((void **)&dlc_real.name, look_up(#name, version), __ATOMIC_RELEASE);                 \
        return dlc_real.name arguments;                                                                           \
    }
#define DLC_FUNCTION_NORETURN(name, parameters, arguments)                                                        \
    static void resolve_##name parameters                                                                         \
    {                                                                                                             \
        resolve_all();                                                                                            \
        dlc_real.name arguments;                                                                                  \
    }
#include "libdlcheck/interpose/functions.def"
#undef DLC_FUNCTION
#undef DLC_FUNCTION_NORETURN

struct dlc_real dlc_real = {
#define DLC_FUNCTION(name, result, parameters, arguments, version) .name = resolve_##name,
#define DLC_FUNCTION_NORETURN(name, parameters, arguments)         .name = resolve_##name,
#include "libdlcheck/interpose/functions.def"
};
