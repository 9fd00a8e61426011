/*
 * The bracket around every real call that may block: publish what the thread waits for, let live detection look,
 * call, withdraw. The runtime is not "entered" during the call itself: a signal handler that runs then is tracked
 * as usual.
 */
#ifndef DLC_INTERPOSE_BLOCKING_H
#define DLC_INTERPOSE_BLOCKING_H

#include <stdbool.h>
#include <stdint.h>

#include "libdlcheck/track/locks.h"
#include "libdlcheck/track/stack.h"
#include "libdlcheck/track/wait.h"

struct dlc_blocking {
    bool published;
    struct dlc_wait before;
};

/* `lock` (0: none) is what the call takes before it returns: the context of taking it is recorded first. errno is
   kept by both. */
void dlc_blocking_begin(struct dlc_blocking *blocking, struct dlc_wait wait, uint64_t lock,
                        struct dlc_lock_traits traits, struct dlc_caller caller);
void dlc_blocking_end(struct dlc_blocking *blocking);

#endif
