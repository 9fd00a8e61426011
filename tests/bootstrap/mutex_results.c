/* What the mutex functions return, for every kind of mutex, and that they leave errno and the mutex as they
 * should. */
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#include "tests/bootstrap/cases.h"
#include "tests/support/quiet_barrier.h"

#define UNTOUCHED 4711

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

static void init(pthread_mutex_t *mutex, int type, int robust, int protocol, int shared)
{
    pthread_mutexattr_t attributes;

    EXPECT_EQUAL(pthread_mutexattr_init(&attributes), 0);
    EXPECT_EQUAL(pthread_mutexattr_settype(&attributes, type), 0);
    EXPECT_EQUAL(pthread_mutexattr_setrobust(&attributes, robust), 0);
    EXPECT_EQUAL(pthread_mutexattr_setprotocol(&attributes, protocol), 0);
    EXPECT_EQUAL(pthread_mutexattr_setpshared(&attributes, shared), 0);
    EXPECT_EQUAL(pthread_mutex_init(mutex, &attributes), 0);
    EXPECT_EQUAL(pthread_mutexattr_destroy(&attributes), 0);
}

static void init_type(pthread_mutex_t *mutex, int type)
{
    init(mutex, type, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_NONE, PTHREAD_PROCESS_PRIVATE);
}

static void in_thread(void *(*routine)(void *), void *argument)
{
    pthread_t thread;

    EXPECT_EQUAL(pthread_create(&thread, NULL, routine, argument), 0);
    EXPECT_EQUAL(pthread_join(thread, NULL), 0);
}

static void *contend(void *argument)
{
    pthread_mutex_t *mutex = argument;
    struct timespec wall = soon(CLOCK_REALTIME);
    struct timespec steady = soon(CLOCK_MONOTONIC);
    struct timespec wrong = {.tv_sec = 1, .tv_nsec = 1000000000};

    EXPECT_EQUAL(pthread_mutex_trylock(mutex), EBUSY);
    EXPECT_EQUAL(pthread_mutex_timedlock(mutex, &wall), ETIMEDOUT);
    EXPECT_EQUAL(pthread_mutex_timedlock(mutex, &wrong), EINVAL);
    EXPECT_EQUAL(pthread_mutex_clocklock(mutex, CLOCK_REALTIME, &wall), ETIMEDOUT);
    EXPECT_EQUAL(pthread_mutex_clocklock(mutex, CLOCK_MONOTONIC, &steady), ETIMEDOUT);
    EXPECT_EQUAL(pthread_mutex_clocklock(mutex, CLOCK_PROCESS_CPUTIME_ID, &wall), EINVAL);
    return NULL;
}

static int contended(void)
{
    const int types[] = {PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_ERRORCHECK,
                         PTHREAD_MUTEX_ADAPTIVE_NP};

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        pthread_mutex_t mutex;

        init_type(&mutex, types[i]);
        EXPECT_EQUAL(pthread_mutex_lock(&mutex), 0);
        in_thread(contend, &mutex);
        EXPECT_EQUAL(pthread_mutex_unlock(&mutex), 0);
        EXPECT_EQUAL(pthread_mutex_destroy(&mutex), 0);
    }
    return 0;
}

static int free_mutex(void)
{
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    struct timespec past = {.tv_sec = 1};
    struct timespec wrong = {.tv_nsec = -1};

    EXPECT_EQUAL(pthread_mutex_timedlock(&mutex, &past), 0);
    EXPECT_EQUAL(pthread_mutex_unlock(&mutex), 0);
    EXPECT_EQUAL(pthread_mutex_timedlock(&mutex, &wrong), 0);
    EXPECT_EQUAL(pthread_mutex_unlock(&mutex), 0);
    EXPECT_EQUAL(pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &past), 0);
    EXPECT_EQUAL(pthread_mutex_unlock(&mutex), 0);
    EXPECT_EQUAL(pthread_mutex_clocklock(&mutex, CLOCK_PROCESS_CPUTIME_ID, &past), EINVAL);
    EXPECT_EQUAL(pthread_mutex_trylock(&mutex), 0);
    EXPECT_EQUAL(pthread_mutex_unlock(&mutex), 0);
    return 0;
}

static int errorcheck_relock(void)
{
    pthread_mutex_t mutex = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;

    EXPECT_EQUAL(pthread_mutex_lock(&mutex), 0);
    EXPECT_EQUAL(pthread_mutex_lock(&mutex), EDEADLK);
    EXPECT_EQUAL(pthread_mutex_trylock(&mutex), EBUSY);
    EXPECT_EQUAL(pthread_mutex_unlock(&mutex), 0);
    return 0;
}

static void *unlock_foreign(void *mutex)
{
    EXPECT_EQUAL(pthread_mutex_unlock(mutex), EPERM);
    return NULL;
}

static int unlock_not_owned(void)
{
    const int types[] = {PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_ERRORCHECK};

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        pthread_mutex_t mutex;

        init_type(&mutex, types[i]);
        EXPECT_EQUAL(pthread_mutex_unlock(&mutex), EPERM);
        EXPECT_EQUAL(pthread_mutex_lock(&mutex), 0);
        in_thread(unlock_foreign, &mutex);
        EXPECT_EQUAL(pthread_mutex_trylock(&mutex), types[i] == PTHREAD_MUTEX_RECURSIVE ? 0 : EBUSY);
        EXPECT_EQUAL(pthread_mutex_unlock(&mutex), 0);
    }
    return 0;
}

static void *expect_busy(void *mutex)
{
    EXPECT_EQUAL(pthread_mutex_trylock(mutex), EBUSY);
    return NULL;
}

static void *expect_free(void *mutex)
{
    EXPECT_EQUAL(pthread_mutex_trylock(mutex), 0);
    EXPECT_EQUAL(pthread_mutex_unlock(mutex), 0);
    return NULL;
}

static int recursive_counts(void)
{
    pthread_mutex_t mutex = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
    struct timespec past = {.tv_sec = 1};

    for (int i = 0; i < 1000; i++)
        EXPECT_EQUAL(i % 3 == 0   ? pthread_mutex_lock(&mutex)
                     : i % 3 == 1 ? pthread_mutex_trylock(&mutex)
                                  : pthread_mutex_timedlock(&mutex, &past),
                     0);
    for (int i = 0; i < 1000; i++) {
        in_thread(expect_busy, &mutex);
        EXPECT_EQUAL(pthread_mutex_unlock(&mutex), 0);
    }
    in_thread(expect_free, &mutex);
    return 0;
}

static void *die_holding(void *mutex)
{
    int status = pthread_mutex_lock(mutex);

    EXPECT(status == 0 || status == EOWNERDEAD);
    return NULL;
}

static void *expect_lost(void *mutex)
{
    EXPECT_EQUAL(pthread_mutex_lock(mutex), ENOTRECOVERABLE);
    return NULL;
}

static int robust_with(int protocol)
{
    struct timespec wall = soon(CLOCK_REALTIME);
    pthread_mutex_t mutex;

    init(&mutex, PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST, protocol, PTHREAD_PROCESS_PRIVATE);
    EXPECT_EQUAL(pthread_mutex_lock(&mutex), 0);
    EXPECT_EQUAL(pthread_mutex_consistent(&mutex), EINVAL);
    EXPECT_EQUAL(pthread_mutex_unlock(&mutex), 0);

    in_thread(die_holding, &mutex);
    EXPECT_EQUAL(pthread_mutex_lock(&mutex), EOWNERDEAD);
    EXPECT_EQUAL(pthread_mutex_consistent(&mutex), 0);
    EXPECT_EQUAL(pthread_mutex_unlock(&mutex), 0);

    in_thread(die_holding, &mutex);
    EXPECT_EQUAL(pthread_mutex_trylock(&mutex), EOWNERDEAD);
    EXPECT_EQUAL(pthread_mutex_consistent(&mutex), 0);
    EXPECT_EQUAL(pthread_mutex_unlock(&mutex), 0);

    in_thread(die_holding, &mutex);
    EXPECT_EQUAL(pthread_mutex_timedlock(&mutex, &wall), EOWNERDEAD);
    EXPECT_EQUAL(pthread_mutex_unlock(&mutex), 0);
    in_thread(expect_lost, &mutex);
    EXPECT_EQUAL(pthread_mutex_lock(&mutex), ENOTRECOVERABLE);
    EXPECT_EQUAL(pthread_mutex_destroy(&mutex), 0);
    return 0;
}

static int robust(void)
{
    return robust_with(PTHREAD_PRIO_NONE);
}

static int robust_inherit(void)
{
    return robust_with(PTHREAD_PRIO_INHERIT);
}

static int inherit(void)
{
    pthread_mutex_t mutex;

    init(&mutex, PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_INHERIT, PTHREAD_PROCESS_PRIVATE);
    EXPECT_EQUAL(pthread_mutex_lock(&mutex), 0);
    in_thread(expect_busy, &mutex);
    EXPECT_EQUAL(pthread_mutex_trylock(&mutex), EDEADLK);
    EXPECT_EQUAL(pthread_mutex_unlock(&mutex), 0);
    in_thread(expect_free, &mutex);
    EXPECT_EQUAL(pthread_mutex_destroy(&mutex), 0);
    return 0;
}

static void print_lock(const char *how, int status, pthread_mutex_t *mutex)
{
    printf("%s %d\n", how, status);
    if (status == 0)
        printf("unlock %d\n", pthread_mutex_unlock(mutex));
}

/* Raising a priority may not be allowed here: the results are printed and compared. */
static int protect(void)
{
    pthread_mutex_t mutex;
    int ceiling = -1;

    init(&mutex, PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_PROTECT, PTHREAD_PROCESS_PRIVATE);
    print_lock("lock", pthread_mutex_lock(&mutex), &mutex);
    printf("setprioceiling %d\n", pthread_mutex_setprioceiling(&mutex, 2, &ceiling));
    printf("old ceiling %d\n", ceiling);
    printf("getprioceiling %d\n", pthread_mutex_getprioceiling(&mutex, &ceiling));
    printf("ceiling %d\n", ceiling);
    print_lock("trylock", pthread_mutex_trylock(&mutex), &mutex);
    printf("setprioceiling, too high: %d\n", pthread_mutex_setprioceiling(&mutex, 1000, &ceiling));
    printf("destroy %d\n", pthread_mutex_destroy(&mutex));
    return 0;
}

struct shared {
    pthread_mutex_t mutex;
    struct quiet_counter tried;
};

/* The child dies with the lock that the parent then gets. */
static int process_shared(void)
{
    struct shared *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int status;
    pid_t child;

    EXPECT(shared != MAP_FAILED);
    init(&shared->mutex, PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST, PTHREAD_PRIO_NONE, PTHREAD_PROCESS_SHARED);
    EXPECT_EQUAL(pthread_mutex_lock(&shared->mutex), 0);
    child = fork();
    if (child == 0) {
        EXPECT_EQUAL(pthread_mutex_trylock(&shared->mutex), EBUSY);
        quiet_counter_advance(&shared->tried);
        EXPECT_EQUAL(pthread_mutex_lock(&shared->mutex), 0);
        _exit(0);
    }
    quiet_counter_await(&shared->tried, 1);
    EXPECT_EQUAL(pthread_mutex_unlock(&shared->mutex), 0);
    EXPECT_EQUAL(waitpid(child, &status, 0), child);
    EXPECT_EQUAL(status, 0);
    EXPECT_EQUAL(pthread_mutex_lock(&shared->mutex), EOWNERDEAD);
    EXPECT_EQUAL(pthread_mutex_consistent(&shared->mutex), 0);
    EXPECT_EQUAL(pthread_mutex_unlock(&shared->mutex), 0);
    EXPECT_EQUAL(pthread_mutex_destroy(&shared->mutex), 0);
    return 0;
}

static int destroy_busy(void)
{
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

    EXPECT_EQUAL(pthread_mutex_lock(&mutex), 0);
    EXPECT_EQUAL(pthread_mutex_destroy(&mutex), EBUSY);
    EXPECT_EQUAL(pthread_mutex_unlock(&mutex), 0);
    EXPECT_EQUAL(pthread_mutex_destroy(&mutex), 0);
    return 0;
}

#define EXPECT_ERRNO_KEPT(call, wanted)                                                                           \
    do {                                                                                                          \
        errno = UNTOUCHED;                                                                                        \
        EXPECT_EQUAL(call, wanted);                                                                               \
        EXPECT_EQUAL(errno, UNTOUCHED);                                                                           \
    } while (0)

static int errno_kept(void)
{
    struct timespec wall = soon(CLOCK_REALTIME);
    pthread_mutex_t mutex;
    pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER;

    EXPECT_ERRNO_KEPT(pthread_mutex_lock(&outer), 0);
    EXPECT_ERRNO_KEPT(pthread_mutex_init(&mutex, NULL), 0);
    for (int i = 0; i < 3; i++) {
        EXPECT_ERRNO_KEPT(pthread_mutex_lock(&mutex), 0);
        EXPECT_ERRNO_KEPT(pthread_mutex_trylock(&mutex), EBUSY);
        EXPECT_ERRNO_KEPT(pthread_mutex_unlock(&mutex), 0);
        EXPECT_ERRNO_KEPT(pthread_mutex_trylock(&mutex), 0);
        EXPECT_ERRNO_KEPT(pthread_mutex_unlock(&mutex), 0);
        EXPECT_ERRNO_KEPT(pthread_mutex_timedlock(&mutex, &wall), 0);
        EXPECT_ERRNO_KEPT(pthread_mutex_unlock(&mutex), 0);
        EXPECT_ERRNO_KEPT(pthread_mutex_clocklock(&mutex, CLOCK_REALTIME, &wall), 0);
        EXPECT_ERRNO_KEPT(pthread_mutex_unlock(&mutex), 0);
    }
    EXPECT_ERRNO_KEPT(pthread_mutex_destroy(&mutex), 0);
    EXPECT_ERRNO_KEPT(pthread_mutex_unlock(&outer), 0);
    return 0;
}

/* Nothing may be kept inside the program's mutex. */
static int bytes_kept(void)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    static const pthread_mutex_t fresh = PTHREAD_MUTEX_INITIALIZER;

    for (int i = 0; i < 100; i++) {
        EXPECT_EQUAL(pthread_mutex_lock(&mutex), 0);
        EXPECT_EQUAL(mutex.__data.__owner, gettid());
        EXPECT_EQUAL(pthread_mutex_unlock(&mutex), 0);
        EXPECT_EQUAL(memcmp(&mutex, &fresh, sizeof mutex), 0);
    }
    return 0;
}

static const struct bootstrap_case cases[] = {
    {"contended", contended, ""},
    {"free_mutex", free_mutex, ""},
    {"errorcheck_relock", errorcheck_relock, "findings"},
    {"unlock_not_owned", unlock_not_owned, "findings"},
    {"recursive_counts", recursive_counts, ""},
    {"robust", robust, ""},
    {"robust_inherit", robust_inherit, ""},
    {"inherit", inherit, ""},
    {"protect", protect, ""},
    {"process_shared", process_shared, "recordings=2"},
    {"destroy_busy", destroy_busy, "findings"},
    {"errno_kept", errno_kept, ""},
    {"bytes_kept", bytes_kept, ""},
};
CASES_MAIN(cases)
