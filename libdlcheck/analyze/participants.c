#include "libdlcheck/analyze/participants.h"

#include "libdlcheck/analyze/sort.h"
#include "libdlcheck/base/hash.h"

static bool sort_vertices(struct dlc_vertices *vertices, const struct dlc_lock_graph *graph,
                          const uint32_t *components, struct dlc_arena *arena)
{
    struct dlc_sort_item *items = dlc_arena_alloc(arena, 2 * (size_t)vertices->count * sizeof(*items));
    size_t count = 0;

    if (!items)
        return false;
    for (uint32_t lock = 0; lock < graph->lock_count; lock++) {
        if (components[lock] != DLC_SLOT_NONE)
            items[count++] = (struct dlc_sort_item){components[lock], lock};
    }
    dlc_sort(items, items + count, count);
    for (uint32_t vertex = 0; vertex < count; vertex++) {
        if (vertex == 0 || items[vertex].key != items[vertex - 1].key)
            vertices->component_first[vertices->component_count++] = vertex;
        vertices->component[vertex] = vertices->component_count - 1;
        vertices->locks[vertex] = items[vertex].value;
        vertices->of_lock[items[vertex].value] = vertex;
    }
    vertices->component_first[vertices->component_count] = vertices->count;
    return true;
}

/* The locks of which the recorder saw that several threads took them, or cannot say, are not unshared; for the
   others the threads of their nodes decide. */
static bool find_unshared(struct dlc_vertices *vertices, const struct dlc_lock_graph *graph,
                          struct dlc_arena *arena)
{
    dlc_ref *threads = dlc_arena_alloc(arena, vertices->count * sizeof(*threads));

    if (!threads)
        return false;
    for (uint32_t vertex = 0; vertex < vertices->count; vertex++) {
        dlc_ref ref = graph->lock_refs[vertices->locks[vertex]];
        uint32_t flags = __atomic_load_n(&dlc_reader_lock(graph->reader, ref)->flags, __ATOMIC_RELAXED);

        vertices->unshared[vertex] = (flags & (DLC_LOCK_SHARED | DLC_LOCK_UNCERTAIN)) == 0;
    }
    for (uint32_t node = 0; node < graph->node_count; node++) {
        uint32_t vertex =
            graph->locks[node] == DLC_SLOT_NONE ? DLC_SLOT_NONE : vertices->of_lock[graph->locks[node]];
        const struct dlc_node_record *record;

        if (vertex == DLC_SLOT_NONE || !vertices->unshared[vertex])
            continue;
        record = dlc_reader_node(graph->reader, graph->node_refs[node]);
        if (threads[vertex] == 0)
            threads[vertex] = record->thread;
        if (record->thread != threads[vertex] || record->flags & DLC_NODE_TRAILS_DROPPED)
            vertices->unshared[vertex] = false;
        dlc_ref more = __atomic_load_n(&record->more, __ATOMIC_ACQUIRE);
        for (uint32_t read = 0; vertices->unshared[vertex] && more; read++) {
            const struct dlc_trail_record *trail = dlc_reader_trail(graph->reader, more);

            vertices->unshared[vertex] = trail && trail->thread == threads[vertex] && read < DLC_TRAILS_READ;
            more = trail ? trail->next : 0;
        }
    }
    return true;
}

bool dlc_vertices_open(struct dlc_vertices *vertices, const struct dlc_lock_graph *graph,
                       const uint32_t *components, struct dlc_arena *arena)
{
    *vertices = (struct dlc_vertices){.count = 0};
    vertices->of_lock = dlc_arena_alloc(arena, graph->lock_count * sizeof(*vertices->of_lock));
    if (!vertices->of_lock)
        return false;
    for (uint32_t lock = 0; lock < graph->lock_count; lock++) {
        vertices->of_lock[lock] = DLC_SLOT_NONE;
        vertices->count += components[lock] != DLC_SLOT_NONE;
    }
    vertices->locks = dlc_arena_alloc(arena, vertices->count * sizeof(*vertices->locks));
    vertices->unshared = dlc_arena_alloc(arena, vertices->count * sizeof(*vertices->unshared));
    vertices->component = dlc_arena_alloc(arena, vertices->count * sizeof(*vertices->component));
    vertices->component_first =
        dlc_arena_alloc(arena, ((size_t)vertices->count + 1) * sizeof(*vertices->component_first));
    return vertices->locks && vertices->unshared && vertices->component && vertices->component_first &&
           sort_vertices(vertices, graph, components, arena) && find_unshared(vertices, graph, arena);
}

struct gathering {
    const struct dlc_lock_graph *graph;
    const struct dlc_vertices *vertices;
    struct dlc_participants *out;
    struct dlc_arena *arena;
    struct dlc_growing path; /* struct dlc_sort_item, twice the depth: the path of the node at hand, and scratch */
    struct dlc_growing points; /* the same for the points of the node at hand */
    uint64_t steps_left;
};

/* The length of the path above a node that waits for `vertex`, or 0 when it holds no other lock of the component,
   or that very lock. */
static uint32_t path_length(struct gathering *gathering, uint32_t node, uint32_t vertex)
{
    const struct dlc_lock_graph *graph = gathering->graph;
    const struct dlc_vertices *vertices = gathering->vertices;
    uint32_t length = 0;
    bool crosses = false;

    for (uint32_t at = graph->parents[node]; at != DLC_SLOT_NONE; at = graph->parents[at]) {
        uint32_t held = vertices->of_lock[graph->locks[at]];

        if (gathering->steps_left == 0) {
            gathering->out->incomplete = true;
            return 0;
        }
        gathering->steps_left--;
        if (held == vertex)
            return 0;
        crosses = crosses || (held != DLC_SLOT_NONE && vertices->component[held] == vertices->component[vertex]);
        length++;
    }
    return crosses ? length : 0;
}

static bool gather_held(struct gathering *gathering, struct dlc_participant *participant, uint32_t length)
{
    const struct dlc_lock_graph *graph = gathering->graph;
    struct dlc_sort_item *path = dlc_grow(&gathering->path, 2 * (size_t)length, sizeof(*path), gathering->arena);
    size_t count = 0;

    participant->held = dlc_arena_alloc(gathering->arena, length * sizeof(*participant->held));
    if (!path || !participant->held)
        return false;
    for (uint32_t at = graph->parents[participant->node]; at != DLC_SLOT_NONE; at = graph->parents[at])
        path[count++] = (struct dlc_sort_item){DLC_HELD(graph->locks[at], dlc_lock_graph_mode(graph, at)), at};
    dlc_sort(path, path + count, count);
    for (size_t i = 0; i < count; i++) {
        uint32_t held = (uint32_t)path[i].key;
        uint32_t last = participant->held_count;

        if (last > 0 && DLC_HELD_LOCK(participant->held[last - 1]) == DLC_HELD_LOCK(held))
            continue;
        path[last].value = path[i].value;
        participant->held[participant->held_count++] = held;
        participant->held_bits |= UINT64_C(1) << (dlc_hash_mix(held) & 63);
        participant->alike = dlc_hash_add(participant->alike, held);
    }
    return true;
}

/* gather_held left the nodes that took participant->held in gathering->path. */
static bool gather_crossings(struct gathering *gathering, const struct dlc_participant *participant,
                             uint32_t participant_index, uint32_t vertex)
{
    const struct dlc_vertices *vertices = gathering->vertices;
    const struct dlc_sort_item *path = gathering->path.items;

    for (uint32_t i = 0; i < participant->held_count; i++) {
        uint32_t from = vertices->of_lock[DLC_HELD_LOCK(participant->held[i])];
        struct dlc_crossing *crossing;

        if (from == DLC_SLOT_NONE || vertices->component[from] != vertices->component[vertex])
            continue;
        crossing = dlc_grow(&gathering->out->crossings, 1, sizeof(*crossing), gathering->arena);
        if (!crossing)
            return false;
        *crossing = (struct dlc_crossing){from, vertex, participant_index, path[i].value};
        gathering->out->crossings.count++;
    }
    return true;
}

static bool add_point(struct gathering *gathering, struct dlc_participant *participant, dlc_ref thread,
                      uint32_t segment)
{
    uint32_t slot = dlc_reader_slot(gathering->graph->reader, DLC_KIND_THREAD, thread);
    struct dlc_sort_item *item;

    if (slot == DLC_SLOT_NONE) {
        participant->points_dropped = true;
        return true;
    }
    item = dlc_grow(&gathering->points, 1, sizeof(*item), gathering->arena);
    if (!item)
        return false;
    item->key = (uint64_t)slot << 32 | segment;
    gathering->points.count++;
    return true;
}

static bool gather_points(struct gathering *gathering, struct dlc_participant *participant)
{
    const struct dlc_reader *reader = gathering->graph->reader;
    const struct dlc_node_record *node = dlc_reader_node(reader, gathering->graph->node_refs[participant->node]);
    dlc_ref more = __atomic_load_n(&node->more, __ATOMIC_ACQUIRE);
    struct dlc_sort_item *items;
    size_t count;

    gathering->points.count = 0;
    participant->points_dropped = (node->flags & DLC_NODE_TRAILS_DROPPED) != 0;
    if (!add_point(gathering, participant, node->thread, node->segment))
        return false;
    for (uint32_t read = 1; more; read++) {
        const struct dlc_trail_record *trail = dlc_reader_trail(reader, more);

        if (!trail || read == DLC_TRAILS_READ) {
            participant->points_dropped = true;
            break;
        }
        if (!add_point(gathering, participant, trail->thread, trail->segment))
            return false;
        more = __atomic_load_n(&trail->next, __ATOMIC_ACQUIRE);
    }
    count = gathering->points.count;
    participant->points = dlc_arena_alloc(gathering->arena, count * sizeof(*participant->points));
    if (!participant->points || !dlc_grow(&gathering->points, count, sizeof(*items), gathering->arena))
        return false;
    items = gathering->points.items;
    dlc_sort(items, items + count, count);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && items[i].key == items[i - 1].key)
            continue;
        participant->points[participant->point_count++] =
            (struct dlc_point){(uint32_t)(items[i].key >> 32), (uint32_t)items[i].key};
        participant->alike = dlc_hash_add(participant->alike, items[i].key);
    }
    participant->alike = dlc_hash_add(participant->alike, participant->points_dropped);
    return true;
}

bool dlc_participants_open(struct dlc_participants *participants, const struct dlc_lock_graph *graph,
                           const struct dlc_vertices *vertices, struct dlc_arena *arena)
{
    struct gathering gathering = {.graph = graph,
                                  .vertices = vertices,
                                  .out = participants,
                                  .arena = arena,
                                  .steps_left = DLC_PATH_STEPS + 4 * (uint64_t)graph->node_count};

    *participants = (struct dlc_participants){.incomplete = false};
    for (uint32_t node = 0; node < graph->node_count; node++) {
        uint32_t vertex =
            graph->locks[node] == DLC_SLOT_NONE ? DLC_SLOT_NONE : vertices->of_lock[graph->locks[node]];
        struct dlc_participant *participant;
        uint32_t length;

        if (vertex == DLC_SLOT_NONE || !dlc_lock_graph_is_edge(graph, node))
            continue;
        length = path_length(&gathering, node, vertex);
        if (length == 0)
            continue;
        participant = dlc_grow(&participants->items, 1, sizeof(*participant), arena);
        if (!participant)
            return false;
        *participant = (struct dlc_participant){.node = node};
        if (!gather_held(&gathering, participant, length) || !gather_points(&gathering, participant) ||
            !gather_crossings(&gathering, participant, (uint32_t)participants->items.count, vertex))
            return false;
        participants->items.count++;
    }
    return true;
}
