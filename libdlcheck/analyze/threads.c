#include "libdlcheck/analyze/threads.h"

#include "libdlcheck/analyze/findings.h"

enum demand { DEMAND_DISTINCT, DEMAND_CONCURRENT };
enum outcome { OUTCOME_FOUND, OUTCOME_NONE, OUTCOME_GAVE_UP };

bool dlc_assigner_open(struct dlc_assigner *assigner, const struct dlc_reader *reader, struct dlc_arena *arena)
{
    assigner->work = 0;
    if (!dlc_order_open(&assigner->order, reader, arena))
        return false;
    assigner->used = dlc_arena_alloc(arena, assigner->order.thread_count * sizeof(*assigner->used));
    return assigner->used != NULL;
}

static bool fits(struct dlc_assigner *assigner, const struct dlc_participant *const *participants, size_t level,
                 const uint32_t *chosen, enum demand demand)
{
    struct dlc_point point = participants[level]->points[chosen[level]];

    assigner->work++;
    if (assigner->used[point.thread])
        return false;
    for (size_t i = 0; demand == DEMAND_CONCURRENT && i < level; i++) {
        struct dlc_point other = participants[i]->points[chosen[i]];

        if (dlc_order_before(&assigner->order, point, other) || dlc_order_before(&assigner->order, other, point))
            return false;
    }
    return true;
}

static uint64_t all_work(const struct dlc_assigner *assigner)
{
    return assigner->work + assigner->order.work;
}

static enum outcome choose(struct dlc_assigner *assigner, const struct dlc_participant *const *participants,
                           size_t count, uint32_t *chosen, enum demand demand)
{
    uint64_t work_end = all_work(assigner) + DLC_ASSIGN_STEPS;
    enum outcome outcome = OUTCOME_FOUND;
    size_t level = 0;

    chosen[0] = 0;
    while (level < count) {
        if (all_work(assigner) > work_end) {
            outcome = OUTCOME_GAVE_UP;
            break;
        }
        if (chosen[level] == participants[level]->point_count) {
            if (level == 0) {
                outcome = OUTCOME_NONE;
                break;
            }
            level--;
            assigner->used[participants[level]->points[chosen[level]].thread] = false;
            chosen[level]++;
        } else if (fits(assigner, participants, level, chosen, demand)) {
            assigner->used[participants[level]->points[chosen[level]].thread] = true;
            if (++level < count)
                chosen[level] = 0;
        } else {
            chosen[level]++;
        }
    }
    while (level-- > 0)
        assigner->used[participants[level]->points[chosen[level]].thread] = false;
    return outcome;
}

uint32_t dlc_assign_threads(struct dlc_assigner *assigner, const struct dlc_participant *const *participants,
                            size_t count, uint32_t *chosen)
{
    enum outcome concurrent = choose(assigner, participants, count, chosen, DEMAND_CONCURRENT);
    enum outcome distinct;
    bool dropped = false;

    if (concurrent == OUTCOME_FOUND)
        return DLC_LABEL_BIT(DLC_LABEL_PARALLEL);
    distinct = choose(assigner, participants, count, chosen, DEMAND_DISTINCT);
    for (size_t i = 0; i < count; i++) {
        dropped = dropped || participants[i]->points_dropped;
        if (distinct != OUTCOME_FOUND)
            chosen[i] = 0;
    }
    if (dropped || concurrent == OUTCOME_GAVE_UP || distinct == OUTCOME_GAVE_UP)
        return DLC_LABEL_BIT(DLC_LABEL_PARALLEL) | DLC_LABEL_BIT(DLC_LABEL_UNKNOWN);
    return DLC_LABEL_BIT(distinct == OUTCOME_FOUND ? DLC_LABEL_ORDERED : DLC_LABEL_SAME_THREAD);
}
