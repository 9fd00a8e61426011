#include "libdlcheck/analyze/cycles.h"

#include "libdlcheck/analyze/scc.h"

#define NO_EDGE UINT32_MAX

struct search {
    struct dlc_instances *instances;
    const struct dlc_ring_graph *rings;
    struct dlc_digraph back; /* the edges into each vertex */
    uint32_t *closing;       /* by vertex: the edge from it to the ring's first, or NO_EDGE */
};

/* Each ring is met at its smallest vertex only. */
static bool look_at_pairs(struct search *search, uint32_t first)
{
    const struct dlc_ring_graph *rings = search->rings;
    uint32_t ring[2];

    for (ring[0] = rings->edge_first[first]; ring[0] < rings->edge_first[first + 1]; ring[0]++) {
        uint32_t second = rings->edges[ring[0]].to;

        ring[1] = search->closing[second];
        if (second > first && ring[1] != NO_EDGE && !dlc_instances_look(search->instances, ring, 2))
            return false;
    }
    return true;
}

static bool look_at_triples(struct search *search, uint32_t first)
{
    const struct dlc_ring_graph *rings = search->rings;
    uint32_t ring[3];

    for (ring[0] = rings->edge_first[first]; ring[0] < rings->edge_first[first + 1]; ring[0]++) {
        uint32_t second = rings->edges[ring[0]].to;

        if (second < first)
            continue;
        for (ring[1] = rings->edge_first[second]; ring[1] < rings->edge_first[second + 1]; ring[1]++) {
            uint32_t third = rings->edges[ring[1]].to;

            if (search->instances->casting.steps_left == 0)
                return true;
            search->instances->casting.steps_left--;
            ring[2] = search->closing[third];
            if (third > first && ring[2] != NO_EDGE && !dlc_instances_look(search->instances, ring, 3))
                return false;
        }
    }
    return true;
}

static bool look_from_all(struct search *search, bool (*look_from)(struct search *search, uint32_t first))
{
    const struct dlc_ring_graph *rings = search->rings;

    for (uint32_t first = 0; first < rings->vertices.count; first++) {
        const uint32_t *back = search->back.first + first;

        for (uint32_t i = back[0]; i < back[1]; i++)
            search->closing[rings->edges[search->back.targets[i]].from] = search->back.targets[i];
        if (!look_from(search, first))
            return false;
        for (uint32_t i = back[0]; i < back[1]; i++)
            search->closing[rings->edges[search->back.targets[i]].from] = NO_EDGE;
    }
    return true;
}

static bool open_search(struct search *search, struct dlc_arena *scratch)
{
    const struct dlc_ring_graph *rings = search->rings;
    uint32_t count = rings->vertices.count;

    search->closing = dlc_arena_alloc(scratch, count * sizeof(*search->closing));
    if (!search->closing || !dlc_digraph_open(&search->back, count, scratch))
        return false;
    for (uint32_t vertex = 0; vertex < count; vertex++)
        search->closing[vertex] = NO_EDGE;
    for (uint32_t edge = 0; edge < rings->edge_count; edge++)
        search->back.first[rings->edges[edge].to]++;
    if (!dlc_digraph_lay_out(&search->back, scratch))
        return false;
    for (uint32_t edge = 0; edge < rings->edge_count; edge++)
        dlc_digraph_add(&search->back, rings->edges[edge].to, edge);
    return true;
}

bool dlc_cycles_short(struct dlc_instances *instances, const struct dlc_ring_graph *rings,
                      struct dlc_arena *scratch)
{
    struct search search = {.instances = instances, .rings = rings};

    if (!open_search(&search, scratch))
        return false;
    instances->casting.steps_left = DLC_STEPS_SHORT;
    if (!look_from_all(&search, look_at_pairs) || !look_from_all(&search, look_at_triples))
        return false;
    instances->casting.budget_hit = instances->casting.budget_hit || instances->casting.steps_left == 0;
    return true;
}
