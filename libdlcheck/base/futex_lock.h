/*
 * The lock of dlcheck's own tables: a futex word, so that it can neither be interposed nor recurse into pthreads.
 * Never held while unwinding, writing text or calling back. Its holder has entered the runtime (track/thread.h), so
 * a signal handler on the same thread never waits for it.
 */
#ifndef DLC_BASE_FUTEX_LOCK_H
#define DLC_BASE_FUTEX_LOCK_H

#include <stdatomic.h>

struct dlc_futex_lock {
    atomic_int state; /* 0 free, 1 held, 2 held and waited for; all zero is a free lock */
};

void dlc_futex_lock_acquire_contended(struct dlc_futex_lock *lock);
void dlc_futex_lock_wake(struct dlc_futex_lock *lock);

static inline void dlc_futex_lock_acquire(struct dlc_futex_lock *lock)
{
    int expected = 0;

    if (!atomic_compare_exchange_strong_explicit(&lock->state, &expected, 1, memory_order_acquire,
                                                 memory_order_relaxed))
        dlc_futex_lock_acquire_contended(lock);
}

static inline void dlc_futex_lock_release(struct dlc_futex_lock *lock)
{
    if (atomic_exchange_explicit(&lock->state, 0, memory_order_release) == 2)
        dlc_futex_lock_wake(lock);
}

#endif
