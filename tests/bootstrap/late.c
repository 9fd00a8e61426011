/* Locks at the end: in destructors of thread-specific data, in atexit handlers, in destructors, and after main has
   left by pthread_exit. */
#include <pthread.h>

#include "tests/bootstrap/cases.h"
#include "tests/support/quiet_barrier.h"

static pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t inner = PTHREAD_MUTEX_INITIALIZER;
static pthread_key_t key, later_key;
static int steps;

static void step(const char *text)
{
    EXPECT_EQUAL(pthread_mutex_lock(&outer), 0);
    EXPECT_EQUAL(pthread_mutex_lock(&inner), 0);
    printf("%d: %s\n", ++steps, text);
    EXPECT_EQUAL(pthread_mutex_unlock(&inner), 0);
    EXPECT_EQUAL(pthread_mutex_unlock(&outer), 0);
}

static void *step_in_thread(void *text)
{
    step(text);
    return NULL;
}

/* glibc calls a destructor again while it leaves a new value, up to PTHREAD_DESTRUCTOR_ITERATIONS times. */
static void step_and_set_again(void *text)
{
    step(text);
    if (steps < 3)
        EXPECT_EQUAL(pthread_setspecific(key, text), 0);
    else if (steps == 3)
        EXPECT_EQUAL(pthread_setspecific(later_key, "destructor of another key"), 0);
}

static void step_last(void *text)
{
    step(text);
}

static void *leave_specific(void *unused)
{
    EXPECT_EQUAL(pthread_setspecific(key, "destructor of the key"), 0);
    return unused;
}

static int key_destructors(void)
{
    pthread_t thread;

    EXPECT_EQUAL(pthread_key_create(&key, step_and_set_again), 0);
    EXPECT_EQUAL(pthread_key_create(&later_key, step_last), 0);
    EXPECT_EQUAL(pthread_create(&thread, NULL, leave_specific, NULL), 0);
    EXPECT_EQUAL(pthread_join(thread, NULL), 0);
    EXPECT_EQUAL(steps, 4);
    return 0;
}

/* A lock is handed on to the thread's destructor. */
static pthread_mutex_t handed_on = PTHREAD_MUTEX_INITIALIZER;

static void unlock_handed_on(void *mutex)
{
    step("destructor releases");
    EXPECT_EQUAL(pthread_mutex_unlock(mutex), 0);
}

static void *leave_locked(void *unused)
{
    EXPECT_EQUAL(pthread_mutex_lock(&handed_on), 0);
    EXPECT_EQUAL(pthread_setspecific(key, &handed_on), 0);
    return unused;
}

static int destructor_releases(void)
{
    pthread_t thread;

    EXPECT_EQUAL(pthread_key_create(&key, unlock_handed_on), 0);
    EXPECT_EQUAL(pthread_create(&thread, NULL, leave_locked, NULL), 0);
    EXPECT_EQUAL(pthread_join(thread, NULL), 0);
    EXPECT_EQUAL(pthread_mutex_lock(&handed_on), 0);
    step("taken after the thread's end");
    EXPECT_EQUAL(pthread_mutex_unlock(&handed_on), 0);
    return 0;
}

static void at_exit_first(void)
{
    step("registered first");
}

static void at_exit_last(void)
{
    pthread_t thread;

    step("registered last");
    EXPECT_EQUAL(pthread_create(&thread, NULL, step_in_thread, "thread of an exit handler"), 0);
    EXPECT_EQUAL(pthread_join(thread, NULL), 0);
}

static int armed;

__attribute__((destructor)) static void destruct(void)
{
    if (armed)
        step("destructor of the program");
}

static int exit_handlers(void)
{
    armed = 1;
    EXPECT_EQUAL(atexit(at_exit_first), 0);
    EXPECT_EQUAL(atexit(at_exit_last), 0);
    step("main");
    return 5;
}

static struct quiet_counter main_gone;

static void *outlive_main(void *unused)
{
    quiet_counter_await(&main_gone, 1);
    step("a thread after main");
    exit(3);
    return unused;
}

static int main_leaves(void)
{
    pthread_t thread;

    EXPECT_EQUAL(atexit(at_exit_first), 0);
    EXPECT_EQUAL(pthread_create(&thread, NULL, outlive_main, NULL), 0);
    step("main");
    quiet_counter_advance(&main_gone);
    pthread_exit(NULL);
}

static void *end_quietly(void *unused)
{
    quiet_counter_await(&main_gone, 1);
    step("the last thread");
    return unused;
}

/* The process ends with status 0 when its last thread ends. */
static int last_thread_ends(void)
{
    pthread_t thread;

    EXPECT_EQUAL(atexit(at_exit_first), 0);
    EXPECT_EQUAL(pthread_create(&thread, NULL, end_quietly, NULL), 0);
    EXPECT_EQUAL(pthread_detach(thread), 0);
    quiet_counter_advance(&main_gone);
    pthread_exit(NULL);
}

static const struct bootstrap_case cases[] = {
    {"key_destructors", key_destructors, ""},     {"destructor_releases", destructor_releases, ""},
    {"exit_handlers", exit_handlers, "status=5"}, {"main_leaves", main_leaves, "status=3"},
    {"last_thread_ends", last_thread_ends, ""},
};
CASES_MAIN(cases)
