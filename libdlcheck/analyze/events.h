/*
 * What live detection wrote down while the program ran, as findings.
 */
#ifndef DLC_ANALYZE_EVENTS_H
#define DLC_ANALYZE_EVENTS_H

#include <stdbool.h>

#include "libdlcheck/analyze/collect.h"
#include "libdlcheck/analyze/pattern.h"

/* Adds a finding for every event that has parts. A DEADLOCK has the pattern that prediction would give to the same
   cycle. False: out of memory. */
bool dlc_events_collect(struct dlc_collection *collection, struct dlc_patterns *patterns);

#endif
