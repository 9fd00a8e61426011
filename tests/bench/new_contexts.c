/*
 * Acquisition contexts that were never seen before: one thread nests random pairs of `locks` locks, no pair twice,
 * each in the order of the locks' addresses. `known` pairs come before the clock starts, so that a growing graph
 * shows. Prints nanoseconds per pair (two locks and two unlocks).
 */
#include "bench.h"

struct pair {
    uint16_t outer;
    uint16_t inner;
};

static struct pair *pairs_draw(size_t count, size_t lock_count)
{
    struct pair *pairs = calloc(count, sizeof *pairs);
    bool *drawn = calloc(lock_count * lock_count, sizeof *drawn);
    if (pairs == NULL || drawn == NULL)
        bench_fail("out of memory");
    uint64_t random = 1;
    for (size_t i = 0; i < count;) {
        size_t outer = bench_random(&random, lock_count);
        size_t inner = bench_random(&random, lock_count);
        if (outer >= inner || drawn[outer * lock_count + inner])
            continue;
        drawn[outer * lock_count + inner] = true;
        pairs[i++] = (struct pair){.outer = (uint16_t)outer, .inner = (uint16_t)inner};
    }
    free(drawn);
    return pairs;
}

/* Nests all pairs; the time since the first `known` of them. One loop, so that all come from the same call sites.
 */
static uint64_t nest_ns(pthread_mutex_t *locks, const struct pair *pairs, size_t known, size_t count)
{
    uint64_t start_ns = 0;
    for (size_t i = 0; i < known + count; i++) {
        if (i == known)
            start_ns = bench_now_ns(CLOCK_THREAD_CPUTIME_ID);
        pthread_mutex_lock(&locks[pairs[i].outer]);
        pthread_mutex_lock(&locks[pairs[i].inner]);
        pthread_mutex_unlock(&locks[pairs[i].inner]);
        pthread_mutex_unlock(&locks[pairs[i].outer]);
    }
    return bench_now_ns(CLOCK_THREAD_CPUTIME_ID) - start_ns;
}

int main(int argc, char **argv)
{
    size_t lock_count = bench_argument(argc, argv, "locks", 3000);
    size_t known = bench_argument(argc, argv, "known", 0);
    size_t count = bench_argument(argc, argv, "iterations", 20000);
    if (lock_count > UINT16_MAX || (known + count) * 4 > lock_count * (lock_count - 1))
        bench_fail("known + iterations must be at most half of all pairs");
    bench_pin(0);
    struct pair *pairs = pairs_draw(known + count, lock_count);
    pthread_mutex_t *locks = bench_locks_create(lock_count);
    bench_print(nest_ns(locks, pairs, known, count), count);
    bench_locks_destroy(locks, lock_count);
    free(pairs);
    return 0;
}
