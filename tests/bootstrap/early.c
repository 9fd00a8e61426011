/* Locks and threads before main: in the program's own constructors, and in a library's, which may run before any
   constructor of dlcheck. */
#include <pthread.h>

#include "tests/bootstrap/cases.h"

/* early_library.c */
extern int early_library_steps;

static pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t inner = PTHREAD_MUTEX_INITIALIZER;
static int steps, thread_steps;

static void take_both(void)
{
    EXPECT_EQUAL(pthread_mutex_lock(&outer), 0);
    EXPECT_EQUAL(pthread_mutex_lock(&inner), 0);
    steps++;
    EXPECT_EQUAL(pthread_mutex_unlock(&inner), 0);
    EXPECT_EQUAL(pthread_mutex_unlock(&outer), 0);
}

static void take_before_every_constructor(int argument_count, char **arguments, char **environment)
{
    (void)argument_count;
    (void)arguments;
    (void)environment;
    take_both();
}

__attribute__((section(".preinit_array"), used)) static void (*preinit)(int, char **,
                                                                        char **) = take_before_every_constructor;

static void *take_in_thread(void *unused)
{
    take_both();
    thread_steps++;
    return unused;
}

__attribute__((constructor)) static void construct(void)
{
    pthread_t thread;

    take_both();
    EXPECT_EQUAL(pthread_create(&thread, NULL, take_in_thread, NULL), 0);
    EXPECT_EQUAL(pthread_join(thread, NULL), 0);
    if (getenv("BOOTSTRAP_EXIT_EARLY") != NULL)
        exit(7);
}

static int constructors(void)
{
    take_both();
    printf("%d steps here, %d of them in a thread, %d in the library\n", steps, thread_steps, early_library_steps);
    return 0;
}

/* The program is started again, and ends in its constructor. */
static int exit_in_constructor(void)
{
    char *arguments[] = {"early", NULL};

    EXPECT_EQUAL(setenv("BOOTSTRAP_EXIT_EARLY", "1", 1), 0);
    execv("/proc/self/exe", arguments);
    return CASES_FAILED;
}

/* Every function is looked up before the first constructor runs. */
static int bound_at_start(void)
{
    char *arguments[] = {"early", "constructors", NULL};

    EXPECT_EQUAL(setenv("LD_BIND_NOW", "1", 1), 0);
    execv("/proc/self/exe", arguments);
    return CASES_FAILED;
}

static const struct bootstrap_case cases[] = {
    {"constructors", constructors, ""},
    {"exit_in_constructor", exit_in_constructor, "status=7 recordings=2"},
    {"bound_at_start", bound_at_start, "recordings=2"},
};
CASES_MAIN(cases)
