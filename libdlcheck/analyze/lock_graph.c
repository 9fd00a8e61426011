#include "libdlcheck/analyze/lock_graph.h"

#include "libdlcheck/analyze/scc.h"

enum trait {
    TRAIT_HOW = 7, /* mask */
    TRAIT_READ = 1 << 3,
    TRAIT_WALKED = 1 << 4, /* on the chain that is being checked */
    TRAIT_SETTLED = 1 << 5 /* its chain ends at a root */
};
_Static_assert(DLC_HOW_COUNT <= TRAIT_HOW + 1, "enum dlc_how fits");

enum dlc_how dlc_lock_graph_how(const struct dlc_lock_graph *graph, uint32_t node)
{
    return (enum dlc_how)(graph->traits[node] & TRAIT_HOW);
}

enum dlc_mode dlc_lock_graph_mode(const struct dlc_lock_graph *graph, uint32_t node)
{
    return graph->traits[node] & TRAIT_READ ? DLC_MODE_READ : DLC_MODE_EXCLUSIVE;
}

bool dlc_lock_graph_is_edge(const struct dlc_lock_graph *graph, uint32_t node)
{
    return graph->parents[node] != DLC_SLOT_NONE && dlc_lock_graph_how(graph, node) != DLC_HOW_HELD_ONLY;
}

/* False when the node is not to be used: it is recycled now or while we look, or says what no recorder writes. */
static bool copy_node(struct dlc_lock_graph *graph, uint32_t slot, const struct dlc_node_record *node)
{
    dlc_ref lock = __atomic_load_n(&node->lock, __ATOMIC_ACQUIRE);
    dlc_ref parent = __atomic_load_n(&node->parent, __ATOMIC_RELAXED);
    uint8_t how = __atomic_load_n(&node->how, __ATOMIC_RELAXED);
    uint8_t mode = __atomic_load_n(&node->mode, __ATOMIC_RELAXED);

    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    if (lock == 0 || __atomic_load_n(&node->lock, __ATOMIC_RELAXED) != lock)
        return false;
    if (how >= DLC_HOW_COUNT || mode > DLC_MODE_READ)
        return false;
    graph->locks[slot] = dlc_reader_slot(graph->reader, DLC_KIND_LOCK, lock);
    graph->parents[slot] = parent ? dlc_reader_slot(graph->reader, DLC_KIND_NODE, parent) : DLC_SLOT_NONE;
    graph->traits[slot] = (uint8_t)(how | (mode == DLC_MODE_READ ? TRAIT_READ : 0));
    return parent == 0 || graph->parents[slot] != DLC_SLOT_NONE;
}

/* Follows the chain of parents until something is known about it, then notes that for the whole chain. */
static void settle(struct dlc_lock_graph *graph, uint32_t node)
{
    uint32_t at = node;
    bool usable = true;

    while (at != DLC_SLOT_NONE && !(graph->traits[at] & TRAIT_SETTLED)) {
        usable = graph->locks[at] != DLC_SLOT_NONE && !(graph->traits[at] & TRAIT_WALKED);
        if (!usable)
            break;
        graph->traits[at] |= TRAIT_WALKED;
        at = graph->parents[at];
    }
    for (at = node; at != DLC_SLOT_NONE && graph->traits[at] & TRAIT_WALKED; at = graph->parents[at]) {
        graph->traits[at] &= (uint8_t)~TRAIT_WALKED;
        if (usable)
            graph->traits[at] |= TRAIT_SETTLED;
        else
            graph->locks[at] = DLC_SLOT_NONE;
    }
}

bool dlc_lock_graph_open(struct dlc_lock_graph *graph, const struct dlc_reader *reader, struct dlc_arena *arena)
{
    size_t nodes = dlc_reader_slot_count(reader, DLC_KIND_NODE);
    size_t locks = dlc_reader_slot_count(reader, DLC_KIND_LOCK);

    graph->reader = reader;
    graph->node_count = (uint32_t)nodes;
    graph->lock_count = (uint32_t)locks;
    graph->parents = dlc_arena_alloc(arena, nodes * sizeof(*graph->parents));
    graph->locks = dlc_arena_alloc(arena, nodes * sizeof(*graph->locks));
    graph->traits = dlc_arena_alloc(arena, nodes * sizeof(*graph->traits));
    graph->node_refs = dlc_arena_alloc(arena, nodes * sizeof(*graph->node_refs));
    graph->lock_refs = dlc_arena_alloc(arena, locks * sizeof(*graph->lock_refs));
    if (!graph->parents || !graph->locks || !graph->traits || !graph->node_refs || !graph->lock_refs)
        return false;
    for (size_t slot = 0; slot < nodes; slot++)
        graph->locks[slot] = DLC_SLOT_NONE;
    for (dlc_ref ref = 0; (ref = dlc_reader_next(reader, DLC_KIND_LOCK, ref)) != 0;)
        graph->lock_refs[dlc_reader_slot(reader, DLC_KIND_LOCK, ref)] = ref;
    for (dlc_ref ref = 0; (ref = dlc_reader_next(reader, DLC_KIND_NODE, ref)) != 0;) {
        uint32_t slot = dlc_reader_slot(reader, DLC_KIND_NODE, ref);

        graph->node_refs[slot] = ref;
        if (!copy_node(graph, slot, dlc_reader_node(reader, ref)))
            graph->locks[slot] = DLC_SLOT_NONE;
    }
    for (uint32_t slot = 0; slot < graph->node_count; slot++)
        settle(graph, slot);
    return true;
}

/*
 * The graph whose components we want has an edge from every lock on a node's path to the node's lock: too many
 * where paths are deep. This one connects the same locks with at most three edges per node. Its vertices are the
 * locks and the inner nodes; an inner node means "everything down to here is held": its lock leads to it, it leads
 * to its inner children and to the locks that its children took.
 */
struct tree_graph {
    const struct dlc_lock_graph *locks;
    uint32_t *vertices; /* by node; DLC_SLOT_NONE: a leaf */
    uint32_t vertex_count;
};

struct edge {
    uint32_t from;
    uint32_t to;
};

static unsigned edges_of_node(const struct tree_graph *tree, uint32_t node, struct edge edges[3])
{
    const struct dlc_lock_graph *graph = tree->locks;
    uint32_t parent = graph->parents[node];
    uint32_t vertex = tree->vertices[node];
    unsigned count = 0;

    if (graph->locks[node] == DLC_SLOT_NONE)
        return 0;
    if (vertex != DLC_SLOT_NONE)
        edges[count++] = (struct edge){graph->locks[node], vertex};
    if (vertex != DLC_SLOT_NONE && parent != DLC_SLOT_NONE)
        edges[count++] = (struct edge){tree->vertices[parent], vertex};
    if (dlc_lock_graph_is_edge(graph, node))
        edges[count++] = (struct edge){tree->vertices[parent], graph->locks[node]};
    return count;
}

static bool number_inner_nodes(struct tree_graph *tree, struct dlc_arena *scratch)
{
    const struct dlc_lock_graph *graph = tree->locks;

    tree->vertex_count = graph->lock_count;
    tree->vertices = dlc_arena_alloc(scratch, graph->node_count * sizeof(*tree->vertices));
    if (!tree->vertices)
        return false;
    for (uint32_t node = 0; node < graph->node_count; node++)
        tree->vertices[node] = DLC_SLOT_NONE;
    for (uint32_t node = 0; node < graph->node_count; node++) {
        uint32_t parent = graph->locks[node] == DLC_SLOT_NONE ? DLC_SLOT_NONE : graph->parents[node];

        if (parent != DLC_SLOT_NONE && tree->vertices[parent] == DLC_SLOT_NONE)
            tree->vertices[parent] = tree->vertex_count++;
    }
    return true;
}

static bool build_digraph(struct dlc_digraph *digraph, const struct tree_graph *tree, struct dlc_arena *scratch)
{
    struct edge edges[3];

    if (!dlc_digraph_open(digraph, tree->vertex_count, scratch))
        return false;
    for (uint32_t node = 0; node < tree->locks->node_count; node++) {
        for (unsigned i = edges_of_node(tree, node, edges); i-- > 0;)
            digraph->first[edges[i].from]++;
    }
    if (!dlc_digraph_lay_out(digraph, scratch))
        return false;
    for (uint32_t node = 0; node < tree->locks->node_count; node++) {
        for (unsigned i = edges_of_node(tree, node, edges); i-- > 0;)
            dlc_digraph_add(digraph, edges[i].from, edges[i].to);
    }
    return true;
}

uint32_t *dlc_lock_graph_components(const struct dlc_lock_graph *graph, struct dlc_arena *arena,
                                    struct dlc_arena *scratch)
{
    struct tree_graph tree = {.locks = graph};
    struct dlc_digraph digraph;
    uint32_t *of_lock = dlc_arena_alloc(arena, graph->lock_count * sizeof(*of_lock));
    uint32_t *of_vertex;
    uint32_t *members;
    uint32_t count;

    if (!of_lock || !number_inner_nodes(&tree, scratch) || !build_digraph(&digraph, &tree, scratch))
        return NULL;
    of_vertex = dlc_arena_alloc(scratch, tree.vertex_count * sizeof(*of_vertex));
    if (!of_vertex || !dlc_scc(&digraph, of_vertex, &count, scratch))
        return NULL;
    members = dlc_arena_alloc(scratch, count * sizeof(*members));
    if (!members)
        return NULL;
    for (uint32_t lock = 0; lock < graph->lock_count; lock++)
        members[of_vertex[lock]]++;
    for (uint32_t lock = 0; lock < graph->lock_count; lock++)
        of_lock[lock] = members[of_vertex[lock]] > 1 ? of_vertex[lock] : DLC_SLOT_NONE;
    return of_lock;
}
