/* Every way for a process to end, with threads and locks about: the status and the output stay as they are. */
#include <pthread.h>
#include <signal.h>

#include "tests/bootstrap/cases.h"
#include "tests/support/quiet_barrier.h"

static pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t inner = PTHREAD_MUTEX_INITIALIZER;
static struct quiet_counter started, never;

static void take_both(void)
{
    EXPECT_EQUAL(pthread_mutex_lock(&outer), 0);
    EXPECT_EQUAL(pthread_mutex_lock(&inner), 0);
    EXPECT_EQUAL(pthread_mutex_unlock(&inner), 0);
    EXPECT_EQUAL(pthread_mutex_unlock(&outer), 0);
}

static void *lock_for_ever(void *unused)
{
    quiet_counter_advance(&started);
    for (;;)
        take_both();
    return unused;
}

/* A thread is in the middle of its lock calls whenever a case ends the process. */
static void start_load(void)
{
    pthread_t thread;

    EXPECT_EQUAL(pthread_create(&thread, NULL, lock_for_ever, NULL), 0);
    quiet_counter_await(&started, 1);
}

static void say_at_exit(void)
{
    puts("exit handler");
}

static void say_at_quick_exit(void)
{
    take_both();
    puts("quick exit handler");
    fflush(stdout);
}

static int by_exit(void)
{
    EXPECT_EQUAL(atexit(say_at_exit), 0);
    start_load();
    printf("buffered, ");
    exit(3);
}

static int by_return(void)
{
    EXPECT_EQUAL(atexit(say_at_exit), 0);
    start_load();
    printf("buffered, ");
    return 6;
}

/* What is buffered is lost, and no handler runs. */
static int by_underscore_exit(void)
{
    EXPECT_EQUAL(atexit(say_at_exit), 0);
    start_load();
    printf("buffered, ");
    _exit(4);
}

static int by_c99_exit(void)
{
    EXPECT_EQUAL(atexit(say_at_exit), 0);
    start_load();
    _Exit(256 + 12);
}

static int by_quick_exit(void)
{
    EXPECT_EQUAL(atexit(say_at_exit), 0);
    EXPECT_EQUAL(at_quick_exit(say_at_quick_exit), 0);
    start_load();
    quick_exit(5);
}

static int by_abort(void)
{
    start_load();
    abort();
}

static int by_kill(void)
{
    start_load();
    return kill(getpid(), SIGKILL);
}

static int by_term(void)
{
    start_load();
    return raise(SIGTERM);
}

static int *volatile nowhere;

static int by_segfault(void)
{
    start_load();
    *nowhere = 1;
    return 0;
}

static void segfault_handled(int number)
{
    take_both();
    _exit(number);
}

static int by_segfault_handler(void)
{
    struct sigaction action = {.sa_handler = segfault_handled};

    EXPECT_EQUAL(sigaction(SIGSEGV, &action, NULL), 0);
    *nowhere = 1;
    return 0;
}

static void *exit_from_thread(void *unused)
{
    EXPECT_EQUAL(pthread_mutex_lock(&inner), 0);
    exit(7);
    return unused;
}

static int by_thread(void)
{
    pthread_t thread;

    EXPECT_EQUAL(atexit(say_at_exit), 0);
    EXPECT_EQUAL(pthread_create(&thread, NULL, exit_from_thread, NULL), 0);
    quiet_counter_await(&never, 1);
    return 0;
}

static int holding(void)
{
    EXPECT_EQUAL(pthread_mutex_lock(&outer), 0);
    EXPECT_EQUAL(pthread_mutex_lock(&inner), 0);
    return 0;
}

static int by_exec(void)
{
    start_load();
    execl("/no/such/program", "program", NULL);
    EXPECT_EQUAL(errno, ENOENT);
    take_both();
    execl("/bin/sh", "sh", "-c", "echo another program; exit 9", NULL);
    return CASES_FAILED;
}

/* Exit handlers end the process in their own way. */
static void exit_otherwise(void)
{
    take_both();
    _exit(11);
}

static int by_handler(void)
{
    EXPECT_EQUAL(atexit(exit_otherwise), 0);
    return 1;
}

static const struct bootstrap_case cases[] = {
    {"by_exit", by_exit, "status=3"},
    {"by_return", by_return, "status=6"},
    {"by_underscore_exit", by_underscore_exit, "status=4"},
    {"by_c99_exit", by_c99_exit, "status=12"},
    {"by_quick_exit", by_quick_exit, "status=5"},
    {"by_abort", by_abort, "signal=SIGABRT"},
    {"by_kill", by_kill, "signal=SIGKILL"},
    {"by_term", by_term, "signal=SIGTERM"},
    {"by_segfault", by_segfault, "signal=SIGSEGV"},
    {"by_segfault_handler", by_segfault_handler, "status=11"},
    {"by_thread", by_thread, "status=7"},
    {"holding", holding, ""},
    {"by_exec", by_exec, "status=9"},
    {"by_handler", by_handler, "status=11"},
};
CASES_MAIN(cases)
