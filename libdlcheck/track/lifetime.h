/*
 * When locks end without a destroy call: the memory under them is freed or unmapped, their library is unloaded, or
 * the stack frame that they lived in is gone.
 *
 * A frame is known to be gone when its thread calls us from a frame above it, or when the frame around the lock
 * has another return address than when the lock was first seen. One that is left and entered again from the same
 * place, with no event of its thread in between, looks like the same one.
 */
#ifndef DLC_TRACK_LIFETIME_H
#define DLC_TRACK_LIFETIME_H

#include <stdint.h>

#include "libdlcheck/track/thread.h"

/* A lock on a thread's stack, as that thread remembers it. */
struct dlc_frame_lock {
    uint64_t address;
    uint64_t slot;  /* where the nearest return address above the lock was found; 0: unknown */
    uint64_t value; /* that return address */
};

/* All: inside only, none of our locks held. */

/* A lock with a record has begun at `address`. Remembers it when it lies on some thread's stack. */
void dlc_lifetime_new_lock(uint64_t address, dlc_ref lock);

/* `thread`'s stack has just been unwound (thread->view): locks in frames that are no longer there have ended. */
void dlc_lifetime_stack_unwound(struct dlc_thread *thread);

/* `thread` takes the lock at `address`: ends the one known there when the frame around it is another one now. */
void dlc_lifetime_check_frame_lock(struct dlc_thread *thread, uint64_t address);

/* `thread` calls from the frame at `frame`: locks in frames below it on its stack have ended. */
void dlc_lifetime_frames_popped(struct dlc_thread *thread, uint64_t frame);

/* `thread` ends, and its stack with it. */
void dlc_lifetime_stack_gone(struct dlc_thread *thread);

#endif
