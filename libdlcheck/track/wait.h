/*
 * What a thread waits for, published in its THREAD record for live detection and for readers of a hung process.
 */
#ifndef DLC_TRACK_WAIT_H
#define DLC_TRACK_WAIT_H

#include <stdbool.h>
#include <stdint.h>

#include "libdlcheck/record/format.h"
#include "libdlcheck/track/thread.h"

struct dlc_wait {
    enum dlc_wait_kind kind;
    bool timed;
    enum dlc_how how;
    uint64_t object;
    uint64_t object2;
    dlc_ref stack;
    dlc_ref target; /* JOIN: THREAD waited for, or 0 */
    uint64_t since_ns;
};

/* Publishes `wait` (its `since_ns` is filled in here) and returns what was published before, for dlc_wait_end: a
   signal handler may wait while its thread waits. Followed by a sequentially consistent fence: of two threads that
   publish and then look at each other, at least one sees the other. Inside only. */
struct dlc_wait dlc_wait_begin(struct dlc_thread *thread, struct dlc_wait wait);
void dlc_wait_end(struct dlc_thread *thread, const struct dlc_wait *before);

/* A consistent copy of the wait of any thread's record; kind NONE when it waits for nothing or is just changing.
   `sequence` receives the number to compare for "still the same wait". */
struct dlc_wait dlc_wait_read(const struct dlc_thread_record *record, uint32_t *sequence);

/* Threads whose published wait has no timeout. */
uint32_t dlc_waits_untimed(void);

void dlc_waits_reset(void);

#endif
