/* Prediction against its naive twin, on thousands of small random recordings. The seed is printed; set
   DLC_TEST_SEED to one to start there, DLC_TEST_ROUNDS for more of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "libdlcheck/analyze/labels.h"
#include "tests/support/random.h"
#include "tests/support/scene.h"
#include "tests/unit/predict_twin.h"

#define NODES_MOST 60u
#define DEPTH_MOST 4u

static struct test_random random_numbers;

static uint32_t below(uint32_t end)
{
    return random_below(&random_numbers, end);
}

static bool one_in(uint32_t chance)
{
    return random_one_in(&random_numbers, chance);
}

/* Threads in an order in which they could have run: each is created and joined by an earlier one. */
static size_t random_threads(struct scene *scene, dlc_ref *threads)
{
    size_t count = 1 + below(4);

    threads[0] = scene_thread(scene);
    for (size_t i = 1; i < count; i++) {
        dlc_ref parent = threads[below((uint32_t)i)];

        threads[i] = scene_child(scene, parent, below(3));
        if (one_in(2))
            scene_join(scene, threads[i], threads[below((uint32_t)i)], below(4));
    }
    return count;
}

static bool on_path(struct scene *scene, dlc_ref node, dlc_ref lock)
{
    for (; node; node = scene_node(scene, node)->parent) {
        if (scene_node(scene, node)->lock == lock)
            return true;
    }
    return false;
}

static uint32_t depth_of(struct scene *scene, dlc_ref node)
{
    uint32_t depth = 0;

    for (; node; node = scene_node(scene, node)->parent)
        depth++;
    return depth;
}

static enum dlc_how random_how(void)
{
    static const enum dlc_how hows[] = {DLC_HOW_TRIED, DLC_HOW_TIMED, DLC_HOW_COND, DLC_HOW_HELD_ONLY};

    return one_in(5) ? hows[below(4)] : DLC_HOW_LOCK;
}

static void random_scene(struct scene *scene)
{
    dlc_ref threads[4], locks[6], nodes[NODES_MOST];
    size_t thread_count, lock_count, node_count;
    uint32_t functions = 1 + below(6);
    bool readers = one_in(4);

    scene_begin(scene);
    thread_count = random_threads(scene, threads);
    lock_count = 2 + below(5);
    for (uint32_t i = 0; i < lock_count; i++) {
        locks[i] = scene_heap_lock(scene, i, 100 + below(2));
        if (one_in(4))
            ((struct dlc_lock_record *)recording_at(&scene->recording, locks[i]))->flags = 0;
    }
    node_count = 2 + below(NODES_MOST - 2);
    for (size_t i = 0; i < node_count; i++) {
        dlc_ref parent = i > 0 && !one_in(3) ? nodes[below((uint32_t)i)] : 0;
        dlc_ref lock = locks[below((uint32_t)lock_count)];

        if (on_path(scene, parent, lock) || depth_of(scene, parent) == DEPTH_MOST)
            parent = 0;
        nodes[i] =
            scene_take(scene, parent, threads[below((uint32_t)thread_count)], below(4), below(functions), lock);
        scene_node(scene, nodes[i])->how = (uint8_t)random_how();
        scene_node(scene, nodes[i])->mode = readers && one_in(2) ? DLC_MODE_READ : DLC_MODE_EXCLUSIVE;
        scene_node(scene, nodes[i])->flags = one_in(20) ? DLC_NODE_TRAILS_DROPPED : 0;
        while (one_in(3) && i % 8)
            recording_trail(&scene->recording, nodes[i], threads[below((uint32_t)thread_count)], below(4));
    }
}

static const struct dlc_finding *finding_of(const struct dlc_findings *findings, uint64_t pattern)
{
    for (size_t i = 0; i < findings->count; i++) {
        if (findings->items[i].pattern == pattern)
            return &findings->items[i];
    }
    return NULL;
}

/* A ring of four over an edge that only trylocks made is not looked for. */
static bool is_promised(const struct twin_pattern *twin)
{
    return twin->length < 4 || !(twin->labels & DLC_LABEL_BIT(DLC_LABEL_TRIED));
}

/* How many patterns the two see differently. */
static size_t differences(const struct dlc_findings *findings, const struct twin_result *twin)
{
    size_t count = 0;

    for (size_t i = 0; i < twin->count; i++) {
        const struct dlc_finding *finding = finding_of(findings, twin->patterns[i].pattern);

        if (is_promised(&twin->patterns[i]))
            count += !finding || finding->labels != twin->patterns[i].labels;
    }
    for (size_t i = 0; i < findings->count; i++) {
        size_t at = 0;

        if (findings->items[i].step_count > TWIN_LONGEST)
            continue;
        while (at < twin->count && twin->patterns[at].pattern != findings->items[i].pattern)
            at++;
        count += at == twin->count;
    }
    return count;
}

/* A finding longer than the twin looks may be the worst of its pattern: those recordings say nothing. */
static bool comparable(const struct dlc_findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        if (findings->items[i].step_count > TWIN_LONGEST)
            return false;
    }
    return !findings->budget_hit;
}

static uint64_t number_from(const char *variable, uint64_t otherwise)
{
    const char *text = getenv(variable);

    return text ? strtoull(text, NULL, 0) : otherwise;
}

/* Compares on `rounds` recordings; stops at the first difference unless they are to be counted. */
static size_t compare(uint64_t seed, uint64_t rounds, enum twin_fault fault, size_t *findings)
{
    static struct twin_result twin;
    size_t found = 0;

    *findings = 0;
    for (uint64_t round = 0; round < rounds; round++) {
        struct scene scene;

        random_numbers.state = seed + round;
        random_scene(&scene);
        scene_analyze(&scene);
        if (comparable(&scene.findings)) {
            size_t differ;

            twin_predict(&twin, &scene.reader, fault);
            differ = differences(&scene.findings, &twin);
            if (differ && fault == TWIN_RIGHT)
                print_message("seed %llu differs\n", (unsigned long long)(seed + round));
            found += differ;
            *findings += twin.count;
        }
        scene_end(&scene);
    }
    return found;
}

static void prediction_agrees_with_its_twin(void **state)
{
    uint64_t seed = number_from("DLC_TEST_SEED", 20240229);
    uint64_t rounds = number_from("DLC_TEST_ROUNDS", 4000);
    size_t findings;
    size_t differ;

    (void)state;
    print_message("seed %llu, %llu rounds\n", (unsigned long long)seed, (unsigned long long)rounds);
    differ = compare(seed, rounds, TWIN_RIGHT, &findings);
    print_message("%zu patterns compared\n", findings);
    assert_int_equal(differ, 0);
    assert_true(findings > rounds);
}

static void a_broken_twin_is_noticed(void **state)
{
    (void)state;
    for (enum twin_fault fault = TWIN_RIGHT + 1; fault < TWIN_FAULT_COUNT; fault++) {
        size_t findings;

        assert_int_not_equal(compare(1, 400, fault, &findings), 0);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(prediction_agrees_with_its_twin),
        cmocka_unit_test(a_broken_twin_is_noticed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
