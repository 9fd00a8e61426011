/*
 * How many threads wait on each condition variable, and how many of them have been signalled and not come back
 * yet. Kept by a hash of the address, so two variables may share a count: that can only make a search for a hang
 * look twice (pending too low) or not at all until the next wait (too high, and only until those waits end).
 *
 * Lock-free; any thread, any time.
 */
#ifndef DLC_LIVE_CONDS_H
#define DLC_LIVE_CONDS_H

#include <stdbool.h>
#include <stdint.h>

void dlc_conds_wait_begin(uint64_t condition);
void dlc_conds_wait_end(uint64_t condition);
void dlc_conds_signalled(uint64_t condition);
void dlc_conds_broadcast(uint64_t condition);

/* Whether some thread that waits on `condition` has been signalled: it will run. */
bool dlc_conds_pending(uint64_t condition);

void dlc_conds_reset(void);

#endif
