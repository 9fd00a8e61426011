/* Addresses that are used for one lock after the other, in opposite orders: different locks, so no cycle. */
#include <pthread.h>
#include <sys/mman.h>

#include "tests/bootstrap/cases.h"
#include "tests/support/quiet_barrier.h"

struct pair {
    pthread_mutex_t low, high;
};

static void take(pthread_mutex_t *outer, pthread_mutex_t *inner)
{
    EXPECT_EQUAL(pthread_mutex_lock(outer), 0);
    EXPECT_EQUAL(pthread_mutex_lock(inner), 0);
    EXPECT_EQUAL(pthread_mutex_unlock(inner), 0);
    EXPECT_EQUAL(pthread_mutex_unlock(outer), 0);
}

static void *take_upwards(void *argument)
{
    struct pair *pair = argument;

    take(&pair->low, &pair->high);
    return NULL;
}

static void *take_downwards(void *argument)
{
    struct pair *pair = argument;

    take(&pair->high, &pair->low);
    return NULL;
}

/* By two threads, so that a cycle would be worth a report. */
static void take_in_threads(struct pair *pair, void *(*routine)(void *))
{
    pthread_t threads[2];

    for (int i = 0; i < 2; i++)
        EXPECT_EQUAL(pthread_create(&threads[i], NULL, routine, pair), 0);
    for (int i = 0; i < 2; i++)
        EXPECT_EQUAL(pthread_join(threads[i], NULL), 0);
}

static int destroyed(void)
{
    static struct pair pair;

    for (int i = 0; i < 10; i++) {
        EXPECT_EQUAL(pthread_mutex_init(&pair.low, NULL), 0);
        EXPECT_EQUAL(pthread_mutex_init(&pair.high, NULL), 0);
        take_in_threads(&pair, i % 2 == 0 ? take_upwards : take_downwards);
        EXPECT_EQUAL(pthread_mutex_destroy(&pair.low), 0);
        EXPECT_EQUAL(pthread_mutex_destroy(&pair.high), 0);
    }
    return 0;
}

static int initialised_again(void)
{
    static struct pair pair;

    for (int i = 0; i < 10; i++) {
        EXPECT_EQUAL(pthread_mutex_init(&pair.low, NULL), 0);
        EXPECT_EQUAL(pthread_mutex_init(&pair.high, NULL), 0);
        take_in_threads(&pair, i % 2 == 0 ? take_upwards : take_downwards);
    }
    return 0;
}

/* Nobody says that the locks are gone: they are freed with what they lie in. */
static int freed(void)
{
    for (int i = 0; i < 10; i++) {
        struct pair *pair = calloc(1, sizeof *pair);

        EXPECT(pair != NULL);
        take_in_threads(pair, i % 2 == 0 ? take_upwards : take_downwards);
        free(pair);
    }
    return 0;
}

/* The block that grows moves, and leaves its old place to the next one. */
static int reallocated(void)
{
    for (int i = 0; i < 10; i++) {
        struct pair *pair = calloc(1, sizeof *pair);
        void *grown;

        EXPECT(pair != NULL);
        take_in_threads(pair, i % 2 == 0 ? take_upwards : take_downwards);
        grown = realloc(pair, (size_t)4 << 20);
        EXPECT(grown != NULL);
        free(grown);
    }
    return 0;
}

static int unmapped(void)
{
    void *wanted = NULL;

    for (int i = 0; i < 10; i++) {
        struct pair *pair = mmap(wanted, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        EXPECT(pair != MAP_FAILED);
        take_in_threads(pair, i % 2 == 0 ? take_upwards : take_downwards);
        EXPECT_EQUAL(munmap(pair, 65536), 0);
        wanted = pair;
    }
    return 0;
}

__attribute__((noinline)) static void use_frame(void *(*routine)(void *))
{
    struct pair pair = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};

    take_in_threads(&pair, routine);
    __asm__ volatile("" : : "r"(&pair) : "memory");
}

/* Two calls from two places: the frames lie at one address, but return to different ones. */
static int popped(void)
{
    use_frame(take_upwards);
    use_frame(take_downwards);
    return 0;
}

static int popped_with_init(void)
{
    for (int i = 0; i < 10; i++) {
        struct pair pair;

        EXPECT_EQUAL(pthread_mutex_init(&pair.low, NULL), 0);
        EXPECT_EQUAL(pthread_mutex_init(&pair.high, NULL), 0);
        take_in_threads(&pair, i % 2 == 0 ? take_upwards : take_downwards);
    }
    return 0;
}

/* glibc gives the stack of an ended thread to the next one. */
static void *own_stack(void *argument)
{
    struct pair pair = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};

    take_in_threads(&pair, *(int *)argument % 2 == 0 ? take_upwards : take_downwards);
    __asm__ volatile("" : : "r"(&pair) : "memory");
    return NULL;
}

static int thread_stacks(void)
{
    for (int i = 0; i < 10; i++) {
        pthread_t thread;

        EXPECT_EQUAL(pthread_create(&thread, NULL, own_stack, &i), 0);
        EXPECT_EQUAL(pthread_join(thread, NULL), 0);
    }
    return 0;
}

static const struct bootstrap_case cases[] = {
    {"destroyed", destroyed, ""},
    {"initialised_again", initialised_again, ""},
    {"freed", freed, ""},
    {"reallocated", reallocated, ""},
    {"unmapped", unmapped, ""},
    {"popped", popped, ""},
    {"popped_with_init", popped_with_init, ""},
    {"thread_stacks", thread_stacks, ""},
};
CASES_MAIN(cases)
