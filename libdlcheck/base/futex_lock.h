/*
 * The lock of dlcheck's own tables: a futex word, so that it can neither be interposed nor recurse into pthreads.
 * Never held while unwinding, writing text or calling back. Its holder has entered the runtime (track/thread.h),
 * so a signal handler on the same thread never waits for it.
 */
#ifndef DLC_BASE_FUTEX_LOCK_H
#define DLC_BASE_FUTEX_LOCK_H

#include <stdatomic.h>
#include <stdint.h>

struct dlc_futex_lock {
    atomic_int state; /* 0 free, 1 held, 2 held and waited for; all zero is a free lock */
};

#define DLC_FUTEX_LOCKS_NESTED 8

/* The locks that the calling thread holds, in the order it took them. */
struct dlc_futex_locks_held {
    struct dlc_futex_lock *locks[DLC_FUTEX_LOCKS_NESTED];
    uint32_t count;
};
extern __thread struct dlc_futex_locks_held dlc_futex_locks_held
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

void dlc_futex_lock_acquire_contended(struct dlc_futex_lock *lock);
void dlc_futex_lock_wake(struct dlc_futex_lock *lock);

/* Releases whatever the calling thread holds: a signal handler has jumped out of the code that would have. */
void dlc_futex_locks_drop(void);

static inline void dlc_futex_lock_acquire(struct dlc_futex_lock *lock)
{
    int expected = 0;

    if (!atomic_compare_exchange_strong_explicit(&lock->state, &expected, 1, memory_order_acquire,
                                                 memory_order_relaxed))
        dlc_futex_lock_acquire_contended(lock);
    dlc_futex_locks_held.locks[dlc_futex_locks_held.count++ % DLC_FUTEX_LOCKS_NESTED] = lock;
}

static inline void dlc_futex_lock_release(struct dlc_futex_lock *lock)
{
    dlc_futex_locks_held.count--;
    if (atomic_exchange_explicit(&lock->state, 0, memory_order_release) == 2)
        dlc_futex_lock_wake(lock);
}

#endif
