#include "libdlcheck/interpose/mutex.h"

#include "libdlcheck/interpose/blocking.h"
#include "libdlcheck/interpose/real.h"
#include "libdlcheck/live/foreign.h"
#include "libdlcheck/live/live.h"

static struct dlc_wait mutex_wait(pthread_mutex_t *mutex, enum dlc_how how)
{
    return (struct dlc_wait){
        .kind = DLC_WAIT_MUTEX,
        .timed = how == DLC_HOW_TIMED,
        .how = how,
        .object = dlc_mutex_address(mutex),
    };
}

/* One of the real calls that may block. */
struct lock_call {
    pthread_mutex_t *mutex;
    clockid_t clock;
    const struct timespec *until;
};

static int real_lock(const struct lock_call *call)
{
    return dlc_real.pthread_mutex_lock(call->mutex);
}

static int real_timedlock(const struct lock_call *call)
{
    return dlc_real.pthread_mutex_timedlock(call->mutex, call->until);
}

static int real_clocklock(const struct lock_call *call)
{
    return dlc_real.pthread_mutex_clocklock(call->mutex, call->clock, call->until);
}

static int __attribute__((noinline)) lock_waiting(const struct lock_call *call, enum dlc_how how,
                                                  int (*lock)(const struct lock_call *), struct dlc_caller caller)
{
    struct dlc_blocking blocking;
    int result;

    dlc_blocking_begin(&blocking, mutex_wait(call->mutex, how), dlc_mutex_address(call->mutex),
                       dlc_mutex_traits(call->mutex), caller);
    result = lock(call);
    dlc_blocking_end(&blocking);
    if (dlc_mutex_owned(result))
        dlc_mutex_acquired(call->mutex, how, caller);
    return result;
}

static inline __attribute__((always_inline)) int lock_from(pthread_mutex_t *mutex, struct dlc_caller caller)
{
    int result = EBUSY;

    /* Raising the priority to the ceiling is the lock call's own business; and glibc's trylock of a robust mutex
       that cannot be recovered any more leaves it locked. */
    if (__builtin_expect(!(dlc_glibc_kind(mutex) & (DLC_GLIBC_PROTECT | DLC_GLIBC_ROBUST)), 1))
        result = dlc_real.pthread_mutex_trylock(mutex);
    if (__builtin_expect(result == EBUSY, 0))
        return lock_waiting(&(struct lock_call){.mutex = mutex}, DLC_HOW_LOCK, real_lock, caller);
    if (__builtin_expect(dlc_mutex_owned(result), 1))
        dlc_mutex_acquired(mutex, DLC_HOW_LOCK, caller);
    return result;
}

int dlc_mutex_lock(pthread_mutex_t *mutex, struct dlc_caller caller)
{
    return lock_from(mutex, caller);
}

int dlc_mutex_trylock(pthread_mutex_t *mutex, struct dlc_caller caller)
{
    int result = dlc_real.pthread_mutex_trylock(mutex);

    if (dlc_mutex_owned(result))
        dlc_mutex_acquired(mutex, DLC_HOW_TRIED, caller);
    return result;
}

int dlc_mutex_timedlock(pthread_mutex_t *mutex, const struct timespec *until, struct dlc_caller caller)
{
    struct lock_call call = {.mutex = mutex, .until = until};

    return lock_waiting(&call, DLC_HOW_TIMED, real_timedlock, caller);
}

/* A release that our record does not explain: a mutex of another thread, or of nobody. */
static void __attribute__((noinline)) report_foreign(pthread_mutex_t *mutex, struct dlc_caller caller)
{
    struct dlc_thread *thread = dlc_thread_enter();

    if (!thread)
        return;
    dlc_live_foreign_unlock(thread, dlc_mutex_address(mutex), dlc_glibc_owner(mutex),
                            dlc_site_stack(thread, caller));
    dlc_thread_leave(thread);
}

static int __attribute__((noinline)) unlock_unusual(pthread_mutex_t *mutex, struct dlc_caller caller)
{
    bool was_held;
    int result;

    if (dlc_glibc_held_again(mutex) && dlc_track_holds(dlc_mutex_address(mutex)))
        return dlc_real.pthread_mutex_unlock(mutex);
    was_held = dlc_track_releasing(dlc_mutex_address(mutex));
    if (!was_held)
        report_foreign(mutex, caller);
    result = dlc_real.pthread_mutex_unlock(mutex);
    if (result != 0 && was_held)
        dlc_mutex_acquired(mutex, DLC_HOW_TRIED, caller);
    return result;
}

static inline __attribute__((always_inline)) int unlock_from(pthread_mutex_t *mutex, struct dlc_caller caller)
{
    /* Only a normal mutex of the calling thread is sure to be released by this call. */
    if (__builtin_expect((dlc_glibc_kind(mutex) & DLC_GLIBC_KIND_MASK) != 0, 0))
        return unlock_unusual(mutex, caller);
    if (__builtin_expect(!dlc_track_releasing(dlc_mutex_address(mutex)), 0))
        report_foreign(mutex, caller);
    return dlc_real.pthread_mutex_unlock(mutex);
}

int dlc_mutex_unlock(pthread_mutex_t *mutex, struct dlc_caller caller)
{
    return unlock_from(mutex, caller);
}

void dlc_mutex_initialised(pthread_mutex_t *mutex, struct dlc_caller caller)
{
    dlc_foreign_forget(dlc_mutex_address(mutex));
    dlc_track_initialised(dlc_mutex_address(mutex), dlc_mutex_traits(mutex), caller);
}

void dlc_mutex_destroying(pthread_mutex_t *mutex, struct dlc_caller caller)
{
    uint32_t owner_tid = dlc_glibc_owner(mutex);
    struct dlc_thread *thread;

    if (!owner_tid)
        return;
    thread = dlc_thread_enter();
    if (!thread)
        return;
    dlc_live_destroying(thread, dlc_mutex_address(mutex), owner_tid, dlc_site_stack(thread, caller));
    dlc_thread_leave(thread);
}

DLC_EXPORT int pthread_mutex_lock(pthread_mutex_t *mutex)
{
    return lock_from(mutex, DLC_CALLER());
}

DLC_EXPORT int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    return unlock_from(mutex, DLC_CALLER());
}

DLC_EXPORT int pthread_mutex_trylock(pthread_mutex_t *mutex)
{
    return dlc_mutex_trylock(mutex, DLC_CALLER());
}

DLC_EXPORT int pthread_mutex_timedlock(pthread_mutex_t *mutex, const struct timespec *until)
{
    return dlc_mutex_timedlock(mutex, until, DLC_CALLER());
}

DLC_EXPORT int pthread_mutex_clocklock(pthread_mutex_t *mutex, clockid_t clock, const struct timespec *until)
{
    struct lock_call call = {.mutex = mutex, .clock = clock, .until = until};

    return lock_waiting(&call, DLC_HOW_TIMED, real_clocklock, DLC_CALLER());
}

DLC_EXPORT int pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes)
{
    struct dlc_caller caller = DLC_CALLER();
    int result = dlc_real.pthread_mutex_init(mutex, attributes);

    if (result == 0)
        dlc_mutex_initialised(mutex, caller);
    return result;
}

DLC_EXPORT int pthread_mutex_destroy(pthread_mutex_t *mutex)
{
    int result;

    dlc_mutex_destroying(mutex, DLC_CALLER());
    result = dlc_real.pthread_mutex_destroy(mutex);
    if (result == 0)
        dlc_track_gone(dlc_mutex_address(mutex), sizeof *mutex);
    return result;
}

/* Neither changes who holds what; they are here because the family is whole: the next release is judged by glibc's
   own fields. */
DLC_EXPORT int pthread_mutex_consistent(pthread_mutex_t *mutex)
{
    return dlc_real.pthread_mutex_consistent(mutex);
}

/* Takes the mutex and releases it again while it changes the ceiling: so it may block. */
DLC_EXPORT int pthread_mutex_setprioceiling(pthread_mutex_t *mutex, int ceiling, int *old_ceiling)
{
    struct dlc_blocking blocking;
    int result;

    dlc_blocking_begin(&blocking, mutex_wait(mutex, DLC_HOW_LOCK), dlc_mutex_address(mutex),
                       dlc_mutex_traits(mutex), DLC_CALLER());
    result = dlc_real.pthread_mutex_setprioceiling(mutex, ceiling, old_ceiling);
    dlc_blocking_end(&blocking);
    return result;
}
