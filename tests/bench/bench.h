/*
 * What every benchmark needs: arguments of the form name=number, a CPU for each thread, clocks, a common start.
 * A benchmark measures itself, so that the start of a checker costs it nothing, and prints nanoseconds per
 * operation as its only line; tests/bench/run does the comparing.
 */
#ifndef DLC_TESTS_BENCH_H
#define DLC_TESTS_BENCH_H

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Ends the program with status 2 and one line that says why. */
static inline _Noreturn void bench_fail(const char *why)
{
    fprintf(stderr, "bench: %s\n", why);
    exit(2);
}

/* The number after "name=" among the arguments, or `initial`; the last one given wins. */
static inline size_t bench_argument(int argc, char **argv, const char *name, size_t initial)
{
    size_t value = initial;
    size_t length = strlen(name);
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], name, length) != 0 || argv[i][length] != '=')
            continue;
        char *end;
        value = strtoul(argv[i] + length + 1, &end, 10);
        if (*end != '\0' || end == argv[i] + length + 1)
            bench_fail("arguments are name=number");
    }
    return value;
}

/* Ties the calling thread to one CPU, worker 0 to the first of those allowed to the process, and so on round.
   To be called while the thread still may use all of them. */
static inline void bench_pin(size_t worker)
{
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        return;
    size_t turn = worker % (size_t)CPU_COUNT(&allowed);
    for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (!CPU_ISSET(cpu, &allowed) || turn-- > 0)
            continue;
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(cpu, &one);
        sched_setaffinity(0, sizeof one, &one);
        return;
    }
}

static inline uint64_t bench_now_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

/* A number below `limit` (xorshift64*); the same sequence in every run. `state` must not be 0. */
static inline size_t bench_random(uint64_t *state, size_t limit)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (size_t)((*state * UINT64_C(0x2545f4914f6cdd1d)) >> 33) % limit;
}

/* `count` mutexes of default kind, each initialised. */
static inline pthread_mutex_t *bench_locks_create(size_t count)
{
    pthread_mutex_t *locks = calloc(count, sizeof *locks);
    if (locks == NULL)
        bench_fail("out of memory");
    for (size_t i = 0; i < count; i++)
        pthread_mutex_init(&locks[i], NULL);
    return locks;
}

static inline void bench_locks_destroy(pthread_mutex_t *locks, size_t count)
{
    for (size_t i = 0; i < count; i++)
        pthread_mutex_destroy(&locks[i]);
    free(locks);
}

/* Holds threads back until `parties` of them have come. Not a lock, so that no checker has anything to do for it.
 */
struct bench_gate {
    size_t parties;
    atomic_size_t arrived;
};

static inline void bench_gate_pass(struct bench_gate *gate)
{
    atomic_fetch_add(&gate->arrived, 1);
    while (atomic_load(&gate->arrived) < gate->parties)
        sched_yield();
}

static inline void bench_print(uint64_t spent_ns, size_t operations)
{
    printf("%.2f\n", (double)spent_ns / (double)operations);
}

#endif
