#include "libdlcheck/analyze/scc.h"

#define UNSEEN UINT32_MAX

bool dlc_digraph_open(struct dlc_digraph *graph, uint32_t vertex_count, struct dlc_arena *arena)
{
    graph->vertex_count = vertex_count;
    graph->first = dlc_arena_alloc(arena, ((size_t)vertex_count + 1) * sizeof(*graph->first));
    graph->targets = NULL;
    return graph->first != NULL;
}

bool dlc_digraph_lay_out(struct dlc_digraph *graph, struct dlc_arena *arena)
{
    uint64_t end = 0;

    /* Each start is set to the end of its range: dlc_digraph_add counts it down to where it belongs. */
    for (uint32_t v = 0; v <= graph->vertex_count; v++) {
        end += graph->first[v];
        graph->first[v] = (uint32_t)end;
    }
    if (end > UINT32_MAX)
        return false;
    graph->targets = dlc_arena_alloc(arena, end * sizeof(*graph->targets));
    return graph->targets != NULL;
}

void dlc_digraph_add(struct dlc_digraph *graph, uint32_t from, uint32_t to)
{
    graph->targets[--graph->first[from]] = to;
}

struct walk {
    uint32_t vertex;
    uint32_t next_edge;
};

struct tarjan {
    const struct dlc_digraph *graph;
    uint32_t *components; /* UNSEEN until the vertex's component is complete */
    uint32_t component_count;
    uint32_t *order; /* in which the vertex was met, from 1; 0: not yet */
    uint32_t *low;   /* smallest order known to be reachable */
    uint32_t met;
    uint32_t *open; /* met, and in no complete component */
    uint32_t open_count;
    struct walk *walk;
    uint32_t depth;
};

static void enter(struct tarjan *state, uint32_t vertex)
{
    state->order[vertex] = state->low[vertex] = ++state->met;
    state->open[state->open_count++] = vertex;
    state->walk[state->depth++] = (struct walk){vertex, state->graph->first[vertex]};
}

static void leave(struct tarjan *state)
{
    uint32_t vertex = state->walk[--state->depth].vertex;
    uint32_t member;

    if (state->depth > 0) {
        uint32_t before = state->walk[state->depth - 1].vertex;

        if (state->low[vertex] < state->low[before])
            state->low[before] = state->low[vertex];
    }
    if (state->low[vertex] != state->order[vertex])
        return;
    do {
        member = state->open[--state->open_count];
        state->components[member] = state->component_count;
    } while (member != vertex);
    state->component_count++;
}

static void visit_from(struct tarjan *state, uint32_t root)
{
    enter(state, root);
    while (state->depth > 0) {
        struct walk *top = &state->walk[state->depth - 1];
        uint32_t target;

        if (top->next_edge == state->graph->first[top->vertex + 1]) {
            leave(state);
            continue;
        }
        target = state->graph->targets[top->next_edge++];
        if (state->order[target] == 0)
            enter(state, target);
        else if (state->components[target] == UNSEEN && state->order[target] < state->low[top->vertex])
            state->low[top->vertex] = state->order[target];
    }
}

bool dlc_scc(const struct dlc_digraph *graph, uint32_t *components, uint32_t *component_count,
             struct dlc_arena *scratch)
{
    size_t count = graph->vertex_count;
    struct tarjan state = {.graph = graph, .components = components};

    state.order = dlc_arena_alloc(scratch, count * sizeof(*state.order));
    state.low = dlc_arena_alloc(scratch, count * sizeof(*state.low));
    state.open = dlc_arena_alloc(scratch, count * sizeof(*state.open));
    state.walk = dlc_arena_alloc(scratch, count * sizeof(*state.walk));
    if (!state.order || !state.low || !state.open || !state.walk)
        return false;
    for (size_t v = 0; v < count; v++)
        components[v] = UNSEEN;
    for (uint32_t v = 0; v < count; v++) {
        if (state.order[v] == 0)
            visit_from(&state, v);
    }
    *component_count = state.component_count;
    return true;
}
