#include "libdlcheck/interpose/blocking.h"

#include "libdlcheck/live/live.h"
#include "libdlcheck/track/site.h"
#include "libdlcheck/track/track.h"

void dlc_blocking_begin(struct dlc_blocking *blocking, struct dlc_wait wait, uint64_t lock,
                        struct dlc_lock_traits traits, struct dlc_caller caller)
{
    struct dlc_thread *thread = dlc_thread_enter();

    blocking->published = thread != NULL;
    if (!thread)
        return;
    if (lock)
        wait.stack = dlc_track_intend(thread, lock, traits, DLC_MODE_EXCLUSIVE, wait.how, caller);
    else
        wait.stack = dlc_site_stack(thread, caller);
    blocking->before = dlc_wait_begin(thread, wait);
    if (!wait.timed)
        dlc_live_blocking(thread);
    dlc_thread_leave(thread);
}

void dlc_blocking_end(struct dlc_blocking *blocking)
{
    struct dlc_thread *thread;

    if (!blocking->published)
        return;
    thread = dlc_thread_enter();
    if (thread) {
        dlc_wait_end(thread, &blocking->before);
        dlc_thread_leave(thread);
    }
}
