/*
 * Strongly connected components (Tarjan's algorithm, without recursion).
 */
#ifndef DLC_ANALYZE_SCC_H
#define DLC_ANALYZE_SCC_H

#include <stdbool.h>
#include <stdint.h>

#include "libdlcheck/base/arena.h"

/* The edges of vertex v lead to targets[first[v]] ... targets[first[v + 1] - 1]. */
struct dlc_digraph {
    uint32_t vertex_count;
    uint32_t *first;
    uint32_t *targets;
};

/* Space for a graph, with `first` counting the edges of each vertex: first[v] edges from v, in any number of
   increments; then dlc_digraph_lay_out makes room for the targets, and dlc_digraph_add puts each there. False: out
   of memory. */
bool dlc_digraph_open(struct dlc_digraph *graph, uint32_t vertex_count, struct dlc_arena *arena);
bool dlc_digraph_lay_out(struct dlc_digraph *graph, struct dlc_arena *arena);
void dlc_digraph_add(struct dlc_digraph *graph, uint32_t from, uint32_t to);

/* Numbers the components: `components` has an entry per vertex and receives numbers from 0; an edge between two
   components leads from the higher number to the lower. False: out of memory. */
bool dlc_scc(const struct dlc_digraph *graph, uint32_t *components, uint32_t *component_count,
             struct dlc_arena *scratch);

#endif
