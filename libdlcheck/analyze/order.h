/*
 * Which parts of threads the creates and joins of a run put in order: everything before a pthread_create precedes
 * the new thread, everything in a thread precedes what follows its join.
 */
#ifndef DLC_ANALYZE_ORDER_H
#define DLC_ANALYZE_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "libdlcheck/analyze/participants.h"
#include "libdlcheck/base/arena.h"
#include "libdlcheck/record/reader.h"

/* Where a point leads is worked out once for all other threads and remembered, by a hash of the point, in so many
   bytes or one row; a row taken by another point is worked out again. */
#define DLC_ORDER_BYTES ((size_t)64 << 20)
#define DLC_ORDER_ROWS  16384u

struct dlc_order {
    uint32_t thread_count; /* slots */
    dlc_ref *refs;         /* THREAD by slot */
    uint32_t *joined_by;   /* thread; DLC_SLOT_NONE: nobody */
    uint32_t *joined_segment;
    uint32_t *parent_segment;
    uint32_t *first_child; /* by thread, with an end marker: its children, latest first */
    uint32_t *children;
    uint32_t *cursors; /* work space, by thread: child to be looked at next */
    uint32_t *pending; /* work space: threads to be looked at */
    uint32_t row_count;
    struct dlc_point *row_points;
    uint32_t *rows; /* by thread: its first segment that comes after the row's point, or UINT32_MAX */
    uint64_t work;  /* steps done so far, for callers that bound them */
};

/* Reads the threads. False: out of memory. */
bool dlc_order_open(struct dlc_order *order, const struct dlc_reader *reader, struct dlc_arena *arena);

/* Whether all of the first point's segment came before all of the other's; the threads differ. */
bool dlc_order_before(struct dlc_order *order, struct dlc_point first, struct dlc_point second);

#endif
