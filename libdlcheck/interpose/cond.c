#include "libdlcheck/interpose/blocking.h"
#include "libdlcheck/interpose/mutex.h"
#include "libdlcheck/interpose/real.h"
#include "libdlcheck/live/conds.h"

/* A wait under way, for the end of it: by return, or by cancellation (then glibc has taken the mutex again before
   it runs clean-up handlers). */
struct waiting {
    const struct dlc_cond_call *call;
    struct dlc_blocking blocking;
    struct dlc_caller caller;
    bool released;
};

static void waited(struct waiting *waiting, bool owns_mutex)
{
    dlc_conds_wait_end((uint64_t)(uintptr_t)waiting->call->condition);
    dlc_blocking_end(&waiting->blocking);
    if (owns_mutex)
        dlc_mutex_acquired(waiting->call->mutex, DLC_HOW_COND, waiting->caller);
}

static void cancelled(void *argument)
{
    waited(argument, true);
}

int dlc_cond_wait_untimed(const struct dlc_cond_call *call)
{
    return dlc_real.pthread_cond_wait(call->condition, call->mutex);
}

int dlc_cond_wait_timed(const struct dlc_cond_call *call)
{
    return dlc_real.pthread_cond_timedwait(call->condition, call->mutex, call->until);
}

static int wait_by_clock(const struct dlc_cond_call *call)
{
    return dlc_real.pthread_cond_clockwait(call->condition, call->mutex, call->clock, call->until);
}

int dlc_cond_wait(const struct dlc_cond_call *call, struct dlc_caller caller)
{
    uint64_t mutex = dlc_mutex_address(call->mutex);
    bool stays_held = dlc_glibc_held_again(call->mutex) && dlc_track_holds(mutex);
    struct waiting waiting = {.call = call, .caller = caller};
    struct dlc_wait wait = {
        .kind = DLC_WAIT_COND,
        .timed = call->until != NULL,
        .how = DLC_HOW_COND,
        .object = (uint64_t)(uintptr_t)call->condition,
        .object2 = mutex,
    };
    int result;

    /* A recursive mutex that is held twice is not released by a wait. */
    if (!stays_held)
        waiting.released = dlc_track_releasing(mutex);
    /* A wait with a mutex that is not the caller's may return at once with an error: nothing is known about it. */
    if (waiting.released || stays_held)
        dlc_blocking_begin(&waiting.blocking, wait, stays_held ? 0 : mutex, dlc_mutex_traits(call->mutex), caller);
    dlc_conds_wait_begin(wait.object);
    pthread_cleanup_push(cancelled, &waiting);
    result = call->wait(call);
    pthread_cleanup_pop(0);
    waited(&waiting,
           result == ETIMEDOUT || dlc_mutex_owned(result) || (waiting.released && result != ENOTRECOVERABLE));
    return result;
}

DLC_EXPORT int pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex)
{
    struct dlc_cond_call call = {.condition = condition, .mutex = mutex, .wait = dlc_cond_wait_untimed};

    return dlc_cond_wait(&call, DLC_CALLER());
}

DLC_EXPORT int pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex,
                                      const struct timespec *until)
{
    struct dlc_cond_call call = {
        .condition = condition, .mutex = mutex, .until = until, .wait = dlc_cond_wait_timed};

    return dlc_cond_wait(&call, DLC_CALLER());
}

DLC_EXPORT int pthread_cond_clockwait(pthread_cond_t *condition, pthread_mutex_t *mutex, clockid_t clock,
                                      const struct timespec *until)
{
    struct dlc_cond_call call = {
        .condition = condition, .mutex = mutex, .until = until, .clock = clock, .wait = wait_by_clock};

    return dlc_cond_wait(&call, DLC_CALLER());
}

DLC_EXPORT int pthread_cond_signal(pthread_cond_t *condition)
{
    dlc_conds_signalled((uint64_t)(uintptr_t)condition);
    return dlc_real.pthread_cond_signal(condition);
}

DLC_EXPORT int pthread_cond_broadcast(pthread_cond_t *condition)
{
    dlc_conds_broadcast((uint64_t)(uintptr_t)condition);
    return dlc_real.pthread_cond_broadcast(condition);
}

/* No state of ours hangs on a condition variable's address; the calls are in the table so that the family is whole
   and bound to one symbol version. */
DLC_EXPORT int pthread_cond_init(pthread_cond_t *condition, const pthread_condattr_t *attributes)
{
    return dlc_real.pthread_cond_init(condition, attributes);
}

DLC_EXPORT int pthread_cond_destroy(pthread_cond_t *condition)
{
    return dlc_real.pthread_cond_destroy(condition);
}
