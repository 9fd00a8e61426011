/*
 * The findings as they are found: one per pattern, in the order in which the patterns turned up.
 */
#ifndef DLC_ANALYZE_COLLECT_H
#define DLC_ANALYZE_COLLECT_H

#include "libdlcheck/analyze/findings.h"
#include "libdlcheck/base/arena.h"

/* A lock that a step shows as held: more of them would be noise, and a hostile recording could ask for any number.
   Of a longer list the innermost are kept, and the one in the cycle. */
#define DLC_HOLDS_SHOWN 64u

struct dlc_collected;

struct dlc_collection {
    struct dlc_arena *arena;
    struct dlc_collected *table;
};

/* The finding of that pattern, NULL when there is none yet. */
struct dlc_finding *dlc_collection_find(struct dlc_collection *collection, uint64_t pattern);

/* Adds an empty finding of a pattern that is not there yet. NULL: out of memory. */
struct dlc_finding *dlc_collection_add(struct dlc_collection *collection, uint64_t pattern);

/* Orders them for a report, as findings.h says, and counts the labels. False: out of memory. */
bool dlc_collection_finish(struct dlc_collection *collection, struct dlc_findings *findings);

#endif
