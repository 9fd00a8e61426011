/*
 * Prediction: the cycles in which the program could get stuck, from its acquisition tree.
 *
 * A cycle is a ring of nodes, each of which waits for a lock that is held on the next one's path, over locks that
 * are all different. One in which a participant could close a shorter ring is left to that one. Of each pattern
 * the worst instance becomes the finding.
 *
 * Rings of two and three locks are all found, and so is a component that is one simple ring, however long. Beyond
 * that the search goes on by growing length as far as its budget reaches (cycles.h, instances.h); edges that only
 * trylocks made are left out there. Whatever a limit cuts off sets `budget_hit`.
 *
 * Cost: linear in the number of nodes as long as few of them lie in cycles, and some seconds at most otherwise.
 */
#ifndef DLC_ANALYZE_PREDICT_H
#define DLC_ANALYZE_PREDICT_H

#include <stdbool.h>

#include "libdlcheck/analyze/collect.h"
#include "libdlcheck/analyze/pattern.h"

/* Findings whose code places are the same but for the classes of their locks (the elements of a static array, say)
   are kept apart up to so many; further ones are counted in the first of them. */
#define DLC_CLASSES_APART 16u

/* Adds a finding for every pattern that is not in the collection as a DEADLOCK. False: out of memory. */
bool dlc_predict(struct dlc_collection *collection, struct dlc_patterns *patterns, bool *budget_hit);

#endif
