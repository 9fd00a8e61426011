/* Components against mutual reachability, tried out on random graphs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "libdlcheck/analyze/scc.h"
#include "tests/support/random.h"

#define VERTICES 24u
#define EDGES    60u

struct graph {
    uint32_t vertex_count;
    uint32_t edge_count;
    uint32_t from[EDGES];
    uint32_t to[EDGES];
    bool reaches[VERTICES][VERTICES];
};

static void random_graph(struct graph *graph, struct test_random *random)
{
    memset(graph, 0, sizeof(*graph));
    graph->vertex_count = 1 + random_below(random, VERTICES);
    graph->edge_count = random_below(random, EDGES);
    for (uint32_t i = 0; i < graph->edge_count; i++) {
        graph->from[i] = random_below(random, graph->vertex_count);
        graph->to[i] = random_below(random, graph->vertex_count);
        graph->reaches[graph->from[i]][graph->to[i]] = true;
    }
    for (uint32_t over = 0; over < graph->vertex_count; over++) {
        for (uint32_t a = 0; a < graph->vertex_count; a++) {
            for (uint32_t b = 0; b < graph->vertex_count; b++)
                graph->reaches[a][b] |= graph->reaches[a][over] && graph->reaches[over][b];
        }
    }
}

static uint32_t components_of(const struct graph *graph, uint32_t *components, struct dlc_arena *arena)
{
    struct dlc_digraph digraph;
    uint32_t count;

    assert_true(dlc_digraph_open(&digraph, graph->vertex_count, arena));
    for (uint32_t i = 0; i < graph->edge_count; i++)
        digraph.first[graph->from[i]]++;
    assert_true(dlc_digraph_lay_out(&digraph, arena));
    for (uint32_t i = 0; i < graph->edge_count; i++)
        dlc_digraph_add(&digraph, graph->from[i], graph->to[i]);
    assert_true(dlc_scc(&digraph, components, &count, arena));
    return count;
}

static void vertices_share_a_component_when_each_reaches_the_other(void **state)
{
    struct test_random random = {7};

    (void)state;
    for (int round = 0; round < 2000; round++) {
        struct dlc_arena arena = DLC_ARENA_EMPTY;
        struct graph graph;
        uint32_t components[VERTICES];
        uint32_t count;

        random_graph(&graph, &random);
        count = components_of(&graph, components, &arena);
        for (uint32_t a = 0; a < graph.vertex_count; a++) {
            assert_true(components[a] < count);
            for (uint32_t b = 0; b < graph.vertex_count; b++) {
                bool together = a == b || (graph.reaches[a][b] && graph.reaches[b][a]);

                assert_int_equal(components[a] == components[b], together);
                if (graph.reaches[a][b])
                    assert_true(components[a] >= components[b]);
            }
        }
        dlc_arena_release(&arena);
    }
}

static void a_path_of_a_million_vertices_needs_no_deep_stack(void **state)
{
    struct dlc_arena arena = DLC_ARENA_EMPTY;
    struct dlc_digraph digraph;
    uint32_t length = 1000000;
    uint32_t *components = dlc_arena_alloc(&arena, length * sizeof(*components));
    uint32_t count;

    (void)state;
    assert_true(dlc_digraph_open(&digraph, length, &arena));
    for (uint32_t i = 0; i < length; i++)
        digraph.first[i] = 1;
    assert_true(dlc_digraph_lay_out(&digraph, &arena));
    for (uint32_t i = 0; i < length; i++)
        dlc_digraph_add(&digraph, i, (i + 1) % length);
    assert_true(dlc_scc(&digraph, components, &count, &arena));
    assert_int_equal(count, 1);
    dlc_arena_release(&arena);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(vertices_share_a_component_when_each_reaches_the_other),
        cmocka_unit_test(a_path_of_a_million_vertices_needs_no_deep_stack),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
