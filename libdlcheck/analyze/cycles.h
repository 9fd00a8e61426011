/*
 * The rings of locks in a ring graph: closed walks over its edges that meet no lock twice.
 */
#ifndef DLC_ANALYZE_CYCLES_H
#define DLC_ANALYZE_CYCLES_H

#include <stdbool.h>

#include "libdlcheck/analyze/instances.h"
#include "libdlcheck/analyze/ring_graph.h"
#include "libdlcheck/base/arena.h"

/* Steps (an edge or a context looked at) for rings of two and three locks, and for all longer ones. The first lets
   every ring of that length be found unless the locks of one component number thousands; what is left out after
   that many, or the second, sets `budget_hit`. */
#define DLC_STEPS_SHORT ((uint64_t)1 << 29)
#define DLC_STEPS_LONG  ((uint64_t)1 << 26)

/* So many patterns may come from rings of more than three locks in components that are not simply one ring. Who
   has so many of them starts with those: the search stops. */
#define DLC_PATTERNS_LONG 256u

/* Looks (dlc_instances_look) at every ring of two and three locks, shortest first. False: out of memory. */
bool dlc_cycles_short(struct dlc_instances *instances, const struct dlc_ring_graph *rings,
                      struct dlc_arena *scratch);

/* Then at longer ones, over edges that not only trylocks made: whole where a component is one simple ring, else by
   growing length, small components first, as far as the budget goes. False: out of memory. */
bool dlc_cycles_long(struct dlc_instances *instances, const struct dlc_ring_graph *rings,
                     struct dlc_arena *scratch);

#endif
