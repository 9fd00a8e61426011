#include "libdlcheck/analyze/predict.h"

#include "libdlcheck/analyze/cycles.h"
#include "libdlcheck/analyze/instances.h"
#include "libdlcheck/analyze/lock_graph.h"
#include "libdlcheck/analyze/ring_graph.h"
#include "libdlcheck/base/hash.h"

/* Findings with equal code places and labels. */
struct family {
    uint64_t places;
    struct dlc_finding *first;
    uint32_t members;
    UT_hash_handle hh;
};

struct prediction {
    struct dlc_collection *collection;
    struct dlc_patterns *patterns;
    struct dlc_lock_graph graph;
    struct dlc_ring_graph rings;
    struct dlc_instances instances;
    struct family *families;
};

static const struct dlc_node_record *node_record(const struct prediction *prediction, uint32_t node)
{
    return dlc_reader_node(prediction->graph.reader, prediction->graph.node_refs[node]);
}

static dlc_ref node_stack(const struct prediction *prediction, uint32_t node)
{
    dlc_ref stack = node_record(prediction, node)->stack;

    return dlc_reader_stack(prediction->graph.reader, stack) ? stack : 0;
}

static uint64_t places_of(struct prediction *prediction, const struct dlc_instance *instance)
{
    struct dlc_instances *instances = &prediction->instances;
    struct dlc_patterns *patterns = prediction->patterns;

    for (uint32_t i = 0; i < instance->length; i++) {
        const struct dlc_context *context = &prediction->rings.contexts[instance->contexts[i]];
        uint32_t node = prediction->rings.participants[context->participant].node;

        instances->steps[i] =
            dlc_pattern_step(0, dlc_pattern_place(patterns, node_record(prediction, node)->stack),
                             dlc_pattern_place(patterns, node_record(prediction, context->hold_node)->stack));
    }
    return dlc_hash_add(dlc_pattern_ring(instances->steps, instance->length, instances->items,
                                         instances->items + instance->length),
                        instance->labels);
}

static struct dlc_hold hold_at(const struct prediction *prediction, uint32_t node, uint32_t in_cycle)
{
    const struct dlc_lock_graph *graph = &prediction->graph;
    dlc_ref lock = graph->lock_refs[graph->locks[node]];

    return (struct dlc_hold){.address = dlc_reader_lock(graph->reader, lock)->address,
                             .lock = lock,
                             .stack = node_stack(prediction, node),
                             .mode = (uint8_t)dlc_lock_graph_mode(graph, node),
                             .in_cycle = node == in_cycle};
}

static bool fill_holds(const struct prediction *prediction, struct dlc_step *step, uint32_t node,
                       uint32_t in_cycle)
{
    const uint32_t *parents = prediction->graph.parents;
    size_t depth = 0;
    size_t left;

    for (uint32_t at = parents[node]; at != DLC_SLOT_NONE; at = parents[at])
        depth++;
    step->hold_count = depth < DLC_HOLDS_SHOWN ? depth : DLC_HOLDS_SHOWN;
    step->holds = dlc_arena_alloc(prediction->collection->arena, step->hold_count * sizeof(*step->holds));
    if (!step->holds)
        return false;
    left = step->hold_count;
    for (uint32_t at = parents[node]; left > 0; at = parents[at])
        step->holds[--left] = hold_at(prediction, at, in_cycle);
    for (size_t i = 0; i < step->hold_count; i++) {
        if (step->holds[i].in_cycle)
            return true;
    }
    step->holds[0] = hold_at(prediction, in_cycle, in_cycle);
    return true;
}

static bool fill_step(const struct prediction *prediction, struct dlc_step *step,
                      const struct dlc_context *context, uint32_t point)
{
    const struct dlc_lock_graph *graph = &prediction->graph;
    const struct dlc_participant *participant = &prediction->rings.participants[context->participant];
    uint32_t node = participant->node;
    dlc_ref lock = graph->lock_refs[graph->locks[node]];

    if (point < participant->point_count)
        step->thread = prediction->instances.casting.assigner.order.refs[participant->points[point].thread];
    step->wait_kind = DLC_WAIT_MUTEX;
    step->wait_address = dlc_reader_lock(graph->reader, lock)->address;
    step->wait_lock = lock;
    step->wait_stack = node_stack(prediction, node);
    step->wait_mode = (uint8_t)dlc_lock_graph_mode(graph, node);
    step->wait_how = (uint8_t)dlc_lock_graph_how(graph, node);
    step->wait_timed = step->wait_how == DLC_HOW_TIMED;
    step->node = graph->node_refs[node];
    return fill_holds(prediction, step, node, context->hold_node);
}

static bool fill_finding(struct prediction *prediction, struct dlc_finding *finding,
                         const struct dlc_instance *instance)
{
    finding->kind = DLC_FINDING_POSSIBLE_DEADLOCK;
    finding->labels = instance->labels;
    finding->count = instance->count;
    finding->steps = dlc_arena_alloc(prediction->collection->arena, instance->length * sizeof(*finding->steps));
    if (!finding->steps)
        return false;
    finding->step_count = instance->length;
    dlc_casting_assign(&prediction->instances.casting, instance->contexts, instance->length);
    for (uint32_t i = 0; i < instance->length; i++) {
        if (!fill_step(prediction, &finding->steps[i], &prediction->rings.contexts[instance->contexts[i]],
                       prediction->instances.casting.points[i]))
            return false;
    }
    return true;
}

/* False: out of memory. */
static bool family_of(struct prediction *prediction, const struct dlc_instance *instance, struct family **family)
{
    struct dlc_arena *uthash_arena = prediction->patterns->arena;
    uint64_t places = places_of(prediction, instance);

    HASH_FIND(hh, prediction->families, &places, sizeof(places), *family);
    if (*family)
        return true;
    *family = dlc_arena_alloc(uthash_arena, sizeof(**family));
    if (!*family)
        return false;
    (*family)->places = places;
    HASH_ADD(hh, prediction->families, places, sizeof((*family)->places), *family);
    return true;
}

static bool collect(struct prediction *prediction)
{
    for (struct dlc_instance *instance = prediction->instances.table; instance; instance = instance->hh.next) {
        struct dlc_finding *finding;
        struct family *family;

        if (dlc_collection_find(prediction->collection, instance->pattern))
            continue;
        if (!family_of(prediction, instance, &family))
            return false;
        if (family->members == DLC_CLASSES_APART) {
            family->first->count += instance->count;
            continue;
        }
        finding = dlc_collection_add(prediction->collection, instance->pattern);
        if (!finding || !fill_finding(prediction, finding, instance))
            return false;
        if (family->members++ == 0)
            family->first = finding;
    }
    return true;
}

bool dlc_predict(struct dlc_collection *collection, struct dlc_patterns *patterns, bool *budget_hit)
{
    struct prediction prediction = {.collection = collection, .patterns = patterns};
    struct dlc_arena graph_arena = DLC_ARENA_EMPTY;
    struct dlc_arena scratch = DLC_ARENA_EMPTY;
    struct dlc_instances *instances = &prediction.instances;
    uint32_t *components = NULL;
    bool done;

    done = dlc_lock_graph_open(&prediction.graph, patterns->reader, &graph_arena);
    if (done)
        components = dlc_lock_graph_components(&prediction.graph, &graph_arena, &scratch);
    dlc_arena_release(&scratch);
    done = components &&
           dlc_ring_graph_open(&prediction.rings, &prediction.graph, components, patterns, &graph_arena);
    if (done && prediction.rings.edge_count > 0) {
        done = dlc_instances_open(instances, &prediction.rings, &graph_arena) &&
               dlc_cycles_short(instances, &prediction.rings, &scratch) &&
               dlc_cycles_long(instances, &prediction.rings, &scratch) && collect(&prediction);
        *budget_hit = *budget_hit || instances->casting.budget_hit || prediction.rings.incomplete;
    }
    dlc_arena_release(&scratch);
    dlc_arena_release(&graph_arena);
    return done;
}
