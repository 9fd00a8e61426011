/* What creating, joining, naming and detaching threads returns. */
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <time.h>

#include "tests/bootstrap/cases.h"
#include "tests/support/quiet_barrier.h"

#define UNTOUCHED 4711

static struct quiet_counter gate, passed;

static struct timespec soon(clockid_t clock)
{
    struct timespec time;

    clock_gettime(clock, &time);
    time.tv_nsec += 20000000;
    if (time.tv_nsec >= 1000000000) {
        time.tv_nsec -= 1000000000;
        time.tv_sec++;
    }
    return time;
}

static void *wait_for_gate(void *argument)
{
    quiet_counter_await(&gate, 1);
    quiet_counter_advance(&passed);
    return argument;
}

static void *exit_with(void *argument)
{
    pthread_exit(argument);
}

static void *until_cancelled(void *unused)
{
    while (pause() < 0)
        ;
    return unused;
}

static int values(void)
{
    pthread_t thread;
    void *value;

    quiet_counter_advance(&gate);
    EXPECT_EQUAL(pthread_create(&thread, NULL, wait_for_gate, &gate), 0);
    EXPECT_EQUAL(pthread_join(thread, &value), 0);
    EXPECT(value == &gate);
    EXPECT_EQUAL(pthread_create(&thread, NULL, exit_with, &passed), 0);
    EXPECT_EQUAL(pthread_join(thread, &value), 0);
    EXPECT(value == &passed);
    EXPECT_EQUAL(pthread_create(&thread, NULL, until_cancelled, NULL), 0);
    EXPECT_EQUAL(pthread_cancel(thread), 0);
    EXPECT_EQUAL(pthread_join(thread, &value), 0);
    EXPECT(value == PTHREAD_CANCELED);
    return 0;
}

static int timed_joins(void)
{
    struct timespec wall = soon(CLOCK_REALTIME);
    struct timespec steady = soon(CLOCK_MONOTONIC);
    pthread_t thread;
    void *value = &wall;

    EXPECT_EQUAL(pthread_create(&thread, NULL, wait_for_gate, &gate), 0);
    EXPECT_EQUAL(pthread_tryjoin_np(thread, &value), EBUSY);
    EXPECT_EQUAL(pthread_timedjoin_np(thread, &value, &wall), ETIMEDOUT);
    EXPECT_EQUAL(pthread_clockjoin_np(thread, &value, CLOCK_MONOTONIC, &steady), ETIMEDOUT);
    EXPECT(value == &wall);
    quiet_counter_advance(&gate);
    while (pthread_tryjoin_np(thread, &value) == EBUSY)
        ;
    EXPECT(value == &gate);

    wall.tv_sec += 60;
    EXPECT_EQUAL(pthread_create(&thread, NULL, wait_for_gate, &passed), 0);
    EXPECT_EQUAL(pthread_timedjoin_np(thread, &value, &wall), 0);
    EXPECT(value == &passed);
    steady.tv_sec += 60;
    EXPECT_EQUAL(pthread_create(&thread, NULL, wait_for_gate, &steady), 0);
    EXPECT_EQUAL(pthread_clockjoin_np(thread, &value, CLOCK_MONOTONIC, &steady), 0);
    EXPECT(value == &steady);
    return 0;
}

static int join_errors(void)
{
    pthread_attr_t attributes;
    pthread_t thread;

    EXPECT_EQUAL(pthread_join(pthread_self(), NULL), EDEADLK);
    EXPECT_EQUAL(pthread_attr_init(&attributes), 0);
    EXPECT_EQUAL(pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED), 0);
    EXPECT_EQUAL(pthread_create(&thread, &attributes, wait_for_gate, NULL), 0);
    EXPECT_EQUAL(pthread_join(thread, NULL), EINVAL);
    EXPECT_EQUAL(pthread_detach(thread), EINVAL);
    quiet_counter_advance(&gate);
    quiet_counter_await(&passed, 1);
    EXPECT_EQUAL(pthread_attr_destroy(&attributes), 0);
    return 0;
}

static int detach(void)
{
    pthread_t thread;

    EXPECT_EQUAL(pthread_create(&thread, NULL, wait_for_gate, NULL), 0);
    EXPECT_EQUAL(pthread_detach(thread), 0);
    quiet_counter_advance(&gate);
    quiet_counter_await(&passed, 1);
    return 0;
}

static int create_fails(void)
{
    pthread_attr_t attributes;
    pthread_t thread;

    EXPECT_EQUAL(pthread_attr_init(&attributes), 0);
    EXPECT_EQUAL(pthread_attr_setstacksize(&attributes, (size_t)1 << 50), 0);
    errno = UNTOUCHED;
    EXPECT_EQUAL(pthread_create(&thread, &attributes, wait_for_gate, NULL), EAGAIN);
    EXPECT_EQUAL(pthread_attr_destroy(&attributes), 0);
    return 0;
}

static void *check_own_name(void *unused)
{
    char name[16];

    EXPECT_EQUAL(pthread_setname_np(pthread_self(), "fifteen letters"), 0);
    EXPECT_EQUAL(pthread_getname_np(pthread_self(), name, sizeof name), 0);
    EXPECT_EQUAL(strcmp(name, "fifteen letters"), 0);
    return unused;
}

static int names(void)
{
    pthread_t thread;
    char name[16];

    EXPECT_EQUAL(pthread_create(&thread, NULL, check_own_name, NULL), 0);
    EXPECT_EQUAL(pthread_join(thread, NULL), 0);
    EXPECT_EQUAL(pthread_create(&thread, NULL, wait_for_gate, NULL), 0);
    EXPECT_EQUAL(pthread_setname_np(thread, "worker"), 0);
    EXPECT_EQUAL(pthread_setname_np(thread, "a name that is too long"), ERANGE);
    EXPECT_EQUAL(pthread_getname_np(thread, name, sizeof name), 0);
    EXPECT_EQUAL(strcmp(name, "worker"), 0);
    quiet_counter_advance(&gate);
    EXPECT_EQUAL(pthread_join(thread, NULL), 0);
    return 0;
}

/* A new thread gets its creator's mask, and a signal that is pending for the process stays pending. */
static void *compare_mask(void *argument)
{
    sigset_t *wanted = argument;
    sigset_t mask;

    EXPECT_EQUAL(pthread_sigmask(SIG_SETMASK, NULL, &mask), 0);
    for (int number = 1; number < 32; number++)
        EXPECT_EQUAL(sigismember(&mask, number), sigismember(wanted, number));
    return NULL;
}

static int masks(void)
{
    pthread_t thread;
    sigset_t mask, pending;

    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR1);
    sigaddset(&mask, SIGTERM);
    EXPECT_EQUAL(pthread_sigmask(SIG_SETMASK, &mask, NULL), 0);
    EXPECT_EQUAL(kill(getpid(), SIGUSR1), 0);
    EXPECT_EQUAL(pthread_create(&thread, NULL, compare_mask, &mask), 0);
    EXPECT_EQUAL(pthread_join(thread, NULL), 0);
    compare_mask(&mask);
    EXPECT_EQUAL(sigpending(&pending), 0);
    EXPECT_EQUAL(sigismember(&pending, SIGUSR1), 1);
    return 0;
}

static void *report_stack(void *argument)
{
    pthread_attr_t attributes;
    size_t *stack_bytes = argument;
    size_t guard_bytes;
    void *stack;

    EXPECT_EQUAL(pthread_getattr_np(pthread_self(), &attributes), 0);
    EXPECT_EQUAL(pthread_attr_getstack(&attributes, &stack, stack_bytes), 0);
    EXPECT_EQUAL(pthread_attr_getguardsize(&attributes, &guard_bytes), 0);
    EXPECT_EQUAL(guard_bytes, 8192);
    EXPECT_EQUAL(pthread_attr_destroy(&attributes), 0);
    return NULL;
}

static int attributes_kept(void)
{
    pthread_attr_t attributes;
    pthread_t thread;
    size_t stack_bytes = 0;

    EXPECT_EQUAL(pthread_attr_init(&attributes), 0);
    EXPECT_EQUAL(pthread_attr_setstacksize(&attributes, 200 * 1024), 0);
    EXPECT_EQUAL(pthread_attr_setguardsize(&attributes, 8192), 0);
    EXPECT_EQUAL(pthread_create(&thread, &attributes, report_stack, &stack_bytes), 0);
    EXPECT_EQUAL(pthread_join(thread, NULL), 0);
    EXPECT_EQUAL(stack_bytes, 200 * 1024);
    EXPECT_EQUAL(pthread_attr_destroy(&attributes), 0);
    return 0;
}

static int errno_kept(void)
{
    pthread_t thread;

    quiet_counter_advance(&gate);
    errno = UNTOUCHED;
    EXPECT_EQUAL(pthread_create(&thread, NULL, wait_for_gate, NULL), 0);
    EXPECT_EQUAL(pthread_join(thread, NULL), 0);
    EXPECT_EQUAL(pthread_create(&thread, NULL, wait_for_gate, NULL), 0);
    EXPECT_EQUAL(pthread_detach(thread), 0);
    EXPECT_EQUAL(errno, UNTOUCHED);
    quiet_counter_await(&passed, 2);
    return 0;
}

static const struct bootstrap_case cases[] = {
    {"values", values, ""}, {"timed_joins", timed_joins, ""},         {"join_errors", join_errors, ""},
    {"detach", detach, ""}, {"create_fails", create_fails, ""},       {"names", names, ""},
    {"masks", masks, ""},   {"attributes_kept", attributes_kept, ""}, {"errno_kept", errno_kept, ""},
};
CASES_MAIN(cases)
