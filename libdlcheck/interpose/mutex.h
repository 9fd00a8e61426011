/* Mutex events, for the three families of calls that make them: pthread_mutex_*, pthread_cond_*wait, and C11
 * mtx_*. */
#ifndef DLC_INTERPOSE_MUTEX_H
#define DLC_INTERPOSE_MUTEX_H

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>

#include "libdlcheck/base/glibc_mutex.h"
#include "libdlcheck/track/track.h"

static inline uint64_t dlc_mutex_address(const pthread_mutex_t *mutex)
{
    return (uint64_t)(uintptr_t)mutex;
}

static inline struct dlc_lock_traits dlc_mutex_traits(const pthread_mutex_t *mutex)
{
    int kind = dlc_glibc_kind(mutex);
    int type = kind & DLC_GLIBC_TYPE_MASK;
    uint32_t flags = 0;

    flags |= type == DLC_GLIBC_RECURSIVE ? DLC_LOCK_RECURSIVE : 0;
    flags |= type == DLC_GLIBC_ERRORCHECK ? DLC_LOCK_ERRORCHECK : 0;
    flags |= type == DLC_GLIBC_ADAPTIVE ? DLC_LOCK_ADAPTIVE : 0;
    flags |= kind & DLC_GLIBC_ROBUST ? DLC_LOCK_ROBUST : 0;
    flags |= kind & DLC_GLIBC_INHERIT ? DLC_LOCK_INHERIT : 0;
    flags |= kind & DLC_GLIBC_PROTECT ? DLC_LOCK_PROTECT : 0;
    flags |= kind & DLC_GLIBC_PSHARED ? DLC_LOCK_PSHARED : 0;
    return (struct dlc_lock_traits){DLC_LOCK_MUTEX, flags};
}

/* Whether a lock call with this result has made its caller the owner. */
static inline bool dlc_mutex_owned(int result)
{
    return result == 0 || result == EOWNERDEAD;
}

/* `mutex` was got by a call that returned ownership. Taking a recursive mutex again is no event. */
static inline void dlc_mutex_acquired(pthread_mutex_t *mutex, enum dlc_how how, struct dlc_caller caller)
{
    if (__builtin_expect(!dlc_glibc_held_again(mutex), 1))
        dlc_track_acquired(dlc_mutex_address(mutex), dlc_mutex_traits(mutex), DLC_MODE_EXCLUSIVE, how, caller);
}

/* The whole calls, with the place they were called from. Results are the real pthread functions'. */
int dlc_mutex_lock(pthread_mutex_t *mutex, struct dlc_caller caller);
int dlc_mutex_trylock(pthread_mutex_t *mutex, struct dlc_caller caller);
int dlc_mutex_timedlock(pthread_mutex_t *mutex, const struct timespec *until, struct dlc_caller caller);
int dlc_mutex_unlock(pthread_mutex_t *mutex, struct dlc_caller caller);
void dlc_mutex_initialised(pthread_mutex_t *mutex, struct dlc_caller caller);
void dlc_mutex_destroying(pthread_mutex_t *mutex, struct dlc_caller caller);

/* As pthread_cond_wait and pthread_cond_timedwait. `how_to_wait` does the real call. */
struct dlc_cond_call {
    pthread_cond_t *condition;
    pthread_mutex_t *mutex;
    const struct timespec *until; /* NULL: no timeout */
    clockid_t clock;
    int (*wait)(const struct dlc_cond_call *call);
};
int dlc_cond_wait(const struct dlc_cond_call *call, struct dlc_caller caller);
int dlc_cond_wait_untimed(const struct dlc_cond_call *call);
int dlc_cond_wait_timed(const struct dlc_cond_call *call);

#endif
