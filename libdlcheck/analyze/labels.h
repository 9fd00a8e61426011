/*
 * The labels of a possible deadlock: which instance of a pattern says most about it.
 */
#ifndef DLC_ANALYZE_LABELS_H
#define DLC_ANALYZE_LABELS_H

#include <stdbool.h>
#include <stdint.h>

#include "libdlcheck/analyze/findings.h"

/* Orders sets of labels by how much they should worry: 0 is `parallel` and nothing else; those that keep a cycle
   out of the report come after all others. Equal ranks mean equal labels. Adding a label never lowers the rank, as
   long as it is one of those from DLC_LABEL_TIMED on, without DLC_LABEL_UNKNOWN. */
uint32_t dlc_labels_rank(uint32_t labels);

/* The first rank that is not reported. */
#define DLC_RANK_COUNTED_ONLY 256u

/* Whether a thread that wants the lock in `wait_mode` has to wait for one that has it in `hold_mode`. */
bool dlc_modes_exclude(enum dlc_mode wait_mode, enum dlc_mode hold_mode);

#endif
