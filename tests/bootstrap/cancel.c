/* Cancellation: clean-up handlers run with the right locks held, and dlcheck adds no cancellation point. */
#include <pthread.h>
#include <stdbool.h>
#include <time.h>

#include "tests/bootstrap/cases.h"
#include "tests/support/quiet_barrier.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t other = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static struct quiet_counter waiting, gate;
static int cleaned;

static void unlock(void *lock)
{
    cleaned++;
    EXPECT_EQUAL(pthread_mutex_unlock(lock), 0);
}

static void take_in_other_order(void *unused)
{
    (void)unused;
    EXPECT_EQUAL(pthread_mutex_lock(&other), 0);
    EXPECT_EQUAL(pthread_mutex_lock(&mutex), 0);
    cleaned++;
    EXPECT_EQUAL(pthread_mutex_unlock(&mutex), 0);
    EXPECT_EQUAL(pthread_mutex_unlock(&other), 0);
}

/* Were the mutex still thought held in the outer handler, an order would be seen that does not exist: mutex, then
   other. Together with the order that does exist, it would be a finding. */
static void *wait_plainly(void *unused)
{
    pthread_cleanup_push(take_in_other_order, NULL);
    EXPECT_EQUAL(pthread_mutex_lock(&mutex), 0);
    pthread_cleanup_push(unlock, &mutex);
    quiet_counter_advance(&waiting);
    for (;;)
        pthread_cond_wait(&cond, &mutex);
    pthread_cleanup_pop(1);
    pthread_cleanup_pop(1);
    return unused;
}

static void *wait_with_timeout(void *unused)
{
    struct timespec late;

    clock_gettime(CLOCK_REALTIME, &late);
    late.tv_sec += 60;
    pthread_cleanup_push(take_in_other_order, NULL);
    EXPECT_EQUAL(pthread_mutex_lock(&mutex), 0);
    pthread_cleanup_push(unlock, &mutex);
    quiet_counter_advance(&waiting);
    for (;;)
        pthread_cond_timedwait(&cond, &mutex, &late);
    pthread_cleanup_pop(1);
    pthread_cleanup_pop(1);
    return unused;
}

static void *wait_by_clock(void *unused)
{
    struct timespec late;

    clock_gettime(CLOCK_MONOTONIC, &late);
    late.tv_sec += 60;
    pthread_cleanup_push(take_in_other_order, NULL);
    EXPECT_EQUAL(pthread_mutex_lock(&mutex), 0);
    pthread_cleanup_push(unlock, &mutex);
    quiet_counter_advance(&waiting);
    for (;;)
        pthread_cond_clockwait(&cond, &mutex, CLOCK_MONOTONIC, &late);
    pthread_cleanup_pop(1);
    pthread_cleanup_pop(1);
    return unused;
}

static void cancel_waiting(void *(*routine)(void *))
{
    pthread_t thread;
    void *value;

    EXPECT_EQUAL(pthread_create(&thread, NULL, routine, NULL), 0);
    quiet_counter_await(&waiting, 1);
    EXPECT_EQUAL(pthread_mutex_lock(&mutex), 0);
    EXPECT_EQUAL(pthread_cancel(thread), 0);
    EXPECT_EQUAL(pthread_mutex_unlock(&mutex), 0);
    EXPECT_EQUAL(pthread_join(thread, &value), 0);
    EXPECT(value == PTHREAD_CANCELED);
    EXPECT_EQUAL(cleaned, 2);
    take_in_other_order(NULL);
}

static int in_cond_wait(void)
{
    cancel_waiting(wait_plainly);
    return 0;
}

static int in_cond_timedwait(void)
{
    cancel_waiting(wait_with_timeout);
    return 0;
}

static int in_cond_clockwait(void)
{
    cancel_waiting(wait_by_clock);
    return 0;
}

/* The mutex is held in the handler: the next waiter does not get it before the handler gave it back. */
static void *hold_in_cleanup(void *unused)
{
    EXPECT_EQUAL(pthread_mutex_lock(&mutex), 0);
    pthread_cleanup_push(unlock, &mutex);
    quiet_counter_advance(&waiting);
    EXPECT_EQUAL(pthread_cond_wait(&cond, &mutex), 0);
    pthread_cleanup_pop(1);
    return unused;
}

static int while_contended(void)
{
    pthread_t threads[4];

    for (int i = 0; i < 4; i++)
        EXPECT_EQUAL(pthread_create(&threads[i], NULL, hold_in_cleanup, NULL), 0);
    quiet_counter_await(&waiting, 4);
    for (int i = 0; i < 4; i++)
        EXPECT_EQUAL(pthread_cancel(threads[i]), 0);
    for (int i = 0; i < 4; i++)
        EXPECT_EQUAL(pthread_join(threads[i], NULL), 0);
    EXPECT_EQUAL(cleaned, 4);
    EXPECT_EQUAL(pthread_mutex_trylock(&mutex), 0);
    EXPECT_EQUAL(pthread_mutex_unlock(&mutex), 0);
    return 0;
}

static void *wait_for_gate(void *unused)
{
    quiet_counter_await(&gate, 1);
    return unused;
}

static void *join_other(void *thread)
{
    pthread_cleanup_push(take_in_other_order, NULL);
    quiet_counter_advance(&waiting);
    EXPECT_EQUAL(pthread_join(*(pthread_t *)thread, NULL), 0);
    pthread_cleanup_pop(0);
    return NULL;
}

static int in_join(void)
{
    pthread_t target, joiner;
    void *value;

    EXPECT_EQUAL(pthread_create(&target, NULL, wait_for_gate, NULL), 0);
    EXPECT_EQUAL(pthread_create(&joiner, NULL, join_other, &target), 0);
    quiet_counter_await(&waiting, 1);
    EXPECT_EQUAL(pthread_cancel(joiner), 0);
    EXPECT_EQUAL(pthread_join(joiner, &value), 0);
    EXPECT(value == PTHREAD_CANCELED);
    EXPECT_EQUAL(cleaned, 1);
    quiet_counter_advance(&gate);
    EXPECT_EQUAL(pthread_join(target, NULL), 0);
    return 0;
}

#define MANY 3000

static pthread_mutex_t many[MANY];
static volatile bool passed;

/* None of these is a cancellation point, however much dlcheck has to write down. */
static void *lock_with_cancel_pending(void *unused)
{
    pthread_t thread;

    EXPECT_EQUAL(pthread_cancel(pthread_self()), 0);
    for (int i = 0; i < MANY; i++)
        EXPECT_EQUAL(pthread_mutex_init(&many[i], NULL), 0);
    for (int i = 1; i < MANY; i++) {
        EXPECT_EQUAL(pthread_mutex_lock(&many[i - 1]), 0);
        EXPECT_EQUAL(pthread_mutex_lock(&many[i]), 0);
        EXPECT_EQUAL(pthread_mutex_unlock(&many[i]), 0);
        EXPECT_EQUAL(pthread_mutex_unlock(&many[i - 1]), 0);
    }
    EXPECT_EQUAL(pthread_create(&thread, NULL, wait_for_gate, NULL), 0);
    EXPECT_EQUAL(pthread_setname_np(thread, "detached"), 0);
    EXPECT_EQUAL(pthread_detach(thread), 0);
    EXPECT_EQUAL(pthread_cond_signal(&cond), 0);
    EXPECT_EQUAL(pthread_cond_broadcast(&cond), 0);
    for (int i = 0; i < MANY; i++)
        EXPECT_EQUAL(pthread_mutex_destroy(&many[i]), 0);
    passed = true;
    pthread_testcancel();
    passed = false;
    return unused;
}

static int pending(void)
{
    pthread_t thread;
    void *value;

    EXPECT_EQUAL(pthread_create(&thread, NULL, lock_with_cancel_pending, NULL), 0);
    EXPECT_EQUAL(pthread_join(thread, &value), 0);
    EXPECT(passed);
    EXPECT(value == PTHREAD_CANCELED);
    return 0;
}

static void *misuse_with_cancel_pending(void *unused)
{
    pthread_mutex_t checked = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;

    EXPECT_EQUAL(pthread_cancel(pthread_self()), 0);
    EXPECT_EQUAL(pthread_mutex_unlock(&checked), EPERM);
    passed = true;
    pthread_testcancel();
    return unused;
}

static int pending_with_report(void)
{
    pthread_t thread;

    EXPECT_EQUAL(pthread_create(&thread, NULL, misuse_with_cancel_pending, NULL), 0);
    EXPECT_EQUAL(pthread_join(thread, NULL), 0);
    EXPECT(passed);
    return 0;
}

static void *spin(void *unused)
{
    EXPECT_EQUAL(pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL), 0);
    quiet_counter_advance(&waiting);
    for (;;)
        ;
    return unused;
}

static int asynchronously(void)
{
    pthread_t thread;
    void *value;

    EXPECT_EQUAL(pthread_create(&thread, NULL, spin, NULL), 0);
    quiet_counter_await(&waiting, 1);
    EXPECT_EQUAL(pthread_cancel(thread), 0);
    EXPECT_EQUAL(pthread_join(thread, &value), 0);
    EXPECT(value == PTHREAD_CANCELED);
    return 0;
}

static const struct bootstrap_case cases[] = {
    {"in_cond_wait", in_cond_wait, ""},
    {"in_cond_timedwait", in_cond_timedwait, ""},
    {"in_cond_clockwait", in_cond_clockwait, ""},
    {"while_contended", while_contended, ""},
    {"in_join", in_join, ""},
    {"pending", pending, ""},
    {"pending_with_report", pending_with_report, "findings"},
    {"asynchronously", asynchronously, ""},
};
CASES_MAIN(cases)
