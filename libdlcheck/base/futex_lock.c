#include "libdlcheck/base/futex_lock.h"

#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SPINS 100

__thread struct dlc_futex_locks_held dlc_futex_locks_held;

void dlc_futex_lock_acquire_contended(struct dlc_futex_lock *lock)
{
    int saved_errno = errno;

    /* Our critical sections are far shorter than a system call. */
    for (int i = 0; i < SPINS; i++) {
        int expected = 0;

        if (atomic_compare_exchange_weak_explicit(&lock->state, &expected, 1, memory_order_acquire,
                                                  memory_order_relaxed))
            return;
        __builtin_ia32_pause();
    }
    while (atomic_exchange_explicit(&lock->state, 2, memory_order_acquire) != 0)
        syscall(SYS_futex, &lock->state, FUTEX_WAIT_PRIVATE, 2, NULL, NULL, 0);
    errno = saved_errno;
}

void dlc_futex_locks_drop(void)
{
    while (dlc_futex_locks_held.count)
        dlc_futex_lock_release(
            dlc_futex_locks_held.locks[(dlc_futex_locks_held.count - 1) % DLC_FUTEX_LOCKS_NESTED]);
}

void dlc_futex_lock_wake(struct dlc_futex_lock *lock)
{
    int saved_errno = errno;

    syscall(SYS_futex, &lock->state, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    errno = saved_errno;
}
