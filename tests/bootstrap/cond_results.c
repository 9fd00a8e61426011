/* What the condition variable functions return, with every kind of mutex. */
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#include "tests/bootstrap/cases.h"
#include "tests/support/quiet_barrier.h"

#define UNTOUCHED 4711

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static int ready;

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

static int timeouts(void)
{
    struct timespec wall = soon(CLOCK_REALTIME);
    struct timespec steady = soon(CLOCK_MONOTONIC);
    struct timespec wrong = {.tv_sec = 1, .tv_nsec = 1000000000};

    EXPECT_EQUAL(pthread_mutex_lock(&mutex), 0);
    EXPECT_EQUAL(pthread_cond_timedwait(&cond, &mutex, &wall), ETIMEDOUT);
    EXPECT_EQUAL(pthread_cond_timedwait(&cond, &mutex, &wrong), EINVAL);
    EXPECT_EQUAL(pthread_cond_clockwait(&cond, &mutex, CLOCK_REALTIME, &wall), ETIMEDOUT);
    EXPECT_EQUAL(pthread_cond_clockwait(&cond, &mutex, CLOCK_MONOTONIC, &steady), ETIMEDOUT);
    EXPECT_EQUAL(pthread_cond_clockwait(&cond, &mutex, CLOCK_PROCESS_CPUTIME_ID, &wall), EINVAL);
    EXPECT_EQUAL(pthread_mutex_trylock(&mutex), EBUSY);
    EXPECT_EQUAL(pthread_mutex_unlock(&mutex), 0);
    return 0;
}

static int steady_clock(void)
{
    struct timespec steady = soon(CLOCK_MONOTONIC);
    pthread_condattr_t attributes;
    pthread_cond_t timed;

    EXPECT_EQUAL(pthread_condattr_init(&attributes), 0);
    EXPECT_EQUAL(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC), 0);
    EXPECT_EQUAL(pthread_cond_init(&timed, &attributes), 0);
    EXPECT_EQUAL(pthread_condattr_destroy(&attributes), 0);
    EXPECT_EQUAL(pthread_mutex_lock(&mutex), 0);
    EXPECT_EQUAL(pthread_cond_timedwait(&timed, &mutex, &steady), ETIMEDOUT);
    EXPECT_EQUAL(pthread_mutex_unlock(&mutex), 0);
    EXPECT_EQUAL(pthread_cond_destroy(&timed), 0);
    return 0;
}

static void *wait_until_ready(void *argument)
{
    pthread_mutex_t *guard = argument;

    EXPECT_EQUAL(pthread_mutex_lock(guard), 0);
    while (!ready)
        EXPECT_EQUAL(pthread_cond_wait(&cond, guard), 0);
    EXPECT_EQUAL(pthread_mutex_unlock(guard), 0);
    return NULL;
}

static void wake(pthread_mutex_t *guard, int threads)
{
    pthread_t waiting[8];

    for (int i = 0; i < threads; i++)
        EXPECT_EQUAL(pthread_create(&waiting[i], NULL, wait_until_ready, guard), 0);
    EXPECT_EQUAL(pthread_mutex_lock(guard), 0);
    ready = 1;
    EXPECT_EQUAL(threads == 1 ? pthread_cond_signal(&cond) : pthread_cond_broadcast(&cond), 0);
    EXPECT_EQUAL(pthread_mutex_unlock(guard), 0);
    for (int i = 0; i < threads; i++)
        EXPECT_EQUAL(pthread_join(waiting[i], NULL), 0);
}

static int signal_one(void)
{
    wake(&mutex, 1);
    return 0;
}

static int broadcast(void)
{
    wake(&mutex, 8);
    return 0;
}

static int inherit(void)
{
    pthread_mutexattr_t attributes;
    pthread_mutex_t guard;

    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT);
    EXPECT_EQUAL(pthread_mutex_init(&guard, &attributes), 0);
    wake(&guard, 4);
    EXPECT_EQUAL(pthread_mutex_destroy(&guard), 0);
    return 0;
}

static int not_owned(void)
{
    pthread_mutex_t checked = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;

    EXPECT_EQUAL(pthread_cond_wait(&cond, &checked), EPERM);
    EXPECT_EQUAL(pthread_mutex_lock(&checked), 0);
    EXPECT_EQUAL(pthread_mutex_unlock(&checked), 0);
    return 0;
}

/* The owner of the robust mutex ends while the main thread waits on the condition variable. */
static pthread_mutex_t shared_robust;

static void *signal_and_die(void *unused)
{
    (void)unused;
    EXPECT_EQUAL(pthread_mutex_lock(&shared_robust), 0);
    ready = 1;
    EXPECT_EQUAL(pthread_cond_signal(&cond), 0);
    return NULL;
}

static int robust(void)
{
    pthread_mutexattr_t attributes;
    pthread_t thread;
    int status = 0;

    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    EXPECT_EQUAL(pthread_mutex_init(&shared_robust, &attributes), 0);
    EXPECT_EQUAL(pthread_mutex_lock(&shared_robust), 0);
    EXPECT_EQUAL(pthread_create(&thread, NULL, signal_and_die, NULL), 0);
    while (!ready && status == 0)
        status = pthread_cond_wait(&cond, &shared_robust);
    EXPECT_EQUAL(status, EOWNERDEAD);
    EXPECT_EQUAL(pthread_mutex_consistent(&shared_robust), 0);
    EXPECT_EQUAL(pthread_mutex_unlock(&shared_robust), 0);
    EXPECT_EQUAL(pthread_join(thread, NULL), 0);
    return 0;
}

struct shared {
    pthread_mutex_t mutex;
    pthread_cond_t cond;
    int turn;
};

static void take_turns(struct shared *shared, int own)
{
    for (int i = 0; i < 50; i++) {
        EXPECT_EQUAL(pthread_mutex_lock(&shared->mutex), 0);
        while (shared->turn != own)
            EXPECT_EQUAL(pthread_cond_wait(&shared->cond, &shared->mutex), 0);
        shared->turn = !own;
        EXPECT_EQUAL(pthread_cond_signal(&shared->cond), 0);
        EXPECT_EQUAL(pthread_mutex_unlock(&shared->mutex), 0);
    }
}

static int process_shared(void)
{
    struct shared *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_t mutex_attributes;
    pthread_condattr_t cond_attributes;
    int status;
    pid_t child;

    pthread_mutexattr_init(&mutex_attributes);
    pthread_mutexattr_setpshared(&mutex_attributes, PTHREAD_PROCESS_SHARED);
    pthread_condattr_init(&cond_attributes);
    pthread_condattr_setpshared(&cond_attributes, PTHREAD_PROCESS_SHARED);
    EXPECT_EQUAL(pthread_mutex_init(&shared->mutex, &mutex_attributes), 0);
    EXPECT_EQUAL(pthread_cond_init(&shared->cond, &cond_attributes), 0);
    child = fork();
    if (child == 0) {
        take_turns(shared, 1);
        _exit(0);
    }
    take_turns(shared, 0);
    EXPECT_EQUAL(waitpid(child, &status, 0), child);
    EXPECT_EQUAL(status, 0);
    return 0;
}

static int errno_kept(void)
{
    struct timespec past = {.tv_sec = 1};
    pthread_cond_t own;

    EXPECT_EQUAL(pthread_mutex_lock(&mutex), 0);
    errno = UNTOUCHED;
    EXPECT_EQUAL(pthread_cond_init(&own, NULL), 0);
    EXPECT_EQUAL(pthread_cond_signal(&own), 0);
    EXPECT_EQUAL(pthread_cond_broadcast(&own), 0);
    EXPECT_EQUAL(pthread_cond_timedwait(&own, &mutex, &past), ETIMEDOUT);
    EXPECT_EQUAL(pthread_cond_clockwait(&own, &mutex, CLOCK_MONOTONIC, &past), ETIMEDOUT);
    EXPECT_EQUAL(pthread_cond_destroy(&own), 0);
    EXPECT_EQUAL(errno, UNTOUCHED);
    EXPECT_EQUAL(pthread_mutex_unlock(&mutex), 0);
    return 0;
}

static const struct bootstrap_case cases[] = {
    {"timeouts", timeouts, ""},     {"steady_clock", steady_clock, ""},
    {"signal_one", signal_one, ""}, {"broadcast", broadcast, ""},
    {"inherit", inherit, ""},       {"not_owned", not_owned, ""},
    {"robust", robust, ""},         {"process_shared", process_shared, "recordings=2"},
    {"errno_kept", errno_kept, ""},
};
CASES_MAIN(cases)
