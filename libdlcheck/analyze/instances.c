#include "libdlcheck/analyze/instances.h"

#include "libdlcheck/analyze/labels.h"

#define RANK_NONE UINT32_MAX

static uint32_t longest_component(const struct dlc_ring_graph *rings)
{
    const uint32_t *first = rings->vertices.component_first;
    uint32_t longest = 0;

    for (uint32_t i = 0; i < rings->vertices.component_count; i++)
        longest = first[i + 1] - first[i] > longest ? first[i + 1] - first[i] : longest;
    return longest;
}

bool dlc_instances_open(struct dlc_instances *instances, const struct dlc_ring_graph *rings,
                        struct dlc_arena *arena)
{
    size_t length = longest_component(rings);

    *instances = (struct dlc_instances){.rings = rings, .arena = arena};
    instances->variants = dlc_arena_alloc(arena, length * sizeof(*instances->variants));
    instances->steps = dlc_arena_alloc(arena, length * sizeof(*instances->steps));
    instances->items = dlc_arena_alloc(arena, 2 * length * sizeof(*instances->items));
    return instances->variants && instances->steps && instances->items &&
           dlc_casting_open(&instances->casting, rings, (uint32_t)length, arena);
}

/* Of the ring at hand with in->variants. */
static uint64_t pattern_of(struct dlc_instances *in)
{
    uint32_t length = in->casting.length;

    for (uint32_t i = 0; i < length; i++)
        in->steps[i] = in->rings->variants[in->variants[i]].step;
    return dlc_pattern_ring(in->steps, length, in->items, in->items + length);
}

static struct dlc_instance *find(const struct dlc_instances *in, uint64_t pattern)
{
    struct dlc_instance *known;

    HASH_FIND(hh, in->table, &pattern, sizeof(pattern), known);
    return known;
}

static struct dlc_instance *add(struct dlc_instances *in, uint64_t pattern)
{
    struct dlc_arena *uthash_arena = in->arena;
    struct dlc_instance *added = dlc_arena_alloc(in->arena, sizeof(*added));

    if (!added)
        return NULL;
    added->pattern = pattern;
    added->rank = RANK_NONE;
    HASH_ADD(hh, in->table, pattern, sizeof(added->pattern), added);
    in->counted_only++;
    return find(in, pattern);
}

/* Counts the ring for its pattern; takes over what was found when that is worse than what the pattern has. */
static bool keep(struct dlc_instances *in, uint64_t pattern, struct dlc_instance *known)
{
    struct dlc_casting *casting = &in->casting;

    if (!known && !casting->found)
        return true;
    if (!known)
        known = add(in, pattern);
    if (!known)
        return false;
    if (casting->found && casting->bound < known->rank) {
        if (known->length < casting->length)
            known->contexts = dlc_arena_alloc(in->arena, casting->length * sizeof(*known->contexts));
        if (!known->contexts)
            return false;
        if (known->length != casting->length)
            known->count = 0;
        if (known->rank >= DLC_RANK_COUNTED_ONLY && casting->bound < DLC_RANK_COUNTED_ONLY)
            in->counted_only--;
        known->rank = casting->bound;
        known->labels = casting->found_labels;
        known->length = casting->length;
        memcpy(known->contexts, casting->best, casting->length * sizeof(*known->contexts));
    }
    if (known->length == casting->length && (known->ring != in->rings_seen || known->count == 0)) {
        known->ring = in->rings_seen;
        known->count++;
    }
    return true;
}

/* Ranks below this are kept for a pattern that is not known yet. */
static uint32_t bound_of_new(struct dlc_instances *in)
{
    uint32_t reported = HASH_COUNT(in->table) - in->counted_only;
    uint32_t bound = RANK_NONE;

    if (reported >= DLC_PATTERNS_MOST)
        bound = 0;
    else if (in->counted_only >= DLC_PATTERNS_MOST)
        bound = DLC_RANK_COUNTED_ONLY;
    if (bound != RANK_NONE)
        in->casting.budget_hit = true;
    return bound;
}

/* Any participants at all, whatever their pattern. */
static bool look_anywhere(struct dlc_instances *in)
{
    struct dlc_casting *casting = &in->casting;
    struct dlc_instance *known;
    uint64_t pattern;

    for (uint32_t i = 0; i < casting->length; i++) {
        casting->range_first[i] =
            in->rings->variants[in->rings->edges[casting->edges[i]].first_variant].first_context;
        casting->range_end[i] =
            in->rings->variants[in->rings->edges[casting->edges[i] + 1].first_variant].first_context;
    }
    dlc_casting_look(casting, RANK_NONE);
    if (!casting->found)
        return true;
    for (uint32_t i = 0; i < casting->length; i++)
        in->variants[i] = in->rings->contexts[casting->best[i]].variant;
    pattern = pattern_of(in);
    known = find(in, pattern);
    return (!known && casting->bound >= bound_of_new(in)) || keep(in, pattern, known);
}

static bool look_in_variants(struct dlc_instances *in)
{
    struct dlc_casting *casting = &in->casting;
    uint64_t pattern = pattern_of(in);
    struct dlc_instance *known = find(in, pattern);
    uint32_t bound = known ? known->rank : bound_of_new(in);

    for (uint32_t i = 0; i < casting->length; i++) {
        casting->range_first[i] = in->rings->variants[in->variants[i]].first_context;
        casting->range_end[i] = in->rings->variants[in->variants[i] + 1].first_context;
    }
    casting->found = false;
    if (dlc_labels_rank(casting->ring_labels) < bound)
        dlc_casting_look(casting, bound);
    return keep(in, pattern, known);
}

/* The next combination of variants, counting the last position up first. False: that was the last. */
static bool next_combination(struct dlc_instances *in)
{
    struct dlc_casting *casting = &in->casting;

    for (uint32_t i = casting->length; i-- > 0;) {
        const struct dlc_ring_edge *edge = &in->rings->edges[casting->edges[i]];

        if (++in->variants[i] < edge[1].first_variant)
            return true;
        in->variants[i] = edge->first_variant;
    }
    return false;
}

static bool look_everywhere(struct dlc_instances *in)
{
    struct dlc_casting *casting = &in->casting;
    uint32_t combinations = 0;

    if (casting->length > DLC_RING_THOROUGH && !look_anywhere(in))
        return false;
    for (uint32_t i = 0; i < casting->length; i++)
        in->variants[i] = in->rings->edges[casting->edges[i]].first_variant;
    do {
        if (casting->steps_left == 0 ||
            (casting->length > DLC_RING_THOROUGH && combinations == DLC_RING_COMBINATIONS)) {
            casting->budget_hit = true;
            return true;
        }
        if (!look_in_variants(in))
            return false;
        dlc_casting_spend(casting, DLC_COMBINATION_STEPS);
        combinations++;
    } while (next_combination(in));
    return true;
}

bool dlc_instances_look(struct dlc_instances *instances, const uint32_t *edges, uint32_t length)
{
    bool done;

    instances->rings_seen++;
    dlc_casting_begin(&instances->casting, edges, length);
    done = look_everywhere(instances);
    dlc_casting_end(&instances->casting);
    return done;
}
