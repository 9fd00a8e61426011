/* C11's threads: they reach glibc's pthread functions by names that nobody can interpose. */
#include <threads.h>
#include <time.h>

#include "tests/bootstrap/cases.h"
#include "tests/support/quiet_barrier.h"

static mtx_t mutex;
static cnd_t cond;
static int ready;

static struct timespec soon(void)
{
    struct timespec time;

    timespec_get(&time, TIME_UTC);
    time.tv_nsec += 20000000;
    if (time.tv_nsec >= 1000000000) {
        time.tv_nsec -= 1000000000;
        time.tv_sec++;
    }
    return time;
}

static int contend(void *unused)
{
    struct timespec deadline = soon();

    (void)unused;
    EXPECT_EQUAL(mtx_trylock(&mutex), thrd_busy);
    EXPECT_EQUAL(mtx_timedlock(&mutex, &deadline), thrd_timedout);
    return 7;
}

static int mutexes(void)
{
    const int types[] = {mtx_timed, mtx_timed | mtx_recursive};

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        thrd_t thread;
        int result = 0;

        EXPECT_EQUAL(mtx_init(&mutex, types[i]), thrd_success);
        EXPECT_EQUAL(mtx_lock(&mutex), thrd_success);
        if (types[i] & mtx_recursive) {
            EXPECT_EQUAL(mtx_lock(&mutex), thrd_success);
            EXPECT_EQUAL(mtx_trylock(&mutex), thrd_success);
            EXPECT_EQUAL(mtx_unlock(&mutex), thrd_success);
            EXPECT_EQUAL(mtx_unlock(&mutex), thrd_success);
        }
        EXPECT_EQUAL(thrd_create(&thread, contend, NULL), thrd_success);
        EXPECT_EQUAL(thrd_join(thread, &result), thrd_success);
        EXPECT_EQUAL(result, 7);
        EXPECT_EQUAL(mtx_unlock(&mutex), thrd_success);
        EXPECT_EQUAL(mtx_trylock(&mutex), thrd_success);
        EXPECT_EQUAL(mtx_unlock(&mutex), thrd_success);
        mtx_destroy(&mutex);
    }
    return 0;
}

static int wait_until_ready(void *unused)
{
    (void)unused;
    EXPECT_EQUAL(mtx_lock(&mutex), thrd_success);
    while (!ready)
        EXPECT_EQUAL(cnd_wait(&cond, &mutex), thrd_success);
    EXPECT_EQUAL(mtx_unlock(&mutex), thrd_success);
    return 0;
}

static int conditions(void)
{
    struct timespec deadline = soon();
    thrd_t threads[3];

    EXPECT_EQUAL(mtx_init(&mutex, mtx_plain), thrd_success);
    EXPECT_EQUAL(cnd_init(&cond), thrd_success);
    EXPECT_EQUAL(mtx_lock(&mutex), thrd_success);
    EXPECT_EQUAL(cnd_timedwait(&cond, &mutex, &deadline), thrd_timedout);
    EXPECT_EQUAL(mtx_unlock(&mutex), thrd_success);
    for (int i = 0; i < 3; i++)
        EXPECT_EQUAL(thrd_create(&threads[i], wait_until_ready, NULL), thrd_success);
    EXPECT_EQUAL(mtx_lock(&mutex), thrd_success);
    ready = 1;
    EXPECT_EQUAL(cnd_signal(&cond), thrd_success);
    EXPECT_EQUAL(cnd_broadcast(&cond), thrd_success);
    EXPECT_EQUAL(mtx_unlock(&mutex), thrd_success);
    for (int i = 0; i < 3; i++)
        EXPECT_EQUAL(thrd_join(threads[i], NULL), thrd_success);
    cnd_destroy(&cond);
    mtx_destroy(&mutex);
    return 0;
}

static tss_t key;
static int destroyed;
static struct quiet_counter gone;

static void count_destroyed(void *value)
{
    mtx_lock(&mutex);
    destroyed += *(int *)value;
    mtx_unlock(&mutex);
    quiet_counter_advance(&gone);
}

static int exit_with_value(void *value)
{
    EXPECT_EQUAL(tss_set(key, value), thrd_success);
    thrd_exit(-5);
}

static int threads(void)
{
    thrd_t thread;
    int one = 1, result = 0;

    EXPECT_EQUAL(mtx_init(&mutex, mtx_plain), thrd_success);
    EXPECT_EQUAL(tss_create(&key, count_destroyed), thrd_success);
    EXPECT_EQUAL(thrd_create(&thread, exit_with_value, &one), thrd_success);
    EXPECT_EQUAL(thrd_join(thread, &result), thrd_success);
    EXPECT_EQUAL(result, -5);
    EXPECT_EQUAL(destroyed, 1);
    EXPECT_EQUAL(thrd_create(&thread, exit_with_value, &one), thrd_success);
    EXPECT_EQUAL(thrd_detach(thread), thrd_success);
    quiet_counter_await(&gone, 2);
    tss_delete(key);
    return 0;
}

static const struct bootstrap_case cases[] = {
    {"mutexes", mutexes, ""},
    {"conditions", conditions, ""},
    {"threads", threads, ""},
};
CASES_MAIN(cases)
