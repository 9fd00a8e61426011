#include "libdlcheck/interpose/thread.h"

#include <string.h>

#include "libdlcheck/interpose/blocking.h"
#include "libdlcheck/interpose/launch.h"
#include "libdlcheck/interpose/real.h"
#include "libdlcheck/record/writer.h"

static void *start_thread(void *argument)
{
    struct dlc_launch launch = dlc_launch_begin(argument);

    return launch.start(launch.argument);
}

DLC_EXPORT int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *),
                              void *argument)
{
    struct dlc_launch *launch = dlc_launch_prepare(attributes, DLC_CALLER());
    dlc_ref ref;
    int result;

    if (!launch)
        return dlc_real.pthread_create(thread, attributes, start, argument);
    launch->start = start;
    launch->argument = argument;
    launch->birth.start_routine = (uint64_t)(uintptr_t)start;
    ref = launch->birth.ref; /* the new thread gives the launch back */
    result = dlc_real.pthread_create(thread, attributes, start_thread, launch);
    if (result == 0)
        dlc_launch_created(ref, thread);
    else
        dlc_launch_cancel(launch);
    return result;
}

static dlc_ref record_of(pthread_t handle)
{
    struct dlc_thread *thread = dlc_thread_enter();
    dlc_ref ref = 0;

    if (thread) {
        ref = dlc_thread_of_handle((uint64_t)handle);
        dlc_thread_leave(thread);
    }
    return ref;
}

static void joined(pthread_t handle, dlc_ref target)
{
    struct dlc_thread *thread = dlc_thread_enter();

    if (thread) {
        /* A thread that was joined before it had begun has its record by now. */
        dlc_thread_joined(thread, target ? target : dlc_thread_of_handle((uint64_t)handle));
        dlc_thread_leave(thread);
    }
}

static void join_cancelled(void *blocking)
{
    dlc_blocking_end(blocking);
}

int dlc_join(const struct dlc_join_call *call, struct dlc_caller caller)
{
    struct dlc_blocking blocking;
    struct dlc_wait wait = {
        .kind = DLC_WAIT_JOIN,
        .timed = call->until != NULL,
        .object = (uint64_t)call->thread,
        .target = record_of(call->thread),
    };
    int result;

    dlc_blocking_begin(&blocking, wait, 0, (struct dlc_lock_traits){0, 0}, caller);
    pthread_cleanup_push(join_cancelled, &blocking);
    result = call->join(call);
    pthread_cleanup_pop(0);
    dlc_blocking_end(&blocking);
    if (result == 0)
        joined(call->thread, wait.target);
    return result;
}

static int join_untimed(const struct dlc_join_call *call)
{
    return dlc_real.pthread_join(call->thread, call->result);
}

static int join_until(const struct dlc_join_call *call)
{
    return dlc_real.pthread_timedjoin_np(call->thread, call->result, call->until);
}

static int join_by_clock(const struct dlc_join_call *call)
{
    return dlc_real.pthread_clockjoin_np(call->thread, call->result, call->clock, call->until);
}

DLC_EXPORT int pthread_join(pthread_t thread, void **result)
{
    return dlc_join(&(struct dlc_join_call){.thread = thread, .result = result, .join = join_untimed},
                    DLC_CALLER());
}

DLC_EXPORT int pthread_timedjoin_np(pthread_t thread, void **result, const struct timespec *until)
{
    struct dlc_join_call call = {.thread = thread, .result = result, .until = until, .join = join_until};

    return dlc_join(&call, DLC_CALLER());
}

DLC_EXPORT int pthread_clockjoin_np(pthread_t thread, void **result, clockid_t clock, const struct timespec *until)
{
    struct dlc_join_call call = {
        .thread = thread, .result = result, .clock = clock, .until = until, .join = join_by_clock};

    return dlc_join(&call, DLC_CALLER());
}

DLC_EXPORT int pthread_tryjoin_np(pthread_t thread, void **result)
{
    dlc_ref target = record_of(thread);
    int error = dlc_real.pthread_tryjoin_np(thread, result);

    if (error == 0)
        joined(thread, target);
    return error;
}

int dlc_detach(pthread_t thread, int (*detach)(pthread_t thread))
{
    dlc_ref ref = record_of(thread); /* afterwards the handle may be another thread's */
    int result = detach(thread);

    if (result == 0 && ref)
        ((struct dlc_thread_record *)dlc_writer_at(ref))->detached = 1;
    return result;
}

DLC_EXPORT int pthread_detach(pthread_t thread)
{
    return dlc_detach(thread, dlc_real.pthread_detach);
}

DLC_EXPORT int pthread_setname_np(pthread_t handle, const char *name)
{
    int result = dlc_real.pthread_setname_np(handle, name);
    dlc_ref ref = result == 0 ? record_of(handle) : 0;

    if (ref) {
        struct dlc_thread_record *record = dlc_writer_at(ref);

        strncpy(record->name, name, sizeof record->name - 1);
    }
    return result;
}

/* The end itself is noticed by the last destructor of thread-specific data, which runs for the main thread too. */
DLC_EXPORT void pthread_exit(void *result)
{
    dlc_real.pthread_exit(result);
    __builtin_unreachable();
}
