/* Libraries that come and go, with their locks. BOOTSTRAP_LIBRARIES is the folder they are built in. */
#include <dlfcn.h>
#include <pthread.h>

#include "tests/bootstrap/cases.h"

typedef int take_function(void);

static take_function *find(void *library, const char *name)
{
    take_function *function = (take_function *)dlsym(library, name);

    EXPECT(function != NULL);
    return function;
}

static void *open_library(const char *path)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);

    if (library == NULL)
        dprintf(STDERR_FILENO, "%s\n", dlerror());
    EXPECT(library != NULL);
    return library;
}

static int loop(void)
{
    int sum = 0;

    for (int i = 0; i < 1000; i++) {
        void *library = open_library(BOOTSTRAP_LIBRARIES "/libbootstrap_locks.so");

        sum += find(library, "take_both")();
        EXPECT_EQUAL(dlclose(library), 0);
    }
    printf("%d\n", sum);
    return 0;
}

static void *take_in_thread(void *function)
{
    EXPECT_EQUAL(((take_function *)function)(), 1);
    return NULL;
}

/* Two libraries take their two locks in opposite orders, most likely at the same addresses: no cycle. */
static void use_in_threads(const char *path)
{
    void *library = open_library(path);
    pthread_t threads[2];

    for (int i = 0; i < 2; i++)
        EXPECT_EQUAL(pthread_create(&threads[i], NULL, take_in_thread, (void *)find(library, "take_both")), 0);
    for (int i = 0; i < 2; i++)
        EXPECT_EQUAL(pthread_join(threads[i], NULL), 0);
    EXPECT_EQUAL(dlclose(library), 0);
}

static int same_addresses(void)
{
    for (int i = 0; i < 10; i++) {
        use_in_threads(BOOTSTRAP_LIBRARIES "/libbootstrap_locks.so");
        use_in_threads(BOOTSTRAP_LIBRARIES "/libbootstrap_reversed.so");
    }
    return 0;
}

/* The outer library finds the inner one by its own RUNPATH, $ORIGIN/inner: dlopen must see who calls it. */
static int runpath(void)
{
    void *library = open_library(BOOTSTRAP_LIBRARIES "/libbootstrap_outer.so");

    printf("%d\n", find(library, "take_in_inner")());
    EXPECT_EQUAL(dlclose(library), 0);
    return 0;
}

static int errors(void)
{
    EXPECT(dlopen(BOOTSTRAP_LIBRARIES "/no_such_library.so", RTLD_NOW) == NULL);
    EXPECT(dlerror() != NULL);
    EXPECT(dlerror() == NULL);
    return 0;
}

static const struct bootstrap_case cases[] = {
    {"loop", loop, ""},
    {"same_addresses", same_addresses, ""},
    {"runpath", runpath, ""},
    {"errors", errors, "recordings=0"},
};
CASES_MAIN(cases)
