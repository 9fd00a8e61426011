/*
 * Lock and unlock without contention: every thread has its own locks and takes groups of `nesting` of them, inner
 * ones at call sites of their own. Prints nanoseconds per lock + unlock.
 *
 * There is one group for each lock: that lock and others drawn at random, in the order of their addresses, so that
 * no two groups clash. So a thread has at most locks * nesting acquisition contexts, all seen before the clock
 * starts.
 */
#include "bench.h"

#define NESTING_MAX 4
#define PICK_COUNT  8192u

struct group {
    pthread_mutex_t *lock[NESTING_MAX];
};

struct worker {
    size_t number;
    size_t lock_count;
    size_t nesting;
    size_t passes;
    struct bench_gate *gate;
    struct group *groups;
    uint16_t picks[PICK_COUNT];
    uint64_t spent_ns;
};

static void nest_1(const struct worker *worker)
{
    for (size_t i = 0; i < PICK_COUNT; i++) {
        const struct group *group = &worker->groups[worker->picks[i]];
        pthread_mutex_lock(group->lock[0]);
        pthread_mutex_unlock(group->lock[0]);
    }
}

static void nest_2(const struct worker *worker)
{
    for (size_t i = 0; i < PICK_COUNT; i++) {
        const struct group *group = &worker->groups[worker->picks[i]];
        pthread_mutex_lock(group->lock[0]);
        pthread_mutex_lock(group->lock[1]);
        pthread_mutex_unlock(group->lock[1]);
        pthread_mutex_unlock(group->lock[0]);
    }
}

static void nest_4(const struct worker *worker)
{
    for (size_t i = 0; i < PICK_COUNT; i++) {
        const struct group *group = &worker->groups[worker->picks[i]];
        pthread_mutex_lock(group->lock[0]);
        pthread_mutex_lock(group->lock[1]);
        pthread_mutex_lock(group->lock[2]);
        pthread_mutex_lock(group->lock[3]);
        pthread_mutex_unlock(group->lock[3]);
        pthread_mutex_unlock(group->lock[2]);
        pthread_mutex_unlock(group->lock[1]);
        pthread_mutex_unlock(group->lock[0]);
    }
}

/* The lock `first` and others, no lock twice, sorted by address. */
static void group_draw(struct group *group, pthread_mutex_t *locks, const struct worker *worker, size_t first,
                       uint64_t *random)
{
    size_t count = 0;
    for (pthread_mutex_t *lock = &locks[first]; count < worker->nesting;
         lock = &locks[bench_random(random, worker->lock_count)]) {
        size_t place = 0;
        while (place < count && group->lock[place] < lock)
            place++;
        if (place < count && group->lock[place] == lock)
            continue;
        memmove(&group->lock[place + 1], &group->lock[place], (count - place) * sizeof group->lock[0]);
        group->lock[place] = lock;
        count++;
    }
}

static void *work(void *argument)
{
    struct worker *worker = argument;
    bench_pin(worker->number);
    uint64_t random = worker->number + 1;
    pthread_mutex_t *locks = bench_locks_create(worker->lock_count);
    worker->groups = calloc(worker->lock_count, sizeof *worker->groups);
    if (worker->groups == NULL)
        bench_fail("out of memory");
    for (size_t i = 0; i < worker->lock_count; i++)
        group_draw(&worker->groups[i], locks, worker, i, &random);
    /* Every group once at least; the rest at random. */
    for (size_t i = 0; i < PICK_COUNT; i++)
        worker->picks[i] = (uint16_t)(i < worker->lock_count ? i : bench_random(&random, worker->lock_count));
    for (size_t i = PICK_COUNT - 1; i > 0; i--) {
        size_t other = bench_random(&random, i + 1);
        uint16_t pick = worker->picks[i];
        worker->picks[i] = worker->picks[other];
        worker->picks[other] = pick;
    }

    void (*nest)(const struct worker *) = worker->nesting == 1 ? nest_1 : worker->nesting == 2 ? nest_2 : nest_4;
    bench_gate_pass(worker->gate);
    /* The first pass, not timed, must come by the same call as the others: a call path of its own is a context of
       its own. CPU time, as nobody waits for anybody here: what else runs on the machine should not count. */
    uint64_t start_ns = 0;
    for (size_t pass = 0; pass <= worker->passes; pass++) {
        if (pass == 1)
            start_ns = bench_now_ns(CLOCK_THREAD_CPUTIME_ID);
        nest(worker);
    }
    worker->spent_ns = bench_now_ns(CLOCK_THREAD_CPUTIME_ID) - start_ns;

    bench_locks_destroy(locks, worker->lock_count);
    free(worker->groups);
    return NULL;
}

int main(int argc, char **argv)
{
    size_t thread_count = bench_argument(argc, argv, "threads", 2);
    size_t lock_count = bench_argument(argc, argv, "locks", 24);
    size_t nesting = bench_argument(argc, argv, "nesting", 1);
    size_t iterations = bench_argument(argc, argv, "iterations", 1000000);
    size_t passes = (iterations + PICK_COUNT - 1) / PICK_COUNT;
    if (nesting != 1 && nesting != 2 && nesting != 4)
        bench_fail("nesting is 1, 2 or 4");
    if (lock_count < nesting || lock_count > PICK_COUNT || thread_count == 0 || iterations == 0)
        bench_fail("wrong number of locks, threads or iterations");

    struct bench_gate gate = {.parties = thread_count};
    struct worker *workers = calloc(thread_count, sizeof *workers);
    pthread_t *threads = calloc(thread_count, sizeof *threads);
    if (workers == NULL || threads == NULL)
        bench_fail("out of memory");
    for (size_t i = 0; i < thread_count; i++) {
        workers[i].number = i;
        workers[i].lock_count = lock_count;
        workers[i].nesting = nesting;
        workers[i].passes = passes;
        workers[i].gate = &gate;
        if (pthread_create(&threads[i], NULL, work, &workers[i]) != 0)
            bench_fail("cannot create a thread");
    }
    uint64_t spent_ns = 0;
    for (size_t i = 0; i < thread_count; i++) {
        pthread_join(threads[i], NULL);
        spent_ns += workers[i].spent_ns;
    }
    bench_print(spent_ns, passes * PICK_COUNT * nesting * thread_count);
    free(threads);
    free(workers);
    return 0;
}
