/*
 * Whether different threads can meet in a cycle: gives each participant one of the threads that came through it.
 */
#ifndef DLC_ANALYZE_THREADS_H
#define DLC_ANALYZE_THREADS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libdlcheck/analyze/order.h"
#include "libdlcheck/analyze/participants.h"

/* Choosing threads is a search, too. After so many steps in one cycle its answer is `unknown`. */
#define DLC_ASSIGN_STEPS ((uint64_t)1 << 22)

struct dlc_assigner {
    struct dlc_order order;
    bool *used;    /* work space, by thread */
    uint64_t work; /* steps done so far */
};

/* False: out of memory. */
bool dlc_assigner_open(struct dlc_assigner *assigner, const struct dlc_reader *reader, struct dlc_arena *arena);

/* The label that the threads decide: `parallel`, `parallel` with `unknown`, `ordered` or `same-thread`, as bits.
   `chosen` has room for `count` indices and receives which of each participant's points that was, or would be. */
uint32_t dlc_assign_threads(struct dlc_assigner *assigner, const struct dlc_participant *const *participants,
                            size_t count, uint32_t *chosen);

#endif
