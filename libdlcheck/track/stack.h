/*
 * Call stacks: taken by libunwind, kept once each in the recording. The only file that knows libunwind is stack.c.
 */
#ifndef DLC_TRACK_STACK_H
#define DLC_TRACK_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libdlcheck/record/format.h"
#include "libdlcheck/track/thread.h"

#define DLC_STACK_FRAMES_MAX 512

/* Where an interposed function was called from: taken in the wrapper itself (DLC_CALLER), so that the frames of
   dlcheck never show. */
struct dlc_caller {
    uint64_t return_address;
    uint64_t frame; /* frame address of the wrapper: the return address lies 8 bytes above */
};

#define DLC_CALLER()                                                                                              \
    ((struct dlc_caller){(uint64_t)(uintptr_t)__builtin_return_address(0),                                        \
                         (uint64_t)(uintptr_t)__builtin_frame_address(0)})

/* A stack as unwound: return addresses, innermost first, and where on the stack each was found (0: not on the
   stack, as in the frame that a signal interrupted). */
struct dlc_stack_view {
    size_t frame_count;
    bool is_short; /* cut: more callers exist */
    uint64_t frames[DLC_STACK_FRAMES_MAX];
    uint64_t slots[DLC_STACK_FRAMES_MAX];
};

/* Called around every use of libunwind (interpose/unwinder.h). Set by runtime/. */
extern int (*dlc_stack_unwinder_begin)(void);
extern void (*dlc_stack_unwinder_end)(int before);

/* Loads libunwind and unwinds once, so that later unwinding allocates nothing. Before that, and when libunwind is
   not there, stacks have one frame and are counted as short. Calls malloc (dlopen does): from the constructor
   only. */
void dlc_stack_start(size_t most_frames);

/* Whether `address` lies in libunwind's own data. */
bool dlc_stack_is_unwinders(uint64_t address);

/* Bounds of the main thread's stack: from its start down to where it may grow. */
void dlc_stack_main_bounds(uint64_t *low, uint64_t *high);

/* Takes the stack of the wrapper's caller. Inside only, none of our locks held. Some microseconds. */
void dlc_stack_take(const struct dlc_thread *thread, struct dlc_caller caller, struct dlc_stack_view *view);

/* The STACK record of `view`, made when it is new (then `is_new`); 0 when there is no room (counted). Inside only.
 */
dlc_ref dlc_stack_keep(const struct dlc_stack_view *view, bool *is_new);

/* A fork in another thread's unwinding would leave libunwind's lock held for ever in the child. Waits until nobody
   else unwinds and lets nobody begin; and opens again, in parent and child. Callable from anywhere, not inside. */
void dlc_stack_fork_prepare(void);
void dlc_stack_fork_done(void);

/* Number of library unloads seen; part of what makes stacks equal. */
void dlc_stack_set_unload_epoch(uint32_t epoch);
uint32_t dlc_stack_unload_epoch(void);

/* In a forked child: forgets the parent's stacks. */
void dlc_stack_reset(void);

#endif
