/*
 * Orders threads without a lock, a condition variable or a sleep: a counter in a futex, by raw system calls.
 * dlcheck does not see it, so a test can fix what happens when, and change nothing of what is recorded.
 *
 * A counter starts at 0 (static storage will do) and only grows. For C and C++, for tests and samples.
 */
#ifndef TESTS_SUPPORT_QUIET_BARRIER_H
#define TESTS_SUPPORT_QUIET_BARRIER_H

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

struct quiet_counter {
    int value;
};

/* Adds one and wakes everybody who waits. */
static inline void quiet_counter_advance(struct quiet_counter *counter)
{
    __atomic_add_fetch(&counter->value, 1, __ATOMIC_SEQ_CST);
    syscall(SYS_futex, &counter->value, FUTEX_WAKE, 0x7fffffff, 0, 0, 0);
}

/* Waits until the counter has reached `value`. */
static inline void quiet_counter_await(struct quiet_counter *counter, int value)
{
    int seen;

    while ((seen = __atomic_load_n(&counter->value, __ATOMIC_SEQ_CST)) < value)
        syscall(SYS_futex, &counter->value, FUTEX_WAIT, seen, 0, 0, 0);
}

/* Waits until `threads` threads have come here. For one use per counter. */
static inline void quiet_barrier_wait(struct quiet_counter *counter, int threads)
{
    quiet_counter_advance(counter);
    quiet_counter_await(counter, threads);
}

#endif
