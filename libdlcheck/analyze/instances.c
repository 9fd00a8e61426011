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
    size_t locks = rings->locks->lock_count;

    *instances = (struct dlc_instances){.rings = rings, .arena = arena};
    instances->variants = dlc_arena_alloc(arena, length * sizeof(*instances->variants));
    instances->range_first = dlc_arena_alloc(arena, length * sizeof(*instances->range_first));
    instances->range_end = dlc_arena_alloc(arena, length * sizeof(*instances->range_end));
    instances->choice = dlc_arena_alloc(arena, length * sizeof(*instances->choice));
    instances->labels = dlc_arena_alloc(arena, length * sizeof(*instances->labels));
    instances->best = dlc_arena_alloc(arena, length * sizeof(*instances->best));
    instances->points = dlc_arena_alloc(arena, length * sizeof(*instances->points));
    instances->participants = dlc_arena_alloc(arena, length * sizeof(*instances->participants));
    instances->steps = dlc_arena_alloc(arena, length * sizeof(*instances->steps));
    instances->items = dlc_arena_alloc(arena, 2 * length * sizeof(*instances->items));
    instances->held_now = dlc_arena_alloc(arena, locks * sizeof(*instances->held_now));
    instances->waited_at = dlc_arena_alloc(arena, locks * sizeof(*instances->waited_at));
    return instances->variants && instances->range_first && instances->range_end && instances->choice &&
           instances->labels && instances->best && instances->points && instances->participants &&
           instances->steps && instances->items && instances->held_now && instances->waited_at &&
           dlc_assigner_open(&instances->assigner, rings->locks->reader, arena);
}

/* The search for the participants of one ring. Position i waits for a lock that position i + 1 holds. */
struct look {
    struct dlc_instances *in;
    const uint32_t *edges;
    uint32_t length;
    uint32_t ring_labels; /* those that the locks alone decide */
    uint32_t bound;       /* only ranks below this are of interest */
    bool found;           /* in->best has one, of rank `bound` and these labels: */
    uint32_t found_labels;
};

static void spend(struct dlc_instances *in, uint64_t steps)
{
    in->steps_left -= steps < in->steps_left ? steps : in->steps_left;
}

static const struct dlc_participant *participant_of(const struct dlc_instances *in, uint32_t context)
{
    return &in->rings->participants[in->rings->contexts[context].participant];
}

static const struct dlc_variant *variant_of(const struct dlc_instances *in, uint32_t context)
{
    return &in->rings->variants[in->rings->contexts[context].variant];
}

static bool excludes(uint8_t wait_mode, uint8_t hold_mode)
{
    return dlc_modes_exclude((enum dlc_mode)wait_mode, (enum dlc_mode)hold_mode);
}

/* Whether a participant chosen before, but not the one that it is to wait for anyway, holds the lock that this one
   waits for: then those two close a shorter ring. */
static bool waits_across(const struct look *look, uint32_t position, const struct dlc_variant *variant)
{
    const struct dlc_instances *in = look->in;
    uint32_t to = in->rings->edges[look->edges[position]].to;
    struct dlc_held_now held = in->held_now[in->rings->vertices.locks[to]];

    if (position + 1 == look->length) {
        if (variant_of(in, in->choice[0])->hold_mode == DLC_MODE_READ)
            held.readers--;
        else
            held.writers--;
    }
    return (held.writers > 0 && excludes(variant->wait_mode, DLC_MODE_EXCLUSIVE)) ||
           (held.readers > 0 && excludes(variant->wait_mode, DLC_MODE_READ));
}

/* The other way round: whether it holds a lock that one chosen before waits for, other than the one just before.
 */
static bool holds_across(const struct look *look, uint32_t position, const struct dlc_participant *participant)
{
    const struct dlc_instances *in = look->in;

    for (uint32_t i = 0; i < participant->held_count; i++) {
        uint32_t waited_at = in->waited_at[DLC_HELD_LOCK(participant->held[i])];

        if (waited_at != 0 && waited_at < position &&
            excludes(variant_of(in, in->choice[waited_at - 1])->wait_mode,
                     (uint8_t)DLC_HELD_MODE(participant->held[i])))
            return true;
    }
    return false;
}

static bool guarded_by_others(const struct dlc_instances *in, const struct dlc_participant *participant)
{
    for (uint32_t i = 0; i < participant->held_count; i++) {
        struct dlc_held_now held = in->held_now[DLC_HELD_LOCK(participant->held[i])];
        enum dlc_mode mode = DLC_HELD_MODE(participant->held[i]);

        if ((held.writers > 0 && dlc_modes_exclude(mode, DLC_MODE_EXCLUSIVE)) ||
            (held.readers > 0 && dlc_modes_exclude(mode, DLC_MODE_READ)))
            return true;
    }
    return false;
}

static void hold(struct dlc_instances *in, const struct dlc_participant *participant)
{
    for (uint32_t i = 0; i < participant->held_count; i++) {
        struct dlc_held_now *held = &in->held_now[DLC_HELD_LOCK(participant->held[i])];

        if (DLC_HELD_MODE(participant->held[i]) == DLC_MODE_READ)
            held->readers++;
        else
            held->writers++;
    }
}

static void let_go(struct dlc_instances *in, const struct dlc_participant *participant)
{
    for (uint32_t i = 0; i < participant->held_count; i++) {
        struct dlc_held_now *held = &in->held_now[DLC_HELD_LOCK(participant->held[i])];

        if (DLC_HELD_MODE(participant->held[i]) == DLC_MODE_READ)
            held->readers--;
        else
            held->writers--;
    }
}

/* The labels of the choices up to this position, without those that the threads decide. */
static uint32_t labels_with(const struct look *look, uint32_t position, uint32_t context)
{
    const struct dlc_instances *in = look->in;
    const struct dlc_variant *variant = variant_of(in, context);
    uint32_t labels = position > 0 ? in->labels[position - 1] : look->ring_labels;

    if (variant->timed)
        labels |= DLC_LABEL_BIT(DLC_LABEL_TIMED);
    if (variant->tried)
        labels |= DLC_LABEL_BIT(DLC_LABEL_TRIED);
    if (position > 0 && !excludes(variant_of(in, in->choice[position - 1])->wait_mode, variant->hold_mode))
        labels |= DLC_LABEL_BIT(DLC_LABEL_READ_ONLY);
    if (position + 1 == look->length && !excludes(variant->wait_mode, variant_of(in, in->choice[0])->hold_mode))
        labels |= DLC_LABEL_BIT(DLC_LABEL_READ_ONLY);
    if (!(labels & DLC_LABEL_BIT(DLC_LABEL_GUARDED)) && guarded_by_others(in, participant_of(in, context)))
        labels |= DLC_LABEL_BIT(DLC_LABEL_GUARDED);
    return labels;
}

/* Takes `context` at `position` when that can still lead to something of interest. */
static bool take(struct look *look, uint32_t position, uint32_t context)
{
    struct dlc_instances *in = look->in;

    in->labels[position] = labels_with(look, position, context);
    if (dlc_labels_rank(in->labels[position]) >= look->bound)
        return false;
    if (waits_across(look, position, variant_of(in, context)) ||
        holds_across(look, position, participant_of(in, context)))
        return false;
    in->choice[position] = context;
    in->participants[position] = participant_of(in, context);
    hold(in, in->participants[position]);
    return true;
}

/* All positions are taken. What is guarded has no label from its threads: it cannot happen with any. */
static void judge(struct look *look)
{
    struct dlc_instances *in = look->in;
    uint32_t labels = in->labels[look->length - 1];
    uint32_t rank;

    if (!(labels & DLC_LABEL_BIT(DLC_LABEL_GUARDED))) {
        uint64_t before = in->assigner.work + in->assigner.order.work;

        labels |= dlc_assign_threads(&in->assigner, in->participants, look->length, in->points);
        spend(in, in->assigner.work + in->assigner.order.work - before);
    }
    rank = dlc_labels_rank(labels);
    if (rank >= look->bound)
        return;
    look->bound = rank;
    look->found = true;
    look->found_labels = labels;
    memcpy(in->best, in->choice, look->length * sizeof(*in->best));
}

/* Tries the contexts in each position's range; finds the best choice below look->bound, in a long ring just any.
 */
static void choose_contexts(struct look *look)
{
    struct dlc_instances *in = look->in;
    uint64_t ring_steps_left = look->length > DLC_RING_THOROUGH ? DLC_RING_STEPS + look->length : UINT64_MAX;
    uint32_t position = 0;
    uint32_t next = in->range_first[0];

    look->found = false;
    for (;;) {
        bool exhausted = ring_steps_left == 0 || in->steps_left == 0;
        uint64_t cost;

        in->budget_hit = in->budget_hit || exhausted;
        if (look->found && (look->bound == 0 || look->length > DLC_RING_THOROUGH))
            exhausted = true;
        if (exhausted || next == in->range_end[position]) {
            if (position == 0)
                return;
            let_go(in, in->participants[--position]);
            next = exhausted ? in->range_end[position] : in->choice[position] + 1;
            continue;
        }
        cost = 1 + participant_of(in, next)->held_count;
        spend(in, cost);
        ring_steps_left -= cost < ring_steps_left ? cost : ring_steps_left;
        if (!take(look, position, next)) {
            next++;
        } else if (position + 1 < look->length) {
            next = in->range_first[++position];
        } else {
            judge(look);
            let_go(in, in->participants[position]);
            next++;
        }
    }
}

/* What is to be reported is looked for first: the search for it can give up early on what is guarded. */
static void look_below(struct look *look, uint32_t bound)
{
    look->bound = bound < DLC_RANK_COUNTED_ONLY ? bound : DLC_RANK_COUNTED_ONLY;
    choose_contexts(look);
    if (!look->found && bound > DLC_RANK_COUNTED_ONLY) {
        look->bound = bound;
        choose_contexts(look);
    }
}

static uint64_t pattern_of(struct look *look, const uint32_t *variants)
{
    struct dlc_instances *in = look->in;

    for (uint32_t i = 0; i < look->length; i++)
        in->steps[i] = in->rings->variants[variants[i]].step;
    return dlc_pattern_ring(in->steps, look->length, in->items, in->items + look->length);
}

/* Counts the ring for its pattern; takes over what was found when that is worse than what the pattern has. */
static bool keep(struct look *look, uint64_t pattern, struct dlc_instance *known)
{
    struct dlc_instances *in = look->in;
    struct dlc_arena *uthash_arena = in->arena;

    if (!known && !look->found)
        return true;
    if (!known) {
        known = dlc_arena_alloc(in->arena, sizeof(*known));
        if (!known)
            return false;
        known->pattern = pattern;
        known->rank = RANK_NONE;
        in->counted_only++;
        HASH_ADD(hh, in->table, pattern, sizeof(known->pattern), known);
    }
    if (look->found && look->bound < known->rank) {
        if (known->length < look->length)
            known->contexts = dlc_arena_alloc(in->arena, look->length * sizeof(*known->contexts));
        if (!known->contexts)
            return false;
        if (known->length != look->length)
            known->count = 0;
        if (known->rank >= DLC_RANK_COUNTED_ONLY && look->bound < DLC_RANK_COUNTED_ONLY)
            in->counted_only--;
        known->rank = look->bound;
        known->labels = look->found_labels;
        known->length = look->length;
        memcpy(known->contexts, in->best, look->length * sizeof(*known->contexts));
    }
    if (known->length == look->length && (known->ring != in->rings_seen || known->count == 0)) {
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
    in->budget_hit = in->budget_hit || bound != RANK_NONE;
    return bound;
}

static struct dlc_instance *find(const struct dlc_instances *in, uint64_t pattern)
{
    struct dlc_instance *known;

    HASH_FIND(hh, in->table, &pattern, sizeof(pattern), known);
    return known;
}

/* Any participants at all, whatever their pattern. */
static bool look_anywhere(struct look *look)
{
    struct dlc_instances *in = look->in;
    struct dlc_instance *known;
    uint64_t pattern;

    for (uint32_t i = 0; i < look->length; i++) {
        in->range_first[i] = in->rings->variants[in->rings->edges[look->edges[i]].first_variant].first_context;
        in->range_end[i] = in->rings->variants[in->rings->edges[look->edges[i] + 1].first_variant].first_context;
    }
    look_below(look, RANK_NONE);
    if (!look->found)
        return true;
    for (uint32_t i = 0; i < look->length; i++)
        in->variants[i] = in->rings->contexts[in->best[i]].variant;
    pattern = pattern_of(look, in->variants);
    known = find(in, pattern);
    return (!known && look->bound >= bound_of_new(in)) || keep(look, pattern, known);
}

static bool look_in_variants(struct look *look)
{
    struct dlc_instances *in = look->in;
    uint64_t pattern = pattern_of(look, in->variants);
    struct dlc_instance *known = find(in, pattern);
    uint32_t bound = known ? known->rank : bound_of_new(in);

    for (uint32_t i = 0; i < look->length; i++) {
        in->range_first[i] = in->rings->variants[in->variants[i]].first_context;
        in->range_end[i] = in->rings->variants[in->variants[i] + 1].first_context;
    }
    look->found = false;
    if (dlc_labels_rank(look->ring_labels) < bound)
        look_below(look, bound);
    return keep(look, pattern, known);
}

/* The next combination of variants, counting the last position up first. False: that was the last. */
static bool next_combination(const struct look *look)
{
    struct dlc_instances *in = look->in;

    for (uint32_t i = look->length; i-- > 0;) {
        const struct dlc_ring_edge *edge = &in->rings->edges[look->edges[i]];

        if (++in->variants[i] < edge[1].first_variant)
            return true;
        in->variants[i] = edge->first_variant;
    }
    return false;
}

static bool look_everywhere(struct look *look)
{
    struct dlc_instances *in = look->in;
    uint32_t combinations = 0;

    if (look->length > DLC_RING_THOROUGH && !look_anywhere(look))
        return false;
    for (uint32_t i = 0; i < look->length; i++)
        in->variants[i] = in->rings->edges[look->edges[i]].first_variant;
    do {
        if (in->steps_left == 0 || (look->length > DLC_RING_THOROUGH && combinations == DLC_RING_COMBINATIONS)) {
            in->budget_hit = true;
            return true;
        }
        if (!look_in_variants(look))
            return false;
        spend(in, DLC_COMBINATION_STEPS);
        combinations++;
    } while (next_combination(look));
    return true;
}

bool dlc_instances_look(struct dlc_instances *instances, const uint32_t *edges, uint32_t length)
{
    const struct dlc_ring_graph *rings = instances->rings;
    struct look look = {.in = instances, .edges = edges, .length = length};
    bool done;

    instances->rings_seen++;
    for (uint32_t i = 0; i < length; i++) {
        uint32_t to = rings->edges[edges[i]].to;

        instances->waited_at[rings->vertices.locks[to]] = i + 1;
        if (rings->vertices.unshared[to])
            look.ring_labels = DLC_LABEL_BIT(DLC_LABEL_UNSHARED);
    }
    done = look_everywhere(&look);
    for (uint32_t i = 0; i < length; i++)
        instances->waited_at[rings->vertices.locks[rings->edges[edges[i]].to]] = 0;
    return done;
}

void dlc_instances_assign(struct dlc_instances *instances, const struct dlc_instance *instance)
{
    for (uint32_t i = 0; i < instance->length; i++)
        instances->participants[i] = participant_of(instances, instance->contexts[i]);
    dlc_assign_threads(&instances->assigner, instances->participants, instance->length, instances->points);
}
