/* The slots in which a thread's held locks are published: HELD records. */
#ifndef DLC_TRACK_HELD_H
#define DLC_TRACK_HELD_H

#include <stdbool.h>

#include "libdlcheck/record/format.h"
#include "libdlcheck/track/thread.h"

/* Slots for a new thread, all empty, or NULL. Inside only. */
struct dlc_held_record *dlc_held_take(dlc_ref *ref);

/* `thread` ends: its slots go to the next thread, unless it still holds something. Under the threads' lock. */
void dlc_held_give(struct dlc_thread *thread);

/* Slots for more held locks: doubles the room. Inside only. False: no room; the lock stays unrecorded. */
bool dlc_held_grow(struct dlc_thread *thread);

/* In a forked child: forgets the parent's. */
void dlc_held_reset(void);

#endif
