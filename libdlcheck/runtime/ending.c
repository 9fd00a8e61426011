#include "libdlcheck/interpose/ending.h"

#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "libdlcheck/record/writer.h"
#include "libdlcheck/runtime/runtime.h"
#include "libdlcheck/track/thread.h"

#define STATUS_STUCK 66

/* The recording belongs to this process: not to a child of vfork in its memory, nor to the parent of a fork. */
static bool is_mine(const struct dlc_runtime_state *state)
{
    return state && state->phase == DLC_RUNTIME_ON && state->pid == (uint32_t)getpid();
}

/* Records and reports the end. Returns the status to end with: the program's own, unless `exitcode` asks
 * otherwise. */
static int process_ends(int status)
{
    struct dlc_runtime_state *state = dlc_runtime_state();
    struct dlc_thread *thread;
    uint32_t findings = 0;

    if (!is_mine(state) || state->has_ended)
        return status;
    dlc_thread_revive();
    thread = dlc_thread_enter();
    if (!thread)
        return status;
    state->has_ended = true;
    dlc_writer_header()->exit_status = status;
    dlc_writer_header()->state = DLC_PROCESS_EXITED;
    if (dlc_runtime_options.print)
        findings = dlc_report_all();
    dlc_thread_leave(thread);
    return findings && status == 0 ? (int)dlc_runtime_options.exitcode : status;
}

/* Runs after all destructors, as it was registered before them: locks taken there are seen too. */
static void at_exit(int status, void *argument)
{
    int final = process_ends(status);

    (void)argument;
    /* Within a handler, exit runs the handlers that are left and flushes what the program has buffered. */
    if (final != status)
        exit(final);
}

void dlc_ending_start(void)
{
    dlc_ending = process_ends;
    on_exit(at_exit, NULL);
}

static void __attribute__((noreturn)) stop(void)
{
    struct dlc_runtime_state *state = dlc_runtime_state();

    state->has_ended = true;
    dlc_writer_header()->exit_status = STATUS_STUCK;
    dlc_writer_header()->state = DLC_PROCESS_STOPPED;
    if (dlc_runtime_options.on_deadlock == DLC_ON_DEADLOCK_ABORT)
        abort();
    syscall(SYS_exit_group, STATUS_STUCK);
    __builtin_unreachable();
}

/* A thread that will probably never run again: the whole report may be long in coming. */
static void tell_at_once(const struct dlc_event_record *event)
{
    const struct dlc_thread_record *thread = dlc_writer_at(event->parts[0].thread);

    if (event->parts[0].wait_kind == DLC_WAIT_MUTEX && event->rule == DLC_RULE_RELOCK)
        dlc_report_line("MISUSE: thread T%u waits for a mutex that it holds itself; `dlcheck report` shows where",
                        thread->number);
    else if (event->rule == DLC_RULE_OWNER_EXITED)
        dlc_report_line("MISUSE: thread T%u waits for a mutex whose owner has ended; `dlcheck report` shows where",
                        thread->number);
}

void dlc_ending_live(const struct dlc_event_record *event, bool stuck)
{
    if (!is_mine(dlc_runtime_state()))
        return;
    if (!stuck) {
        tell_at_once(event);
        return;
    }
    if (dlc_runtime_options.print || dlc_runtime_options.on_deadlock == DLC_ON_DEADLOCK_CONTINUE)
        dlc_report_live();
    if (dlc_runtime_options.on_deadlock != DLC_ON_DEADLOCK_CONTINUE)
        stop();
}
