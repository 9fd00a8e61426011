/* Many threads, many locks, deep nesting, small and strange stacks. */
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/mman.h>

#include "tests/bootstrap/cases.h"
#include "tests/support/quiet_barrier.h"

#define MANY 100000
#define DEEP 300

static pthread_mutex_t many[MANY];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct quiet_counter alive, go;
static int total;

static void *count(void *unused)
{
    EXPECT_EQUAL(pthread_mutex_lock(&mutex), 0);
    total++;
    EXPECT_EQUAL(pthread_mutex_unlock(&mutex), 0);
    return unused;
}

static int threads_in_turn(void)
{
    for (int i = 0; i < 5000; i++) {
        pthread_t thread;

        EXPECT_EQUAL(pthread_create(&thread, NULL, count, NULL), 0);
        EXPECT_EQUAL(pthread_join(thread, NULL), 0);
    }
    EXPECT_EQUAL(total, 5000);
    return 0;
}

static void *count_together(void *unused)
{
    quiet_counter_advance(&alive);
    quiet_counter_await(&go, 1);
    return count(unused);
}

static int threads_together(void)
{
    pthread_t threads[500];
    pthread_attr_t attributes;

    EXPECT_EQUAL(pthread_attr_init(&attributes), 0);
    EXPECT_EQUAL(pthread_attr_setstacksize(&attributes, 64 * 1024), 0);
    for (int i = 0; i < 500; i++)
        EXPECT_EQUAL(pthread_create(&threads[i], &attributes, count_together, NULL), 0);
    quiet_counter_await(&alive, 500);
    quiet_counter_advance(&go);
    for (int i = 0; i < 500; i++)
        EXPECT_EQUAL(pthread_join(threads[i], NULL), 0);
    EXPECT_EQUAL(total, 500);
    return 0;
}

static int nested(void)
{
    for (int repeat = 0; repeat < 3; repeat++) {
        for (int i = 0; i < DEEP; i++)
            EXPECT_EQUAL(pthread_mutex_lock(&many[i]), 0);
        for (int i = 0; i < DEEP; i++)
            EXPECT_EQUAL(pthread_mutex_unlock(&many[repeat == 1 ? i : DEEP - 1 - i]), 0);
    }
    return 0;
}

static int many_locks(void)
{
    EXPECT_EQUAL(pthread_mutex_lock(&mutex), 0);
    for (int i = 0; i < MANY; i++) {
        EXPECT_EQUAL(pthread_mutex_lock(&many[i]), 0);
        EXPECT_EQUAL(pthread_mutex_unlock(&many[i]), 0);
    }
    EXPECT_EQUAL(pthread_mutex_unlock(&mutex), 0);
    return 0;
}

static int take_at_depth(int depth)
{
    if (depth > 0)
        return take_at_depth(depth - 1) + 1;
    count(NULL);
    return 0;
}

/* Stacks deeper than what is kept of them. */
static int deep_calls(void)
{
    EXPECT_EQUAL(take_at_depth(5000), 5000);
    EXPECT_EQUAL(total, 1);
    return 0;
}

static void *nest_a_little(void *unused)
{
    for (int i = 0; i < 8; i++)
        EXPECT_EQUAL(pthread_mutex_lock(&many[i]), 0);
    for (int i = 7; i >= 0; i--)
        EXPECT_EQUAL(pthread_mutex_unlock(&many[i]), 0);
    return unused;
}

static void run_with(const pthread_attr_t *attributes)
{
    pthread_t thread;

    for (int i = 0; i < 20; i++) {
        EXPECT_EQUAL(pthread_create(&thread, attributes, nest_a_little, NULL), 0);
        EXPECT_EQUAL(pthread_join(thread, NULL), 0);
    }
}

static int smallest_stack(void)
{
    pthread_attr_t attributes;

    EXPECT_EQUAL(pthread_attr_init(&attributes), 0);
    EXPECT_EQUAL(pthread_attr_setstacksize(&attributes, (size_t)PTHREAD_STACK_MIN), 0);
    run_with(&attributes);
    return 0;
}

/* The stack has no guard: what runs over its end is seen in the canary below it. */
static int own_stack(void)
{
    size_t stack_bytes = (size_t)PTHREAD_STACK_MIN, canary_bytes = 65536;
    pthread_attr_t attributes;
    unsigned char *memory =
        mmap(NULL, canary_bytes + stack_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    EXPECT(memory != MAP_FAILED);
    memset(memory, 0x5a, canary_bytes);
    EXPECT_EQUAL(pthread_attr_init(&attributes), 0);
    EXPECT_EQUAL(pthread_attr_setstack(&attributes, memory + canary_bytes, stack_bytes), 0);
    run_with(&attributes);
    for (size_t i = 0; i < canary_bytes; i++)
        EXPECT_EQUAL(memory[i], 0x5a);
    return 0;
}

static const struct bootstrap_case cases[] = {
    {"threads_in_turn", threads_in_turn, ""},
    {"threads_together", threads_together, ""},
    {"nested", nested, ""},
    {"many_locks", many_locks, ""},
    {"deep_calls", deep_calls, ""},
    {"smallest_stack", smallest_stack, ""},
    {"own_stack", own_stack, ""},
};
CASES_MAIN(cases)
