/* C11 threads. glibc's own versions call the pthread functions by internal names, past any interposer; what they
   add is the translation of results. */
#include <threads.h>

#include "libdlcheck/interpose/launch.h"
#include "libdlcheck/interpose/mutex.h"
#include "libdlcheck/interpose/real.h"
#include "libdlcheck/interpose/thread.h"
#include "libdlcheck/live/conds.h"

static int c11_result(int error)
{
    switch (error) {
    case 0:
        return thrd_success;
    case ENOMEM:
        return thrd_nomem;
    case ETIMEDOUT:
        return thrd_timedout;
    case EBUSY:
        return thrd_busy;
    default:
        return thrd_error;
    }
}

static pthread_mutex_t *mutex_of(mtx_t *mutex)
{
    return (pthread_mutex_t *)(void *)mutex;
}

static pthread_cond_t *condition_of(cnd_t *condition)
{
    return (pthread_cond_t *)(void *)condition;
}

DLC_EXPORT int mtx_init(mtx_t *mutex, int type)
{
    struct dlc_caller caller = DLC_CALLER();
    int result = dlc_real.mtx_init(mutex, type);

    if (result == thrd_success)
        dlc_mutex_initialised(mutex_of(mutex), caller);
    return result;
}

DLC_EXPORT void mtx_destroy(mtx_t *mutex)
{
    dlc_mutex_destroying(mutex_of(mutex), DLC_CALLER());
    dlc_real.mtx_destroy(mutex);
    dlc_track_gone(dlc_mutex_address(mutex_of(mutex)), sizeof *mutex);
}

DLC_EXPORT int mtx_lock(mtx_t *mutex)
{
    return c11_result(dlc_mutex_lock(mutex_of(mutex), DLC_CALLER()));
}

DLC_EXPORT int mtx_trylock(mtx_t *mutex)
{
    return c11_result(dlc_mutex_trylock(mutex_of(mutex), DLC_CALLER()));
}

DLC_EXPORT int mtx_timedlock(mtx_t *mutex, const struct timespec *until)
{
    return c11_result(dlc_mutex_timedlock(mutex_of(mutex), until, DLC_CALLER()));
}

DLC_EXPORT int mtx_unlock(mtx_t *mutex)
{
    return c11_result(dlc_mutex_unlock(mutex_of(mutex), DLC_CALLER()));
}

DLC_EXPORT int cnd_init(cnd_t *condition)
{
    return dlc_real.cnd_init(condition);
}

DLC_EXPORT void cnd_destroy(cnd_t *condition)
{
    dlc_real.cnd_destroy(condition);
}

DLC_EXPORT int cnd_wait(cnd_t *condition, mtx_t *mutex)
{
    struct dlc_cond_call call = {
        .condition = condition_of(condition), .mutex = mutex_of(mutex), .wait = dlc_cond_wait_untimed};

    return c11_result(dlc_cond_wait(&call, DLC_CALLER()));
}

DLC_EXPORT int cnd_timedwait(cnd_t *condition, mtx_t *mutex, const struct timespec *until)
{
    struct dlc_cond_call call = {.condition = condition_of(condition),
                                 .mutex = mutex_of(mutex),
                                 .until = until,
                                 .wait = dlc_cond_wait_timed};

    return c11_result(dlc_cond_wait(&call, DLC_CALLER()));
}

DLC_EXPORT int cnd_signal(cnd_t *condition)
{
    dlc_conds_signalled((uint64_t)(uintptr_t)condition);
    return dlc_real.cnd_signal(condition);
}

DLC_EXPORT int cnd_broadcast(cnd_t *condition)
{
    dlc_conds_broadcast((uint64_t)(uintptr_t)condition);
    return dlc_real.cnd_broadcast(condition);
}

static int start_thread(void *argument)
{
    struct dlc_launch launch = dlc_launch_begin(argument);

    return launch.start_c11(launch.argument);
}

DLC_EXPORT int thrd_create(thrd_t *thread, thrd_start_t start, void *argument)
{
    struct dlc_launch *launch = dlc_launch_prepare(NULL, DLC_CALLER());
    dlc_ref ref;
    int result;

    if (!launch)
        return dlc_real.thrd_create(thread, start, argument);
    launch->start_c11 = start;
    launch->argument = argument;
    launch->birth.start_routine = (uint64_t)(uintptr_t)start;
    ref = launch->birth.ref; /* the new thread gives the launch back */
    result = dlc_real.thrd_create(thread, start_thread, launch);
    if (result == thrd_success)
        dlc_launch_created(ref, thread);
    else
        dlc_launch_cancel(launch);
    return result;
}

static int join_c11(const struct dlc_join_call *call)
{
    return dlc_real.thrd_join(call->thread, call->result_c11);
}

DLC_EXPORT int thrd_join(thrd_t thread, int *result)
{
    return dlc_join(&(struct dlc_join_call){.thread = thread, .result_c11 = result, .join = join_c11},
                    DLC_CALLER());
}

DLC_EXPORT int thrd_detach(thrd_t thread)
{
    return dlc_detach(thread, dlc_real.thrd_detach);
}

DLC_EXPORT void thrd_exit(int result)
{
    dlc_real.thrd_exit(result);
    __builtin_unreachable();
}
