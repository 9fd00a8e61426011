#include "libdlcheck/analyze/cycles.h"

#include "libdlcheck/analyze/scc.h"
#include "libdlcheck/analyze/sort.h"

#define LONGEST_SHORT 3u
#define FAR           UINT32_MAX

/* Edges that had to wait, within one component of such edges: hard edges. */
struct search {
    struct dlc_instances *instances;
    const struct dlc_ring_graph *rings;
    uint32_t *components;        /* by vertex: of the graph of hard edges */
    struct dlc_sort_item *order; /* vertices by component, and then by number */
    struct dlc_digraph ahead;    /* hard edges from each vertex */
    struct dlc_digraph back;     /* hard edges into each vertex */
    uint32_t *distance;          /* by vertex: edges from it to the ring's first, FAR when it is not known */
    uint32_t *reached;           /* vertices whose distance is known */
    uint32_t reached_count;
    uint32_t *ring;         /* edges */
    uint32_t *trail;        /* where in `ahead` each edge of the ring is */
    bool *on_ring;          /* by vertex */
    uint32_t patterns_left; /* of DLC_PATTERNS_LONG */
};

static bool is_hard(const struct dlc_ring_graph *rings, uint32_t edge)
{
    for (uint32_t v = rings->edges[edge].first_variant; v < rings->edges[edge + 1].first_variant; v++) {
        if (!rings->variants[v].tried)
            return true;
    }
    return false;
}

/* The hard edges by the vertex that `end` names (0: where they start, 1: where they lead); where `components` is
   known, those within one. */
enum edge_end { EDGE_FROM, EDGE_TO };

static bool collect_edges(struct search *search, struct dlc_digraph *graph, enum edge_end end,
                          struct dlc_arena *scratch)
{
    const struct dlc_ring_graph *rings = search->rings;
    const uint32_t *components = search->components;

    if (!dlc_digraph_open(graph, rings->vertices.count, scratch))
        return false;
    for (unsigned pass = 0; pass < 2; pass++) {
        for (uint32_t edge = 0; edge < rings->edge_count; edge++) {
            uint32_t from = rings->edges[edge].from;
            uint32_t to = rings->edges[edge].to;
            uint32_t vertex = end == EDGE_FROM ? from : to;

            if (!is_hard(rings, edge) || components[from] != components[to])
                continue;
            if (pass == 0)
                graph->first[vertex]++;
            else
                dlc_digraph_add(graph, vertex, edge);
        }
        if (pass == 0 && !dlc_digraph_lay_out(graph, scratch))
            return false;
    }
    return true;
}

/* Splits the components of the ring graph into those of hard edges. */
static bool split_components(struct search *search, struct dlc_arena *scratch)
{
    const struct dlc_ring_graph *rings = search->rings;
    uint32_t *split = dlc_arena_alloc(scratch, rings->vertices.count * sizeof(*split));
    struct dlc_digraph graph;
    uint32_t count;

    search->components = rings->vertices.component;
    if (!split || !collect_edges(search, &graph, EDGE_FROM, scratch))
        return false;
    for (uint32_t i = 0; i < graph.first[graph.vertex_count]; i++)
        graph.targets[i] = rings->edges[graph.targets[i]].to;
    if (!dlc_scc(&graph, split, &count, scratch))
        return false;
    search->components = split;
    return true;
}

static bool open_search(struct search *search, struct dlc_arena *scratch)
{
    uint32_t count = search->rings->vertices.count;

    search->order = dlc_arena_alloc(scratch, 2 * (size_t)count * sizeof(*search->order));
    search->distance = dlc_arena_alloc(scratch, count * sizeof(*search->distance));
    search->reached = dlc_arena_alloc(scratch, count * sizeof(*search->reached));
    search->ring = dlc_arena_alloc(scratch, count * sizeof(*search->ring));
    search->trail = dlc_arena_alloc(scratch, count * sizeof(*search->trail));
    search->on_ring = dlc_arena_alloc(scratch, count * sizeof(*search->on_ring));
    if (!search->order || !search->distance || !search->reached || !search->ring || !search->trail ||
        !search->on_ring || !split_components(search, scratch) ||
        !collect_edges(search, &search->ahead, EDGE_FROM, scratch) ||
        !collect_edges(search, &search->back, EDGE_TO, scratch))
        return false;
    for (uint32_t vertex = 0; vertex < count; vertex++) {
        search->order[vertex] = (struct dlc_sort_item){search->components[vertex], vertex};
        search->distance[vertex] = FAR;
    }
    dlc_sort(search->order, search->order + count, count);
    return true;
}

/* Measures from where `first` can be reached over vertices after it in fewer than `length` edges. */
static void measure(struct search *search, uint32_t first, uint32_t length)
{
    const struct dlc_ring_edge *edges = search->rings->edges;

    while (search->reached_count > 0)
        search->distance[search->reached[--search->reached_count]] = FAR;
    search->distance[first] = 0;
    search->reached[search->reached_count++] = first;
    for (uint32_t i = 0; i < search->reached_count; i++) {
        uint32_t vertex = search->reached[i];

        if (search->distance[vertex] + 1 >= length)
            break;
        for (uint32_t at = search->back.first[vertex]; at < search->back.first[vertex + 1]; at++) {
            uint32_t from = edges[search->back.targets[at]].from;

            if (search->instances->casting.steps_left > 0)
                search->instances->casting.steps_left--;
            if (from < first || search->distance[from] != FAR)
                continue;
            search->distance[from] = search->distance[vertex] + 1;
            search->reached[search->reached_count++] = from;
        }
    }
}

static bool budget_left(const struct search *search)
{
    return search->instances->casting.steps_left > 0 && search->patterns_left > 0;
}

static bool look(struct search *search, uint32_t length)
{
    uint32_t before = HASH_COUNT(search->instances->table);
    bool done = dlc_instances_look(search->instances, search->ring, length);
    uint32_t added = HASH_COUNT(search->instances->table) - before;

    search->patterns_left -= added < search->patterns_left ? added : search->patterns_left;
    return done;
}

/* Looks at the rings of more than `shortest` and up to `longest` locks of which `first` is the smallest. */
static bool look_from(struct search *search, uint32_t first, uint32_t shortest, uint32_t longest)
{
    const struct dlc_ring_edge *edges = search->rings->edges;
    uint32_t vertex = first;
    uint32_t depth = 0;
    bool done = true;

    search->trail[0] = search->ahead.first[first];
    while (done) {
        uint32_t to;

        if (search->trail[depth] == search->ahead.first[vertex + 1] || !budget_left(search)) {
            search->on_ring[vertex] = false;
            if (depth == 0)
                break;
            vertex = edges[search->ring[--depth]].from;
            continue;
        }
        search->ring[depth] = search->ahead.targets[search->trail[depth]++];
        search->instances->casting.steps_left--;
        to = edges[search->ring[depth]].to;
        if (to == first) {
            if (depth + 1 > shortest)
                done = look(search, depth + 1);
        } else if (!search->on_ring[to] && search->distance[to] != FAR &&
                   depth + 1 + search->distance[to] <= longest) {
            search->on_ring[to] = true;
            vertex = to;
            search->trail[++depth] = search->ahead.first[vertex];
        }
    }
    return done;
}

/* A component in which every vertex has one edge. */
static bool look_at_simple(struct search *search, uint32_t first, uint32_t length)
{
    uint32_t vertex = first;

    for (uint32_t i = 0; i < length; i++) {
        search->ring[i] = search->ahead.targets[search->ahead.first[vertex]];
        vertex = search->rings->edges[search->ring[i]].to;
    }
    return dlc_instances_look(search->instances, search->ring, length);
}

static bool look_by_length(struct search *search, const struct dlc_sort_item *members, uint32_t count)
{
    uint32_t shortest = LONGEST_SHORT;
    uint32_t longest = LONGEST_SHORT + 1;

    while (shortest < count && budget_left(search)) {
        for (uint32_t i = 0; i < count && budget_left(search); i++) {
            measure(search, members[i].value, longest);
            if (!look_from(search, members[i].value, shortest, longest))
                return false;
        }
        shortest = longest;
        longest += longest / 2;
    }
    search->instances->casting.budget_hit = search->instances->casting.budget_hit || !budget_left(search);
    return true;
}

static bool look_at_component(struct search *search, const struct dlc_sort_item *members, uint32_t count)
{
    uint64_t edges = 0;

    if (count <= LONGEST_SHORT)
        return true;
    for (uint32_t i = 0; i < count; i++)
        edges += search->ahead.first[members[i].value + 1] - search->ahead.first[members[i].value];
    return edges == count ? look_at_simple(search, members[0].value, count)
                          : look_by_length(search, members, count);
}

/* Has the component's vertices at `order` and its size as key, for each component. */
static bool components_by_size(const struct search *search, struct dlc_growing *components,
                               struct dlc_arena *scratch)
{
    uint32_t count = search->rings->vertices.count;
    uint32_t start = 0;

    for (uint32_t at = 1; at <= count; at++) {
        struct dlc_sort_item *component;

        if (at < count && search->order[at].key == search->order[start].key)
            continue;
        component = dlc_grow(components, 1, sizeof(*component), scratch);
        if (!component)
            return false;
        *component = (struct dlc_sort_item){at - start, start};
        components->count++;
        start = at;
    }
    count = (uint32_t)components->count;
    if (!dlc_grow(components, count, sizeof(struct dlc_sort_item), scratch))
        return false;
    dlc_sort(components->items, (struct dlc_sort_item *)components->items + count, count);
    return true;
}

bool dlc_cycles_long(struct dlc_instances *instances, const struct dlc_ring_graph *rings,
                     struct dlc_arena *scratch)
{
    struct search search = {.instances = instances, .rings = rings, .patterns_left = DLC_PATTERNS_LONG};
    struct dlc_growing components = {.count = 0};
    const struct dlc_sort_item *items;

    if (!open_search(&search, scratch) || !components_by_size(&search, &components, scratch))
        return false;
    items = components.items;
    instances->casting.steps_left = DLC_STEPS_LONG;
    for (size_t i = 0; i < components.count; i++) {
        if (!look_at_component(&search, search.order + items[i].value, (uint32_t)items[i].key))
            return false;
    }
    return true;
}
