/*
 * How long prediction takes on a generated recording: many locks, ten nodes for each, taken in one order but for a
 * few places where small groups of locks are taken in opposite orders. Prints one line per size; without arguments
 * up to a million locks and ten million nodes, with LOCKS just that size (CTest takes a small one). With a number
 * of SECONDS behind it, a run that takes longer fails.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "libdlcheck/analyze/findings.h"
#include "libdlcheck/record/reader.h"
#include "tests/support/recording_builder.h"

#define NODES_PER_LOCK  10u
#define LOCKS_PER_CYCLE 1000u
#define CODE_PLACES     5000u
#define THREADS         16u
#define LOCK_BYTES      64u

static uint64_t random_state = 42;

static uint32_t random_below(uint32_t end)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((random_state >> 33) % end);
}

struct world {
    struct recording_builder recording;
    uint32_t lock_count;
    dlc_ref *locks;
    dlc_ref stacks[CODE_PLACES];
    dlc_ref threads[THREADS];
};

static double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void make_world(struct world *world, uint32_t lock_count)
{
    recording_begin(&world->recording);
    recording_module(&world->recording, "/opt/generated", 0x400000, 0x400000 + 0x1000 * CODE_PLACES);
    world->lock_count = lock_count;
    world->locks = calloc(lock_count, sizeof(*world->locks));
    if (!world->locks)
        abort();
    for (uint32_t i = 0; i < CODE_PLACES; i++) {
        uint64_t frames[8];

        for (uint32_t frame = 0; frame < 8; frame++)
            frames[frame] = 0x400000 + 0x1000 * i + 16 * frame + 1;
        world->stacks[i] = recording_stack(&world->recording, frames, 8);
    }
    for (uint32_t i = 0; i < THREADS; i++)
        world->threads[i] = recording_thread(&world->recording, i ? world->threads[0] : 0, i);
    for (uint32_t i = 0; i < lock_count; i++)
        world->locks[i] = recording_lock(&world->recording, UINT64_C(0x10000000) + (uint64_t)i * LOCK_BYTES,
                                         world->stacks[i % CODE_PLACES]);
}

static dlc_ref take(struct world *world, dlc_ref parent, uint32_t lock)
{
    return recording_node(&world->recording, parent, world->locks[lock], world->stacks[random_below(CODE_PLACES)],
                          world->threads[random_below(THREADS)], 0);
}

/* Trees of up to four levels whose locks come later and later: no cycle among them. */
static void nest_in_order(struct world *world, uint32_t node_count)
{
    dlc_ref nodes[4] = {0};
    uint32_t locks[4] = {0};
    uint32_t depth = 0;

    while (node_count > 0) {
        uint32_t first = depth ? locks[depth - 1] + 1 : random_below(world->lock_count);

        if (depth == 4 || first >= world->lock_count || random_below(4) == 0) {
            depth = depth ? random_below(depth) : 0;
            continue;
        }
        locks[depth] = first + random_below(world->lock_count - first);
        nodes[depth] = take(world, depth ? nodes[depth - 1] : 0, locks[depth]);
        depth++;
        node_count--;
    }
}

/* Groups of two to nine locks in a ring. They are neighbours, so that rings hardly ever grow together. */
static uint32_t close_rings(struct world *world)
{
    uint32_t nodes = 0;

    for (uint32_t first = 0; first + 10 < world->lock_count; first += LOCKS_PER_CYCLE) {
        uint32_t length = 2 + random_below(8);

        for (uint32_t i = 0; i < length; i++)
            take(world, take(world, 0, first + i), first + (i + 1) % length);
        nodes += 2 * length;
    }
    return nodes;
}

static bool measure(uint32_t lock_count, double seconds_most)
{
    static struct world world;
    struct dlc_arena arena = DLC_ARENA_EMPTY;
    struct dlc_findings findings = {.arena = DLC_ARENA_EMPTY};
    struct dlc_reader reader;
    struct dlc_read_error error;
    struct rusage usage;
    double start, checked, done;
    uint32_t ring_nodes;
    bool good;

    make_world(&world, lock_count);
    ring_nodes = close_rings(&world);
    nest_in_order(&world, lock_count * NODES_PER_LOCK - ring_nodes);
    start = seconds_now();
    good = dlc_reader_check(&reader, &arena, world.recording.bytes, world.recording.size_bytes, &error);
    checked = seconds_now();
    good = good && dlc_analyze(&findings, &reader);
    done = seconds_now();
    getrusage(RUSAGE_SELF, &usage);
    printf("%8u locks %9u nodes %5zu MiB: check %.3f s, search %.3f s, %.0f ns per node, %zu findings%s, "
           "peak %ld MiB\n",
           lock_count, lock_count * NODES_PER_LOCK, world.recording.size_bytes >> 20, checked - start,
           done - checked, (done - start) * 1e9 / (lock_count * NODES_PER_LOCK), findings.count,
           findings.budget_hit ? " (budget hit)" : "", usage.ru_maxrss >> 10);
    if (!good)
        printf("the recording could not be analysed\n");
    else if (done - start > seconds_most)
        printf("that is more than %.1f s\n", seconds_most);
    good = good && done - start <= seconds_most;
    dlc_findings_release(&findings);
    dlc_arena_release(&arena);
    recording_end(&world.recording);
    free(world.locks);
    return good;
}

int main(int argc, char **argv)
{
    double seconds_most = argc > 2 ? strtod(argv[2], NULL) : 1e9;

    if (argc > 1)
        return measure((uint32_t)strtoul(argv[1], NULL, 0), seconds_most) ? 0 : 1;
    for (uint32_t lock_count = 1000; lock_count <= 1000000; lock_count *= 10) {
        if (!measure(lock_count, seconds_most))
            return 1;
    }
    return 0;
}
