/*
 * The acquisition tree against a naive twin: a list of contexts, each a path of (lock, stack) pairs with the
 * threads that came through. Locks end and others begin at their addresses; recycling takes those that only one
 * thread took out of every path, and equal paths become one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "libdlcheck/record/reader.h"
#include "libdlcheck/record/writer.h"
#include "libdlcheck/track/locks.h"
#include "libdlcheck/track/site.h"
#include "libdlcheck/track/thread.h"
#include "libdlcheck/track/tree.h"
#include "libdlcheck/track/tree_state.h"
#include "tests/support/random.h"

#define THREADS      2u
#define ADDRESSES    24u
#define STACKS       6u
#define DEPTH_MAX    4u
#define LIVES_MAX    100000u
#define CONTEXTS_MAX 400000u
#define PASSES       2u
#define ROUNDS       40000u

/* One lifetime of a lock. */
struct life {
    uint32_t threads; /* bits of those that took it */
    bool ended;
    dlc_ref record; /* while it is alive */
};

struct context {
    uint32_t depth;
    uint32_t lives[DEPTH_MAX];
    uint32_t stacks[DEPTH_MAX];
    uint32_t threads;
};

static struct life lives[LIVES_MAX];
static uint32_t life_count;
static uint32_t life_at[ADDRESSES]; /* 0: none */
static struct context contexts[CONTEXTS_MAX];
static uint32_t context_count;
static struct dlc_thread threads[THREADS];

static int start(void **state)
{
    char problem[512];

    (void)state;
    if (!dlc_writer_open("/proc/none", 256 << 20, problem, sizeof problem))
        return -1;
    for (uint32_t i = 0; i < THREADS; i++) {
        struct dlc_thread_record *record = dlc_writer_add(DLC_KIND_THREAD, sizeof *record, &threads[i].ref);

        record->segment = 1;
        record->number = i + 1;
        dlc_writer_finish(record, sizeof *record);
        threads[i].record = record;
        threads[i].owner_id = i + 1;
        threads[i].lowest_frame_lock = UINT64_MAX;
        threads[i].steps = calloc(DLC_STEPS_MAX, sizeof(struct dlc_step_entry));
        threads[i].step_mask = DLC_STEPS_FIRST - 1;
    }
    return 0;
}

static int stop(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < THREADS; i++)
        free(threads[i].steps);
    dlc_writer_abandon();
    return 0;
}

static uint64_t address_of(uint32_t index)
{
    return 0x10000 + (uint64_t)index * 40;
}

static bool same_path(const struct context *a, const struct context *b)
{
    return a->depth == b->depth && memcmp(a->lives, b->lives, a->depth * sizeof a->lives[0]) == 0 &&
           memcmp(a->stacks, b->stacks, a->depth * sizeof a->stacks[0]) == 0;
}

static void note(const struct context *context)
{
    for (uint32_t i = 0; i < context_count; i++)
        if (same_path(&contexts[i], context)) {
            contexts[i].threads |= context->threads;
            return;
        }
    assert_true(context_count < CONTEXTS_MAX);
    contexts[context_count++] = *context;
}

/* Takes up to DEPTH_MAX different locks, one inside the other. */
static void take_some(struct test_random *random)
{
    uint32_t who = random_below(random, 8) == 0;
    struct dlc_lock_traits traits = {DLC_LOCK_MUTEX, 0};
    struct context context = {.threads = 1u << who};
    uint32_t depth = 1 + random_below(random, DEPTH_MAX);
    uint32_t first = random_below(random, ADDRESSES);
    dlc_ref parent = 0;

    for (uint32_t i = 0; i < depth; i++) {
        uint32_t index = (first + 5 * i) % ADDRESSES;
        uint32_t stack = 1 + random_below(random, STACKS);

        parent = dlc_tree_step(&threads[who], parent, address_of(index), traits, DLC_MODE_EXCLUSIVE, DLC_HOW_LOCK,
                               stack);
        assert_int_not_equal(parent, 0);
        if (!life_at[index])
            life_at[index] = ++life_count;
        lives[life_at[index]].threads |= 1u << who;
        lives[life_at[index]].record = dlc_locks_find(address_of(index));
        context.lives[i] = life_at[index];
        context.stacks[i] = stack;
        context.depth = i + 1;
        note(&context);
    }
}

static void end_one(struct test_random *random)
{
    uint32_t index = random_below(random, ADDRESSES);

    dlc_locks_end(address_of(index));
    if (life_at[index])
        lives[life_at[index]].ended = true;
    life_at[index] = 0;
}

static bool is_unshared(const struct life *life)
{
    return life->ended && (life->threads & (life->threads - 1)) == 0;
}

static void recycle_twin(void)
{
    uint32_t count = context_count;

    context_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct context old = contexts[i];
        struct context left = {.threads = old.threads};

        for (uint32_t j = 0; j < old.depth; j++)
            if (!is_unshared(&lives[old.lives[j]])) {
                left.lives[left.depth] = old.lives[j];
                left.stacks[left.depth++] = old.stacks[j];
            }
        /* The context of a lock that is gone is gone; those inside it have entries of their own. */
        if (left.depth && !is_unshared(&lives[old.lives[old.depth - 1]]))
            note(&left);
    }
}

/* Every node of the tree, as a context of the twin, and as many of them. */
static void compare(void)
{
    struct dlc_arena arena = DLC_ARENA_EMPTY;
    struct dlc_read_error error;
    struct dlc_reader reader;
    uint32_t nodes = 0;

    assert_true(dlc_reader_check(&reader, &arena, dlc_writer_base, dlc_writer_size_bytes(), &error));
    for (dlc_ref ref = 0; (ref = dlc_reader_next(&reader, DLC_KIND_NODE, ref)) != 0;) {
        const struct dlc_node_record *node = dlc_reader_node(&reader, ref);
        dlc_ref path[DEPTH_MAX];
        uint32_t stacks[DEPTH_MAX];
        uint32_t depth = 0;
        uint32_t came = 0;
        bool found = false;

        if (!node->lock)
            continue;
        nodes++;
        for (dlc_ref trail = node->more; trail; trail = dlc_reader_trail(&reader, trail)->next)
            came |= dlc_reader_trail(&reader, trail)->thread == threads[0].ref ? 1 : 2;
        came |= node->thread == threads[0].ref ? 1 : 2;
        for (; node; node = dlc_reader_node(&reader, node->parent)) {
            assert_true(depth < DEPTH_MAX);
            path[depth] = node->lock;
            stacks[depth++] = node->stack;
        }
        for (uint32_t i = 0; i < context_count && !found; i++) {
            found = contexts[i].depth == depth && contexts[i].threads == came;
            for (uint32_t j = 0; j < depth && found; j++)
                found = lives[contexts[i].lives[j]].record == path[depth - 1 - j] &&
                        contexts[i].stacks[j] == stacks[depth - 1 - j];
        }
        assert_true(found);
    }
    assert_int_equal(nodes, context_count);
    dlc_arena_release(&arena);
}

static void agrees_with_a_list_of_paths(void **state)
{
    struct test_random random = {7};
    uint32_t passes = 0;

    (void)state;
    for (uint32_t round = 0; round < ROUNDS && passes < PASSES; round++) {
        uint32_t waiting = dlc_locks_recyclable();
        uint64_t left;

        dlc_tree_recycle_if_worthwhile();
        if (dlc_locks_recyclable() < waiting) {
            recycle_twin();
            compare();
            passes++;
        }
        /* No pass in between: these threads hold nothing that would keep their paths in place. */
        left = dlc_tree.nodes_after_pass;
        dlc_tree.nodes_after_pass = UINT64_MAX / 2;
        take_some(&random);
        dlc_tree.nodes_after_pass = left;
        if (random_one_in(&random, 2))
            end_one(&random);
    }
    assert_int_equal(passes, PASSES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(agrees_with_a_list_of_paths)};

    return cmocka_run_group_tests(tests, start, stop);
}
