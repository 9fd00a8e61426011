#include "libdlcheck/interpose/launch.h"
#include "libdlcheck/live/live.h"
#include "libdlcheck/record/writer.h"
#include "libdlcheck/runtime/runtime.h"
#include "libdlcheck/track/locks.h"
#include "libdlcheck/track/modules.h"
#include "libdlcheck/track/stack.h"
#include "libdlcheck/track/thread.h"
#include "libdlcheck/track/tree.h"
#include "libdlcheck/track/wait.h"

void dlc_fork_begins(void)
{
    dlc_writer_close_descriptor();
    dlc_report_forget_channel();
}

/* One thread is left, and none of our locks is its own: whatever their words say, they are reset with the rest. */
void dlc_fork_reset(void)
{
    dlc_writer_abandon();
    dlc_threads_reset();
    dlc_locks_reset();
    dlc_tree_reset();
    dlc_stack_reset();
    dlc_modules_reset();
    dlc_waits_reset();
    dlc_live_reset();
    dlc_launch_reset();
}
