#include "tests/unit/predict_twin.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "libdlcheck/analyze/findings.h"
#include "libdlcheck/analyze/labels.h"
#include "libdlcheck/analyze/pattern.h"

#define NODES  256u
#define PATH   16u
#define POINTS 16u

struct path_lock {
    dlc_ref lock;
    dlc_ref stack;
    enum dlc_mode mode;
};

struct point {
    dlc_ref thread;
    uint32_t segment;
};

struct node {
    const struct dlc_node_record *record;
    struct path_lock path[PATH];
    size_t path_count;
    struct point points[POINTS];
    size_t point_count;
};

struct twin {
    struct twin_result *result;
    const struct dlc_reader *reader;
    enum twin_fault fault;
    struct dlc_arena arena;
    struct dlc_patterns patterns;
    struct node nodes[NODES];
    size_t node_count;
    const struct node *chosen[TWIN_LONGEST];
};

static void read_node(struct twin *twin, dlc_ref ref)
{
    const struct dlc_node_record *record = dlc_reader_node(twin->reader, ref);
    struct node *node = &twin->nodes[twin->node_count];

    if (record->lock == 0 || record->how == DLC_HOW_HELD_ONLY)
        return;
    memset(node, 0, sizeof(*node));
    node->record = record;
    for (dlc_ref at = record->parent; at; at = dlc_reader_node(twin->reader, at)->parent) {
        const struct dlc_node_record *above = dlc_reader_node(twin->reader, at);

        if (above->lock == record->lock)
            return;
        node->path[node->path_count++] = (struct path_lock){above->lock, above->stack, (enum dlc_mode)above->mode};
    }
    node->points[node->point_count++] = (struct point){record->thread, record->segment};
    for (dlc_ref at = record->more; at; at = dlc_reader_trail(twin->reader, at)->next) {
        const struct dlc_trail_record *trail = dlc_reader_trail(twin->reader, at);

        node->points[node->point_count++] = (struct point){trail->thread, trail->segment};
    }
    if (++twin->node_count == NODES)
        abort();
}

static const struct path_lock *held(const struct node *node, dlc_ref lock)
{
    for (size_t i = 0; i < node->path_count; i++) {
        if (node->path[i].lock == lock)
            return &node->path[i];
    }
    return NULL;
}

static bool excludes(uint8_t one, uint8_t other)
{
    return one == DLC_MODE_EXCLUSIVE || other == DLC_MODE_EXCLUSIVE;
}

/* Follows creates and joins one by one; `depth` bounds it by the number of threads. */
static bool before(const struct twin *twin, struct point a, struct point b, unsigned depth)
{
    if (a.thread == b.thread && a.segment <= b.segment)
        return true;
    if (depth == 0)
        return false;
    for (dlc_ref ref = 0; (ref = dlc_reader_next(twin->reader, DLC_KIND_THREAD, ref)) != 0;) {
        const struct dlc_thread_record *thread = dlc_reader_thread(twin->reader, ref);

        if (thread->parent == a.thread && a.segment <= thread->parent_segment &&
            before(twin, (struct point){ref, 0}, b, depth - 1))
            return true;
        if (ref == a.thread && thread->joined_by &&
            before(twin, (struct point){thread->joined_by, thread->joined_segment}, b, depth - 1))
            return true;
    }
    return false;
}

/* Whether the participants from `at` on can get threads that differ from each other and from those before; where
   `in_order` is not allowed, threads that no create or join put in order. */
static bool can_meet(const struct twin *twin, size_t count, struct point *points, size_t at, bool in_order)
{
    if (at == count)
        return true;
    for (size_t i = 0; i < twin->chosen[at]->point_count; i++) {
        bool fits = true;

        points[at] = twin->chosen[at]->points[i];
        for (size_t j = 0; j < at; j++) {
            fits = fits && points[j].thread != points[at].thread;
            if (!in_order && twin->fault != TWIN_NO_ORDER)
                fits =
                    fits && !before(twin, points[j], points[at], 16) && !before(twin, points[at], points[j], 16);
        }
        if (fits && can_meet(twin, count, points, at + 1, in_order))
            return true;
    }
    return false;
}

static uint32_t thread_labels(const struct twin *twin, size_t count)
{
    struct point points[TWIN_LONGEST];
    bool dropped = false;

    if (can_meet(twin, count, points, 0, false))
        return DLC_LABEL_BIT(DLC_LABEL_PARALLEL);
    for (size_t i = 0; i < count; i++)
        dropped = dropped || twin->chosen[i]->record->flags & DLC_NODE_TRAILS_DROPPED;
    if (dropped)
        return DLC_LABEL_BIT(DLC_LABEL_PARALLEL) | DLC_LABEL_BIT(DLC_LABEL_UNKNOWN);
    return can_meet(twin, count, points, 0, true) ? DLC_LABEL_BIT(DLC_LABEL_ORDERED)
                                                  : DLC_LABEL_BIT(DLC_LABEL_SAME_THREAD);
}

static bool guarded(const struct twin *twin, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < i; j++) {
            for (size_t at = 0; at < twin->chosen[i]->path_count; at++) {
                const struct path_lock *one = &twin->chosen[i]->path[at];
                const struct path_lock *other = held(twin->chosen[j], one->lock);

                if (other && excludes((uint8_t)one->mode, (uint8_t)other->mode))
                    return true;
            }
        }
    }
    return false;
}

/* Whether a participant waits for a lock that another one than the next holds. */
static bool has_shortcut(const struct twin *twin, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++) {
            const struct path_lock *lock = held(twin->chosen[j], twin->chosen[i]->record->lock);

            if (j != (i + 1) % count && lock && excludes(twin->chosen[i]->record->mode, (uint8_t)lock->mode))
                return true;
        }
    }
    return false;
}

static bool unshared(const struct twin *twin, dlc_ref lock)
{
    dlc_ref thread = 0;

    if (dlc_reader_lock(twin->reader, lock)->flags & DLC_LOCK_SHARED)
        return false;
    for (dlc_ref ref = 0; (ref = dlc_reader_next(twin->reader, DLC_KIND_NODE, ref)) != 0;) {
        const struct dlc_node_record *node = dlc_reader_node(twin->reader, ref);

        if (node->lock != lock)
            continue;
        if ((thread && node->thread != thread) || node->flags & DLC_NODE_TRAILS_DROPPED)
            return false;
        thread = node->thread;
        for (dlc_ref at = node->more; at; at = dlc_reader_trail(twin->reader, at)->next) {
            if (dlc_reader_trail(twin->reader, at)->thread != thread)
                return false;
        }
    }
    return true;
}

static uint32_t labels_of(const struct twin *twin, size_t count)
{
    uint32_t labels = 0;

    for (size_t i = 0; i < count; i++) {
        const struct dlc_node_record *node = twin->chosen[i]->record;
        const struct path_lock *next = held(twin->chosen[(i + 1) % count], node->lock);

        if (node->how == DLC_HOW_TIMED)
            labels |= DLC_LABEL_BIT(DLC_LABEL_TIMED);
        if (node->how == DLC_HOW_TRIED && twin->fault != TWIN_NO_TRY)
            labels |= DLC_LABEL_BIT(DLC_LABEL_TRIED);
        if (!excludes(node->mode, (uint8_t)next->mode))
            labels |= DLC_LABEL_BIT(DLC_LABEL_READ_ONLY);
        if (unshared(twin, node->lock))
            labels |= DLC_LABEL_BIT(DLC_LABEL_UNSHARED);
    }
    if (twin->fault != TWIN_NO_GUARD && guarded(twin, count))
        return labels | DLC_LABEL_BIT(DLC_LABEL_GUARDED);
    return labels | thread_labels(twin, count);
}

static uint64_t pattern_of(struct twin *twin, size_t count)
{
    struct dlc_sort_item items[2 * TWIN_LONGEST];
    uint64_t steps[TWIN_LONGEST];

    for (size_t i = 0; i < count; i++) {
        const struct dlc_node_record *before_it = twin->chosen[(i + count - 1) % count]->record;
        const struct dlc_node_record *node = twin->chosen[i]->record;

        steps[i] =
            dlc_pattern_step(dlc_pattern_lock_class(&twin->patterns, node->lock, 0, 0),
                             dlc_pattern_place(&twin->patterns, node->stack),
                             dlc_pattern_place(&twin->patterns, held(twin->chosen[i], before_it->lock)->stack));
    }
    return dlc_pattern_ring(steps, count, items, items + TWIN_LONGEST);
}

static void keep(struct twin *twin, size_t count)
{
    struct twin_result *result = twin->result;
    uint64_t pattern = pattern_of(twin, count);
    uint32_t labels = labels_of(twin, count);
    size_t at = 0;

    while (at < result->count && result->patterns[at].pattern != pattern)
        at++;
    if (at == TWIN_PATTERNS)
        abort();
    if (at == result->count)
        result->patterns[result->count++] = (struct twin_pattern){pattern, labels, count};
    if (dlc_labels_rank(labels) < dlc_labels_rank(result->patterns[at].labels))
        result->patterns[at] = (struct twin_pattern){pattern, labels, count};
    if (labels == result->patterns[at].labels && count < result->patterns[at].length)
        result->patterns[at].length = count;
}

/* The first node of a cycle is the earliest one, so that each cycle is met once. */
static void choose(struct twin *twin, size_t count)
{
    const struct node *last = twin->chosen[count - 1];

    if (count >= 2 && held(twin->chosen[0], last->record->lock) &&
        (twin->fault == TWIN_NO_SHORTCUT || !has_shortcut(twin, count)))
        keep(twin, count);
    if (count == TWIN_LONGEST)
        return;
    for (const struct node *next = twin->chosen[0] + 1; next < twin->nodes + twin->node_count; next++) {
        bool differs = true;

        for (size_t i = 0; i < count; i++)
            differs = differs && next->record->lock != twin->chosen[i]->record->lock;
        if (!differs || !held(next, last->record->lock))
            continue;
        twin->chosen[count] = next;
        choose(twin, count + 1);
    }
}

void twin_predict(struct twin_result *result, const struct dlc_reader *reader, enum twin_fault fault)
{
    static struct twin twin;

    memset(&twin, 0, sizeof(twin));
    twin.result = result;
    twin.reader = reader;
    twin.fault = fault;
    dlc_patterns_open(&twin.patterns, reader, &twin.arena);
    result->count = 0;
    for (dlc_ref ref = 0; (ref = dlc_reader_next(reader, DLC_KIND_NODE, ref)) != 0;)
        read_node(&twin, ref);
    for (size_t i = 0; i < twin.node_count; i++) {
        twin.chosen[0] = &twin.nodes[i];
        choose(&twin, 1);
    }
    dlc_arena_release(&twin.arena);
}
