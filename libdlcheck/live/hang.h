/*
 * The end of all motion: every task of the process is in a wait without timeout that we know of, and nothing
 * outside can wake one: no timer is armed, no object is shared with another process, no signal has a handler of
 * the program beyond the usual INT, TERM and HUP (and those that only a fault raises).
 */
#ifndef DLC_LIVE_HANG_H
#define DLC_LIVE_HANG_H

#include <stdbool.h>

#include "libdlcheck/track/thread.h"

/* `thread`, the calling one (NULL: one that is at its end), has published an untimed wait and is about to block.
   When that was the last motion, records a HANG with a part for every thread, or a DEADLOCK when one of them waits
   for a mutex that it holds itself. False: something can still run. Costs one comparison unless every known thread
   waits, and a walk over the threads unless none has been woken; then a look into /proc, and some milliseconds at
   most while threads are on their way to sleep. Inside only. */
bool dlc_hang_check(const struct dlc_thread *thread);

#endif
