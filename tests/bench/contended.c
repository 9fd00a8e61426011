/*
 * One mutex and several threads that all want it. Prints nanoseconds of wall time per lock + unlock, all threads'
 * together.
 */
#include "bench.h"

struct shared {
    pthread_mutex_t lock;
    size_t counter;
    size_t iterations;
    struct bench_gate start;
};

struct worker {
    struct shared *shared;
    size_t number;
    uint64_t start_ns;
    uint64_t end_ns;
};

static void *work(void *argument)
{
    struct worker *worker = argument;
    struct shared *shared = worker->shared;
    bench_pin(worker->number);
    bench_gate_pass(&shared->start);
    worker->start_ns = bench_now_ns(CLOCK_MONOTONIC);
    for (size_t i = 0; i < shared->iterations; i++) {
        pthread_mutex_lock(&shared->lock);
        shared->counter++;
        pthread_mutex_unlock(&shared->lock);
    }
    worker->end_ns = bench_now_ns(CLOCK_MONOTONIC);
    return NULL;
}

int main(int argc, char **argv)
{
    size_t thread_count = bench_argument(argc, argv, "threads", 2);
    struct shared shared = {
        .lock = PTHREAD_MUTEX_INITIALIZER,
        .iterations = bench_argument(argc, argv, "iterations", 500000),
        .start = {.parties = thread_count},
    };
    struct worker *workers = calloc(thread_count, sizeof *workers);
    pthread_t *threads = calloc(thread_count, sizeof *threads);
    if (workers == NULL || threads == NULL)
        bench_fail("out of memory");
    for (size_t i = 0; i < thread_count; i++) {
        workers[i].shared = &shared;
        workers[i].number = i;
        if (pthread_create(&threads[i], NULL, work, &workers[i]) != 0)
            bench_fail("cannot create a thread");
    }
    uint64_t start_ns = UINT64_MAX;
    uint64_t end_ns = 0;
    for (size_t i = 0; i < thread_count; i++) {
        pthread_join(threads[i], NULL);
        start_ns = workers[i].start_ns < start_ns ? workers[i].start_ns : start_ns;
        end_ns = workers[i].end_ns > end_ns ? workers[i].end_ns : end_ns;
    }
    if (shared.counter != shared.iterations * thread_count)
        bench_fail("the mutex did not exclude");
    bench_print(end_ns - start_ns, shared.counter);
    free(threads);
    free(workers);
    return 0;
}
