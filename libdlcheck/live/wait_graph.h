/* The wait-for graph over mutexes: see wait_graph.c. */
#ifndef DLC_LIVE_WAIT_GRAPH_H
#define DLC_LIVE_WAIT_GRAPH_H

#include <stdbool.h>
#include <stdint.h>

#include "libdlcheck/record/format.h"

/* Looks for a cycle of untimed waits for mutexes that `thread`, which has published its wait, closes; records it
   as a DEADLOCK. A cycle counts only when the owners' held records agree with glibc's owner fields, when nobody
   ever released one of the locks for another thread, and when a second look finds every wait unchanged. Inside
   only. */
bool dlc_wait_graph_find_cycle(dlc_ref thread);

/* The kernel id that the mutex at `mutex` names as its owner; 0 when none, or when there is no memory there any
 * more. */
uint32_t dlc_wait_graph_owner(uint64_t mutex);

/* Whether that mutex is a robust one whose owner has ended: the kernel gives it to the next. */
bool dlc_wait_graph_comes_back(uint64_t mutex);

/* Whether other processes may use that mutex, by its kind. Where there is no memory any more: yes. */
bool dlc_wait_graph_is_shared(uint64_t mutex);

#endif
