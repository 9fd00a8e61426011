#include "libdlcheck/analyze/order.h"

#include "libdlcheck/analyze/sort.h"
#include "libdlcheck/base/hash.h"

#define NEVER UINT32_MAX

/* Joins followed one by one before the general way is taken; only saves time. */
#define HOPS_MOST 16u

static bool allocate(struct dlc_order *order, struct dlc_arena *arena)
{
    size_t threads = order->thread_count;
    size_t rows = DLC_ORDER_BYTES / ((threads + 1) * sizeof(*order->rows)) + 1;

    order->row_count = rows < DLC_ORDER_ROWS ? (uint32_t)rows : DLC_ORDER_ROWS;
    order->refs = dlc_arena_alloc(arena, threads * sizeof(*order->refs));
    order->joined_by = dlc_arena_alloc(arena, threads * sizeof(*order->joined_by));
    order->joined_segment = dlc_arena_alloc(arena, threads * sizeof(*order->joined_segment));
    order->parent_segment = dlc_arena_alloc(arena, threads * sizeof(*order->parent_segment));
    order->first_child = dlc_arena_alloc(arena, (threads + 1) * sizeof(*order->first_child));
    order->children = dlc_arena_alloc(arena, threads * sizeof(*order->children));
    order->cursors = dlc_arena_alloc(arena, threads * sizeof(*order->cursors));
    /* A thread is looked at again when a join leads to an earlier segment of it: once per joined thread at most.
     */
    order->pending = dlc_arena_alloc(arena, (2 * threads + 1) * sizeof(*order->pending));
    order->row_points = dlc_arena_alloc(arena, order->row_count * sizeof(*order->row_points));
    order->rows = dlc_arena_alloc(arena, order->row_count * threads * sizeof(*order->rows));
    return order->refs && order->joined_by && order->joined_segment && order->parent_segment &&
           order->first_child && order->children && order->cursors && order->pending && order->row_points &&
           order->rows;
}

static void read_threads(struct dlc_order *order, const struct dlc_reader *reader, struct dlc_sort_item *items,
                         size_t *item_count)
{
    for (uint32_t slot = 0; slot < order->thread_count; slot++)
        order->joined_by[slot] = DLC_SLOT_NONE;
    for (dlc_ref ref = 0; (ref = dlc_reader_next(reader, DLC_KIND_THREAD, ref)) != 0;) {
        const struct dlc_thread_record *thread = dlc_reader_thread(reader, ref);
        uint32_t slot = dlc_reader_slot(reader, DLC_KIND_THREAD, ref);
        uint32_t parent = dlc_reader_slot(reader, DLC_KIND_THREAD, thread->parent);
        dlc_ref joined_by = __atomic_load_n(&thread->joined_by, __ATOMIC_ACQUIRE);

        order->refs[slot] = ref;
        order->joined_by[slot] = dlc_reader_slot(reader, DLC_KIND_THREAD, joined_by);
        order->joined_segment[slot] = __atomic_load_n(&thread->joined_segment, __ATOMIC_RELAXED);
        order->parent_segment[slot] = thread->parent_segment;
        if (parent != DLC_SLOT_NONE) {
            order->first_child[parent + 1]++;
            items[(*item_count)++] =
                (struct dlc_sort_item){(uint64_t)parent << 32 | (UINT32_MAX - thread->parent_segment), slot};
        }
    }
}

bool dlc_order_open(struct dlc_order *order, const struct dlc_reader *reader, struct dlc_arena *arena)
{
    struct dlc_sort_item *items;
    size_t count = 0;

    *order = (struct dlc_order){.thread_count = dlc_reader_slot_count(reader, DLC_KIND_THREAD)};
    items = dlc_arena_alloc(arena, 2 * (size_t)order->thread_count * sizeof(*items));
    if (!items || !allocate(order, arena))
        return false;
    for (uint32_t row = 0; row < order->row_count; row++)
        order->row_points[row].thread = DLC_SLOT_NONE;
    read_threads(order, reader, items, &count);
    dlc_sort(items, items + order->thread_count, count);
    for (size_t i = 0; i < count; i++)
        order->children[i] = items[i].value;
    for (uint32_t slot = 0; slot < order->thread_count; slot++)
        order->first_child[slot + 1] += order->first_child[slot];
    return true;
}

struct spreading {
    struct dlc_order *order;
    uint32_t *earliest;
    size_t pending_count;
};

static void reach(struct spreading *spreading, uint32_t thread, uint32_t segment)
{
    if (segment >= spreading->earliest[thread])
        return;
    spreading->earliest[thread] = segment;
    spreading->order->pending[spreading->pending_count++] = thread;
}

static void spread(struct dlc_order *order, struct dlc_point from, uint32_t *earliest)
{
    struct spreading spreading = {order, earliest, 0};

    for (uint32_t slot = 0; slot < order->thread_count; slot++) {
        earliest[slot] = NEVER;
        order->cursors[slot] = order->first_child[slot];
    }
    order->work += order->thread_count;
    reach(&spreading, from.thread, from.segment);
    while (spreading.pending_count > 0) {
        uint32_t thread = order->pending[--spreading.pending_count];
        uint32_t *cursor = &order->cursors[thread];

        order->work++;
        for (; *cursor < order->first_child[thread + 1]; ++*cursor) {
            uint32_t child = order->children[*cursor];

            if (order->parent_segment[child] < earliest[thread])
                break;
            reach(&spreading, child, 0);
        }
        if (order->joined_by[thread] != DLC_SLOT_NONE)
            reach(&spreading, order->joined_by[thread], order->joined_segment[thread]);
    }
}

static bool creates_later(const struct dlc_order *order, struct dlc_point point)
{
    uint32_t first = order->first_child[point.thread];

    return first < order->first_child[point.thread + 1] &&
           order->parent_segment[order->children[first]] >= point.segment;
}

static const uint32_t *row_of(struct dlc_order *order, struct dlc_point point)
{
    size_t row = dlc_hash_mix((uint64_t)point.thread << 32 | point.segment) % order->row_count;
    uint32_t *earliest = order->rows + row * order->thread_count;

    if (order->row_points[row].thread != point.thread || order->row_points[row].segment != point.segment) {
        spread(order, point, earliest);
        order->row_points[row] = point;
    }
    return earliest;
}

bool dlc_order_before(struct dlc_order *order, struct dlc_point first, struct dlc_point second)
{
    /* Most threads create no others: nothing but their join comes after them, and often nothing comes after that.
     */
    for (unsigned hops = 0; hops < HOPS_MOST && !creates_later(order, first); hops++) {
        uint32_t joined_by = order->joined_by[first.thread];

        order->work++;
        if (joined_by == DLC_SLOT_NONE)
            return false;
        first = (struct dlc_point){joined_by, order->joined_segment[first.thread]};
        if (first.thread == second.thread && first.segment <= second.segment)
            return true;
    }
    order->work++;
    return row_of(order, first)[second.thread] <= second.segment;
}
