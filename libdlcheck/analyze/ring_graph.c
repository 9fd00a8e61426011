#include "libdlcheck/analyze/ring_graph.h"

#include "libdlcheck/analyze/sort.h"
#include "libdlcheck/base/hash.h"

/* A context is compared with so many of its variant to see whether one of them makes it superfluous. Beyond, it is
   kept: that costs search time and changes no finding. */
#define COMPARED_MOST 32u

struct building {
    struct dlc_ring_graph *rings;
    struct dlc_patterns *patterns;
    const struct dlc_crossing *crossings;
    size_t count;
    uint64_t *classes;           /* by vertex: dlc_pattern_lock_class */
    uint64_t *variant_keys;      /* by crossing */
    struct dlc_sort_item *items; /* crossings in the order of the ring graph's arrays */
};

static const struct dlc_node_record *node_record(const struct dlc_lock_graph *graph, uint32_t node)
{
    return dlc_reader_node(graph->reader, graph->node_refs[node]);
}

static uint64_t *classes_of(const struct dlc_ring_graph *rings, struct dlc_patterns *patterns,
                            struct dlc_arena *arena)
{
    uint64_t *classes = dlc_arena_alloc(arena, rings->vertices.count * sizeof(*classes));

    for (uint32_t vertex = 0; classes && vertex < rings->vertices.count; vertex++)
        classes[vertex] =
            dlc_pattern_lock_class(patterns, rings->locks->lock_refs[rings->vertices.locks[vertex]], 0, 0);
    return classes;
}

static struct dlc_variant describe(const struct building *building, const struct dlc_crossing *crossing)
{
    const struct dlc_lock_graph *graph = building->rings->locks;
    uint32_t node = building->rings->participants[crossing->participant].node;
    enum dlc_how how = dlc_lock_graph_how(graph, node);

    return (struct dlc_variant){
        .step = dlc_pattern_step(
            building->classes[crossing->to],
            dlc_pattern_place(building->patterns, node_record(graph, node)->stack),
            dlc_pattern_place(building->patterns, node_record(graph, crossing->hold_node)->stack)),
        .timed = how == DLC_HOW_TIMED,
        .tried = how == DLC_HOW_TRIED,
        .wait_mode = (uint8_t)dlc_lock_graph_mode(graph, node),
        .hold_mode = (uint8_t)dlc_lock_graph_mode(graph, crossing->hold_node)};
}

static uint64_t variant_key(const struct dlc_variant *variant)
{
    return dlc_hash_add(variant->step, (uint64_t)variant->timed | (uint64_t)variant->tried << 1 |
                                           (uint64_t)variant->wait_mode << 2 | (uint64_t)variant->hold_mode << 3);
}

/* By edge, within by variant, within those that hold few locks first, and equal ones side by side. */
static void sort_crossings(struct building *building, struct dlc_sort_item *scratch)
{
    struct dlc_sort_item *items = building->items;

    for (size_t i = 0; i < building->count; i++) {
        const struct dlc_participant *participant =
            &building->rings->participants[building->crossings[i].participant];
        uint64_t held = participant->held_count < UINT16_MAX ? participant->held_count : UINT16_MAX;

        items[i] = (struct dlc_sort_item){held << 48 | participant->alike >> 16, (uint32_t)i};
    }
    dlc_sort(items, scratch, building->count);
    for (size_t i = 0; i < building->count; i++)
        items[i].key = building->variant_keys[items[i].value];
    dlc_sort(items, scratch, building->count);
    for (size_t i = 0; i < building->count; i++) {
        const struct dlc_crossing *crossing = &building->crossings[items[i].value];

        items[i].key = (uint64_t)crossing->from << 32 | crossing->to;
    }
    dlc_sort(items, scratch, building->count);
}

static bool held_within(const struct dlc_participant *part, const struct dlc_participant *whole)
{
    uint32_t at = 0;

    if (part->held_count > whole->held_count || part->held_bits & ~whole->held_bits)
        return false;
    for (uint32_t i = 0; i < part->held_count; i++, at++) {
        while (at < whole->held_count && whole->held[at] < part->held[i])
            at++;
        if (at == whole->held_count || whole->held[at] != part->held[i])
            return false;
    }
    return true;
}

static bool points_within(const struct dlc_participant *part, const struct dlc_participant *whole)
{
    uint32_t at = 0;

    for (uint32_t i = 0; i < part->point_count; i++, at++) {
        while (at < whole->point_count && (whole->points[at].thread < part->points[i].thread ||
                                           (whole->points[at].thread == part->points[i].thread &&
                                            whole->points[at].segment < part->points[i].segment)))
            at++;
        if (at == whole->point_count || whole->points[at].thread != part->points[i].thread ||
            whole->points[at].segment != part->points[i].segment)
            return false;
    }
    return true;
}

/* Whether every finding with `other` would be one with `context` too, of no worse rank. */
static bool replaces(const struct dlc_ring_graph *rings, const struct dlc_context *context,
                     const struct dlc_context *other)
{
    const struct dlc_participant *a = &rings->participants[context->participant];
    const struct dlc_participant *b = &rings->participants[other->participant];

    return a->points_dropped == b->points_dropped && held_within(a, b) && points_within(b, a);
}

static uint32_t add_context(struct dlc_ring_graph *rings, uint32_t first, uint32_t count,
                            struct dlc_context context)
{
    if (count > first && rings->participants[rings->contexts[count - 1].participant].alike ==
                             rings->participants[context.participant].alike)
        return count;
    for (uint32_t i = first; i < count && i - first < COMPARED_MOST; i++) {
        if (replaces(rings, &rings->contexts[i], &context))
            return count;
    }
    rings->contexts[count] = context;
    return count + 1;
}

static void lay_out(struct building *building)
{
    struct dlc_ring_graph *rings = building->rings;
    const struct dlc_sort_item *items = building->items;
    uint32_t contexts = 0;

    for (size_t i = 0; i < building->count; i++) {
        const struct dlc_crossing *crossing = &building->crossings[items[i].value];
        bool new_edge = i == 0 || items[i].key != items[i - 1].key;
        bool new_variant =
            new_edge || building->variant_keys[items[i].value] != building->variant_keys[items[i - 1].value];

        if (new_edge) {
            rings->edges[rings->edge_count++] =
                (struct dlc_ring_edge){crossing->from, crossing->to, rings->variant_count};
            rings->edge_first[crossing->from + 1] = rings->edge_count;
        }
        if (new_variant) {
            rings->variants[rings->variant_count] = describe(building, crossing);
            rings->variants[rings->variant_count++].first_context = contexts;
        }
        contexts = add_context(
            rings, rings->variants[rings->variant_count - 1].first_context, contexts,
            (struct dlc_context){crossing->participant, rings->variant_count - 1, crossing->hold_node});
    }
    rings->edges[rings->edge_count].first_variant = rings->variant_count;
    rings->variants[rings->variant_count].first_context = contexts;
    for (uint32_t vertex = 0; vertex < rings->vertices.count; vertex++) {
        if (rings->edge_first[vertex + 1] < rings->edge_first[vertex])
            rings->edge_first[vertex + 1] = rings->edge_first[vertex];
    }
}

bool dlc_ring_graph_open(struct dlc_ring_graph *rings, const struct dlc_lock_graph *graph,
                         const uint32_t *components, struct dlc_patterns *patterns, struct dlc_arena *arena)
{
    struct building building = {.rings = rings, .patterns = patterns};
    struct dlc_participants found;
    struct dlc_sort_item *scratch;

    *rings = (struct dlc_ring_graph){.locks = graph};
    if (!dlc_vertices_open(&rings->vertices, graph, components, arena) ||
        !dlc_participants_open(&found, graph, &rings->vertices, arena))
        return false;
    rings->participants = found.items.items;
    rings->incomplete = found.incomplete;
    building.crossings = found.crossings.items;
    building.count = found.crossings.count;
    building.classes = classes_of(rings, patterns, arena);
    building.variant_keys = dlc_arena_alloc(arena, building.count * sizeof(*building.variant_keys));
    building.items = dlc_arena_alloc(arena, building.count * sizeof(*building.items));
    scratch = dlc_arena_alloc(arena, building.count * sizeof(*scratch));
    rings->edge_first = dlc_arena_alloc(arena, ((size_t)rings->vertices.count + 1) * sizeof(*rings->edge_first));
    rings->edges = dlc_arena_alloc(arena, (building.count + 1) * sizeof(*rings->edges));
    rings->variants = dlc_arena_alloc(arena, (building.count + 1) * sizeof(*rings->variants));
    rings->contexts = dlc_arena_alloc(arena, building.count * sizeof(*rings->contexts));
    if (!building.classes || !building.variant_keys || !building.items || !scratch || !rings->edge_first ||
        !rings->edges || !rings->variants || !rings->contexts)
        return false;
    for (size_t i = 0; i < building.count; i++) {
        struct dlc_variant variant = describe(&building, &building.crossings[i]);

        building.variant_keys[i] = variant_key(&variant);
    }
    sort_crossings(&building, scratch);
    lay_out(&building);
    return true;
}
