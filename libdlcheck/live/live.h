/*
 * Decides, at the moment a thread blocks or errs, whether something is wrong: a cycle of waiting threads, a
 * process in which nothing can run any more, a misused lock. What it finds becomes an EVENT record; what is then
 * printed or ended is runtime/'s affair (dlc_live_found).
 *
 * All verbs are called inside, with the wait published and none of our locks held.
 */
#ifndef DLC_LIVE_LIVE_H
#define DLC_LIVE_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "libdlcheck/record/format.h"
#include "libdlcheck/track/thread.h"

/* `thread` has published an untimed wait and is about to block in it. Looks for a cycle, a relock, an owner that
   has exited, and for the end of all motion. Costs a system call per link of a chain that is longer than one. */
void dlc_live_blocking(struct dlc_thread *thread);

/* The calling thread, whose record is `thread`, has come to its end (dlc_thread_end): that may have been the last
   motion, and it may have left with a lock that others wait for. */
void dlc_live_ended(dlc_ref thread);

/* `thread` called unlock on `lock` (a mutex whose owner field says `owner_tid`) without being seen to hold it. */
void dlc_live_foreign_unlock(struct dlc_thread *thread, uint64_t lock, uint32_t owner_tid, dlc_ref stack);

/* `thread` is about to destroy a mutex whose owner field says `owner_tid`. */
void dlc_live_destroying(struct dlc_thread *thread, uint64_t lock, uint32_t owner_tid, dlc_ref stack);

/* Called after an event has been recorded; `stuck` when it is a proven DEADLOCK or a HANG. Set by runtime/. */
extern void (*dlc_live_found)(const struct dlc_event_record *event, bool stuck);

/* A kernel id that this process's locks may still carry from before a fork: the forking thread's. */
void dlc_live_add_inherited_owner(uint32_t tid);

void dlc_live_reset(void);

#endif
