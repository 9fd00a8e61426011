#include "libdlcheck/analyze/casting.h"

#include "libdlcheck/analyze/labels.h"

bool dlc_casting_open(struct dlc_casting *casting, const struct dlc_ring_graph *rings, uint32_t length_most,
                      struct dlc_arena *arena)
{
    size_t length = length_most;
    size_t locks = rings->locks->lock_count;

    *casting = (struct dlc_casting){.rings = rings};
    casting->range_first = dlc_arena_alloc(arena, length * sizeof(*casting->range_first));
    casting->range_end = dlc_arena_alloc(arena, length * sizeof(*casting->range_end));
    casting->best = dlc_arena_alloc(arena, length * sizeof(*casting->best));
    casting->points = dlc_arena_alloc(arena, length * sizeof(*casting->points));
    casting->choice = dlc_arena_alloc(arena, length * sizeof(*casting->choice));
    casting->labels = dlc_arena_alloc(arena, length * sizeof(*casting->labels));
    casting->participants = dlc_arena_alloc(arena, length * sizeof(*casting->participants));
    casting->held_now = dlc_arena_alloc(arena, locks * sizeof(*casting->held_now));
    casting->waited_at = dlc_arena_alloc(arena, locks * sizeof(*casting->waited_at));
    return casting->range_first && casting->range_end && casting->best && casting->points && casting->choice &&
           casting->labels && casting->participants && casting->held_now && casting->waited_at &&
           dlc_assigner_open(&casting->assigner, rings->locks->reader, arena);
}

void dlc_casting_spend(struct dlc_casting *casting, uint64_t steps)
{
    casting->steps_left -= steps < casting->steps_left ? steps : casting->steps_left;
}

static const struct dlc_participant *participant_of(const struct dlc_casting *casting, uint32_t context)
{
    return &casting->rings->participants[casting->rings->contexts[context].participant];
}

static const struct dlc_variant *variant_of(const struct dlc_casting *casting, uint32_t context)
{
    return &casting->rings->variants[casting->rings->contexts[context].variant];
}

static bool excludes(uint8_t wait_mode, uint8_t hold_mode)
{
    return dlc_modes_exclude((enum dlc_mode)wait_mode, (enum dlc_mode)hold_mode);
}

/* Whether a participant chosen before, but not the one that it is to wait for anyway, holds the lock that this one
   waits for: then those two close a shorter ring. */
static bool waits_across(const struct dlc_casting *casting, uint32_t position, const struct dlc_variant *variant)
{
    uint32_t to = casting->rings->edges[casting->edges[position]].to;
    struct dlc_held_now held = casting->held_now[casting->rings->vertices.locks[to]];

    if (position + 1 == casting->length) {
        if (variant_of(casting, casting->choice[0])->hold_mode == DLC_MODE_READ)
            held.readers--;
        else
            held.writers--;
    }
    return (held.writers > 0 && excludes(variant->wait_mode, DLC_MODE_EXCLUSIVE)) ||
           (held.readers > 0 && excludes(variant->wait_mode, DLC_MODE_READ));
}

/* The other way round: whether it holds a lock that one chosen before waits for, other than the one just before.
 */
static bool holds_across(const struct dlc_casting *casting, uint32_t position,
                         const struct dlc_participant *participant)
{

    for (uint32_t i = 0; i < participant->held_count; i++) {
        uint32_t waited_at = casting->waited_at[DLC_HELD_LOCK(participant->held[i])];

        if (waited_at != 0 && waited_at < position &&
            excludes(variant_of(casting, casting->choice[waited_at - 1])->wait_mode,
                     (uint8_t)DLC_HELD_MODE(participant->held[i])))
            return true;
    }
    return false;
}

static bool guarded_by_others(const struct dlc_casting *casting, const struct dlc_participant *participant)
{
    for (uint32_t i = 0; i < participant->held_count; i++) {
        struct dlc_held_now held = casting->held_now[DLC_HELD_LOCK(participant->held[i])];
        enum dlc_mode mode = DLC_HELD_MODE(participant->held[i]);

        if ((held.writers > 0 && dlc_modes_exclude(mode, DLC_MODE_EXCLUSIVE)) ||
            (held.readers > 0 && dlc_modes_exclude(mode, DLC_MODE_READ)))
            return true;
    }
    return false;
}

static void hold(struct dlc_casting *casting, const struct dlc_participant *participant)
{
    for (uint32_t i = 0; i < participant->held_count; i++) {
        struct dlc_held_now *held = &casting->held_now[DLC_HELD_LOCK(participant->held[i])];

        if (DLC_HELD_MODE(participant->held[i]) == DLC_MODE_READ)
            held->readers++;
        else
            held->writers++;
    }
}

static void let_go(struct dlc_casting *casting, const struct dlc_participant *participant)
{
    for (uint32_t i = 0; i < participant->held_count; i++) {
        struct dlc_held_now *held = &casting->held_now[DLC_HELD_LOCK(participant->held[i])];

        if (DLC_HELD_MODE(participant->held[i]) == DLC_MODE_READ)
            held->readers--;
        else
            held->writers--;
    }
}

/* The labels of the choices up to this position, without those that the threads decide. */
static uint32_t labels_with(const struct dlc_casting *casting, uint32_t position, uint32_t context)
{
    const struct dlc_variant *variant = variant_of(casting, context);
    uint32_t labels = position > 0 ? casting->labels[position - 1] : casting->ring_labels;

    if (variant->timed)
        labels |= DLC_LABEL_BIT(DLC_LABEL_TIMED);
    if (variant->tried)
        labels |= DLC_LABEL_BIT(DLC_LABEL_TRIED);
    if (position > 0 &&
        !excludes(variant_of(casting, casting->choice[position - 1])->wait_mode, variant->hold_mode))
        labels |= DLC_LABEL_BIT(DLC_LABEL_READ_ONLY);
    if (position + 1 == casting->length &&
        !excludes(variant->wait_mode, variant_of(casting, casting->choice[0])->hold_mode))
        labels |= DLC_LABEL_BIT(DLC_LABEL_READ_ONLY);
    if (!(labels & DLC_LABEL_BIT(DLC_LABEL_GUARDED)) &&
        guarded_by_others(casting, participant_of(casting, context)))
        labels |= DLC_LABEL_BIT(DLC_LABEL_GUARDED);
    return labels;
}

/* Takes `context` at `position` when that can still lead to something of interest. */
static bool take(struct dlc_casting *casting, uint32_t position, uint32_t context)
{

    casting->labels[position] = labels_with(casting, position, context);
    if (dlc_labels_rank(casting->labels[position]) >= casting->bound)
        return false;
    if (waits_across(casting, position, variant_of(casting, context)) ||
        holds_across(casting, position, participant_of(casting, context)))
        return false;
    casting->choice[position] = context;
    casting->participants[position] = participant_of(casting, context);
    hold(casting, casting->participants[position]);
    return true;
}

/* All positions are taken. What is guarded has no label from its threads: it cannot happen with any. */
static void judge(struct dlc_casting *casting)
{
    uint32_t labels = casting->labels[casting->length - 1];
    uint32_t rank;

    if (!(labels & DLC_LABEL_BIT(DLC_LABEL_GUARDED))) {
        uint64_t before = casting->assigner.work + casting->assigner.order.work;

        labels |= dlc_assign_threads(&casting->assigner, casting->participants, casting->length, casting->points);
        dlc_casting_spend(casting, casting->assigner.work + casting->assigner.order.work - before);
    }
    rank = dlc_labels_rank(labels);
    if (rank >= casting->bound)
        return;
    casting->bound = rank;
    casting->found = true;
    casting->found_labels = labels;
    memcpy(casting->best, casting->choice, casting->length * sizeof(*casting->best));
}

/* Tries the contexts in each position's range; finds the best choice below casting->bound, in a long ring just
 * any.
 */
static void choose_contexts(struct dlc_casting *casting)
{
    uint64_t ring_steps_left = casting->length > DLC_RING_THOROUGH ? DLC_RING_STEPS + casting->length : UINT64_MAX;
    uint32_t position = 0;
    uint32_t next = casting->range_first[0];

    casting->found = false;
    for (;;) {
        bool exhausted = ring_steps_left == 0 || casting->steps_left == 0;
        uint64_t cost;

        casting->budget_hit = casting->budget_hit || exhausted;
        if (casting->found && (casting->bound == 0 || casting->length > DLC_RING_THOROUGH))
            exhausted = true;
        if (exhausted || next == casting->range_end[position]) {
            if (position == 0)
                return;
            let_go(casting, casting->participants[--position]);
            next = exhausted ? casting->range_end[position] : casting->choice[position] + 1;
            continue;
        }
        cost = 1 + participant_of(casting, next)->held_count;
        dlc_casting_spend(casting, cost);
        ring_steps_left -= cost < ring_steps_left ? cost : ring_steps_left;
        if (!take(casting, position, next)) {
            next++;
        } else if (position + 1 < casting->length) {
            next = casting->range_first[++position];
        } else {
            judge(casting);
            let_go(casting, casting->participants[position]);
            next++;
        }
    }
}

/* What is to be reported is looked for first: the search for it can give up early on what is guarded. */
void dlc_casting_look(struct dlc_casting *casting, uint32_t bound)
{
    casting->bound = bound < DLC_RANK_COUNTED_ONLY ? bound : DLC_RANK_COUNTED_ONLY;
    choose_contexts(casting);
    if (!casting->found && bound > DLC_RANK_COUNTED_ONLY) {
        casting->bound = bound;
        choose_contexts(casting);
    }
}

void dlc_casting_begin(struct dlc_casting *casting, const uint32_t *edges, uint32_t length)
{
    const struct dlc_ring_graph *rings = casting->rings;

    casting->edges = edges;
    casting->length = length;
    casting->ring_labels = 0;
    for (uint32_t i = 0; i < length; i++) {
        uint32_t to = rings->edges[edges[i]].to;

        casting->waited_at[rings->vertices.locks[to]] = i + 1;
        if (rings->vertices.unshared[to])
            casting->ring_labels = DLC_LABEL_BIT(DLC_LABEL_UNSHARED);
    }
}

void dlc_casting_end(struct dlc_casting *casting)
{
    const struct dlc_ring_graph *rings = casting->rings;

    for (uint32_t i = 0; i < casting->length; i++)
        casting->waited_at[rings->vertices.locks[rings->edges[casting->edges[i]].to]] = 0;
}

void dlc_casting_assign(struct dlc_casting *casting, const uint32_t *contexts, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++)
        casting->participants[i] = participant_of(casting, contexts[i]);
    dlc_assign_threads(&casting->assigner, casting->participants, length, casting->points);
}
