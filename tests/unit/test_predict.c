/* Each label, the shapes of cycles, and what counts as one pattern. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/scene.h"

#define BIT(name) DLC_LABEL_BIT(DLC_LABEL_##name)

struct opposite {
    struct scene scene;
    dlc_ref a;
    dlc_ref b;
    dlc_ref main;
    dlc_ref one;
    dlc_ref two;
    dlc_ref ab; /* thread one waits for b, holding a */
    dlc_ref ba; /* thread two waits for a, holding b */
};

/* Two threads of main, two static locks, opposite orders. */
static void opposite_orders(struct opposite *it)
{
    struct scene *scene = &it->scene;

    scene_begin(scene);
    it->a = scene_static_lock(scene, 0);
    it->b = scene_static_lock(scene, 1);
    it->main = scene_thread(scene);
    it->one = scene_child(scene, it->main, 0);
    it->two = scene_child(scene, it->main, 1);
    it->ab = scene_nest(scene, it->one, 0, 1, it->a, it->b);
    it->ba = scene_nest(scene, it->two, 0, 2, it->b, it->a);
}

static void expect_one(struct scene *scene, uint32_t labels)
{
    scene_analyze(scene);
    assert_int_equal(scene->findings.count, 1);
    assert_int_equal(scene->findings.items[0].labels, labels);
    for (unsigned label = 0; label < DLC_LABEL_COUNT; label++)
        assert_int_equal(scene->findings.label_counts[label], labels >> label & 1);
    assert_false(scene->findings.budget_hit);
    scene_end(scene);
}

static void opposite_orders_in_two_threads_are_parallel(void **state)
{
    struct opposite it;
    const struct dlc_finding *finding;
    const struct dlc_step *step;

    (void)state;
    opposite_orders(&it);
    scene_analyze(&it.scene);
    assert_int_equal(it.scene.findings.count, 1);
    finding = &it.scene.findings.items[0];
    assert_int_equal(finding->kind, DLC_FINDING_POSSIBLE_DEADLOCK);
    assert_int_equal(finding->labels, BIT(PARALLEL));
    assert_true(dlc_finding_reported(finding));
    assert_int_equal(finding->count, 1);
    assert_int_equal(finding->step_count, 2);
    step = &finding->steps[finding->steps[0].wait_lock == it.b ? 0 : 1];
    assert_int_equal(step->wait_lock, it.b);
    assert_int_equal(step->thread, it.one);
    assert_int_equal(step->node, it.ab);
    assert_int_equal(step->wait_kind, DLC_WAIT_MUTEX);
    assert_int_equal(step->wait_stack, scene_node(&it.scene, it.ab)->stack);
    assert_int_equal(step->hold_count, 1);
    assert_int_equal(step->holds[0].lock, it.a);
    assert_true(step->holds[0].in_cycle);
    scene_end(&it.scene);
}

static void one_order_is_no_finding(void **state)
{
    struct opposite it;

    (void)state;
    opposite_orders(&it);
    scene_node(&it.scene, it.ba)->lock = 0;
    scene_analyze(&it.scene);
    assert_int_equal(it.scene.findings.count, 0);
    scene_end(&it.scene);
}

static void a_join_between_the_orders_makes_them_ordered(void **state)
{
    struct opposite it;

    (void)state;
    opposite_orders(&it);
    scene_join(&it.scene, it.one, it.main, 1);
    expect_one(&it.scene, BIT(ORDERED));
}

static void a_creation_between_the_orders_makes_them_ordered(void **state)
{
    struct opposite it;

    (void)state;
    opposite_orders(&it);
    scene_node(&it.scene, it.ab)->thread = it.main;
    scene_node(&it.scene, it.ab)->segment = 1;
    expect_one(&it.scene, BIT(ORDERED));
}

static void a_creation_before_both_orders_does_not(void **state)
{
    struct opposite it;

    (void)state;
    opposite_orders(&it);
    scene_node(&it.scene, it.ab)->thread = it.main;
    scene_node(&it.scene, it.ab)->segment = 2;
    expect_one(&it.scene, BIT(PARALLEL));
}

static void one_thread_in_both_orders_is_same_thread(void **state)
{
    struct opposite it;

    (void)state;
    opposite_orders(&it);
    scene_node(&it.scene, it.ba)->thread = it.one;
    expect_one(&it.scene, BIT(SAME_THREAD));
}

static void a_second_thread_in_the_same_code_makes_it_parallel(void **state)
{
    struct opposite it;

    (void)state;
    opposite_orders(&it);
    scene_node(&it.scene, it.ba)->thread = it.one;
    recording_trail(&it.scene.recording, it.ba, it.one, 3);
    recording_trail(&it.scene.recording, it.ba, it.two, 0);
    expect_one(&it.scene, BIT(PARALLEL));
}

static void dropped_trails_make_same_thread_unknown(void **state)
{
    struct opposite it;

    (void)state;
    opposite_orders(&it);
    scene_node(&it.scene, it.ba)->thread = it.one;
    scene_node(&it.scene, it.ba)->flags = DLC_NODE_TRAILS_DROPPED;
    expect_one(&it.scene, BIT(PARALLEL) | BIT(UNKNOWN));
}

static void dropped_trails_make_ordered_unknown(void **state)
{
    struct opposite it;

    (void)state;
    opposite_orders(&it);
    scene_join(&it.scene, it.one, it.main, 1);
    scene_node(&it.scene, it.ab)->flags = DLC_NODE_TRAILS_DROPPED;
    expect_one(&it.scene, BIT(PARALLEL) | BIT(UNKNOWN));
}

static void dropped_trails_leave_parallel_alone(void **state)
{
    struct opposite it;

    (void)state;
    opposite_orders(&it);
    scene_node(&it.scene, it.ab)->flags = DLC_NODE_TRAILS_DROPPED;
    expect_one(&it.scene, BIT(PARALLEL));
}

static void trails_up_to_the_limit_are_all_read(void **state)
{
    struct opposite it;

    (void)state;
    opposite_orders(&it);
    scene_node(&it.scene, it.ba)->thread = it.one;
    for (uint32_t i = 1; i < 256; i++)
        recording_trail(&it.scene.recording, it.ba, it.one, i);
    expect_one(&it.scene, BIT(SAME_THREAD));
    opposite_orders(&it);
    scene_node(&it.scene, it.ba)->thread = it.one;
    for (uint32_t i = 1; i < 257; i++)
        recording_trail(&it.scene.recording, it.ba, it.one, i);
    expect_one(&it.scene, BIT(PARALLEL) | BIT(UNKNOWN));
}

static void a_timed_wait_is_timed(void **state)
{
    struct opposite it;

    (void)state;
    opposite_orders(&it);
    scene_node(&it.scene, it.ab)->how = DLC_HOW_TIMED;
    expect_one(&it.scene, BIT(PARALLEL) | BIT(TIMED));
}

static void the_wait_of_a_condition_variable_closes_a_cycle(void **state)
{
    struct opposite it;

    (void)state;
    opposite_orders(&it);
    scene_node(&it.scene, it.ab)->how = DLC_HOW_COND;
    expect_one(&it.scene, BIT(PARALLEL));
}

static void a_trylock_is_only_counted(void **state)
{
    struct opposite it;

    (void)state;
    opposite_orders(&it);
    scene_node(&it.scene, it.ab)->how = DLC_HOW_TRIED;
    expect_one(&it.scene, BIT(PARALLEL) | BIT(TRIED));
}

static void a_rebuilt_path_is_no_wait(void **state)
{
    struct opposite it;

    (void)state;
    opposite_orders(&it);
    scene_node(&it.scene, it.ab)->how = DLC_HOW_HELD_ONLY;
    scene_analyze(&it.scene);
    assert_int_equal(it.scene.findings.count, 0);
    scene_end(&it.scene);
}

static void a_common_lock_around_both_is_guarded(void **state)
{
    struct opposite it;
    dlc_ref gate, gate_one, gate_two;

    (void)state;
    opposite_orders(&it);
    gate = scene_static_lock(&it.scene, 2);
    gate_one = scene_take(&it.scene, 0, it.one, 0, 3, gate);
    gate_two = scene_take(&it.scene, 0, it.two, 0, 3, gate);
    scene_node(&it.scene, scene_node(&it.scene, it.ab)->parent)->parent = gate_one;
    scene_node(&it.scene, scene_node(&it.scene, it.ba)->parent)->parent = gate_two;
    expect_one(&it.scene, BIT(GUARDED));
}

static void a_common_read_lock_guards_nothing(void **state)
{
    struct opposite it;
    dlc_ref gate, gate_one, gate_two;

    (void)state;
    opposite_orders(&it);
    gate = scene_static_lock(&it.scene, 2);
    gate_one = scene_take(&it.scene, 0, it.one, 0, 3, gate);
    gate_two = scene_take(&it.scene, 0, it.two, 0, 3, gate);
    scene_node(&it.scene, gate_one)->mode = DLC_MODE_READ;
    scene_node(&it.scene, gate_two)->mode = DLC_MODE_READ;
    scene_node(&it.scene, scene_node(&it.scene, it.ab)->parent)->parent = gate_one;
    scene_node(&it.scene, scene_node(&it.scene, it.ba)->parent)->parent = gate_two;
    expect_one(&it.scene, BIT(PARALLEL));
}

static void readers_only_is_read_only(void **state)
{
    struct opposite it;

    (void)state;
    opposite_orders(&it);
    scene_node(&it.scene, it.ab)->mode = DLC_MODE_READ;
    scene_node(&it.scene, scene_node(&it.scene, it.ba)->parent)->mode = DLC_MODE_READ;
    expect_one(&it.scene, BIT(PARALLEL) | BIT(READ_ONLY));
}

static void a_lock_of_one_thread_is_unshared(void **state)
{
    struct opposite it;

    (void)state;
    opposite_orders(&it);
    ((struct dlc_lock_record *)recording_at(&it.scene.recording, it.a))->flags = 0;
    scene_node(&it.scene, it.ba)->thread = it.one;
    scene_node(&it.scene, scene_node(&it.scene, it.ba)->parent)->thread = it.one;
    expect_one(&it.scene, BIT(SAME_THREAD) | BIT(UNSHARED));
}

static void nodes_of_two_threads_share_a_lock_without_the_flag(void **state)
{
    struct opposite it;

    (void)state;
    opposite_orders(&it);
    ((struct dlc_lock_record *)recording_at(&it.scene.recording, it.a))->flags = 0;
    expect_one(&it.scene, BIT(PARALLEL));
}

static void a_lock_that_others_may_have_taken_is_not_unshared(void **state)
{
    struct opposite it;

    (void)state;
    opposite_orders(&it);
    ((struct dlc_lock_record *)recording_at(&it.scene.recording, it.a))->flags = DLC_LOCK_UNCERTAIN;
    scene_node(&it.scene, it.ba)->thread = it.one;
    scene_node(&it.scene, scene_node(&it.scene, it.ba)->parent)->thread = it.one;
    expect_one(&it.scene, BIT(SAME_THREAD));
}

/* `length` threads; number i holds lock i and waits for lock i + 1, the last for lock 0. */
static void ring(struct scene *scene, uint32_t length, uint32_t first_lock, uint32_t functions)
{
    dlc_ref locks[1000];

    assert_true(length <= 1000);
    for (uint32_t i = 0; i < length; i++)
        locks[i] = scene_heap_lock(scene, first_lock + i, 90);
    for (uint32_t i = 0; i < length; i++)
        scene_nest(scene, scene_thread(scene), 0, 1 + i % functions, locks[i], locks[(i + 1) % length]);
}

static void a_ring_of_any_length_is_found_whole(void **state)
{
    static const uint32_t lengths[] = {2, 3, 4, 5, 17, 1000};

    (void)state;
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        struct scene scene;

        scene_begin(&scene);
        ring(&scene, lengths[i], 0, 1);
        scene_analyze(&scene);
        assert_int_equal(scene.findings.count, 1);
        assert_int_equal(scene.findings.items[0].step_count, lengths[i]);
        assert_int_equal(scene.findings.items[0].labels, BIT(PARALLEL));
        assert_false(scene.findings.budget_hit);
        scene_end(&scene);
    }
}

static void steps_follow_each_other_around_the_ring(void **state)
{
    struct scene scene;
    const struct dlc_finding *finding;

    (void)state;
    scene_begin(&scene);
    ring(&scene, 7, 0, 7);
    scene_analyze(&scene);
    finding = &scene.findings.items[0];
    for (size_t i = 0; i < finding->step_count; i++) {
        const struct dlc_step *next = &finding->steps[(i + 1) % finding->step_count];

        assert_int_equal(next->hold_count, 1);
        assert_true(next->holds[0].in_cycle);
        assert_int_equal(next->holds[0].lock, finding->steps[i].wait_lock);
    }
    scene_end(&scene);
}

static void a_ring_beside_a_shorter_one_is_found_within_the_budget(void **state)
{
    struct scene scene;
    dlc_ref locks[40];
    const struct dlc_findings *findings = &scene.findings;

    (void)state;
    scene_begin(&scene);
    for (uint32_t i = 0; i < 40; i++)
        locks[i] = scene_heap_lock(&scene, i, 90);
    for (uint32_t i = 0; i < 40; i++)
        scene_nest(&scene, scene_thread(&scene), 0, 1, locks[i], locks[(i + 1) % 40]);
    scene_nest(&scene, scene_thread(&scene), 0, 2, locks[20], locks[0]);
    scene_analyze(&scene);
    assert_int_equal(findings->count, 2);
    assert_int_equal(findings->items[0].step_count + findings->items[1].step_count, 21 + 40);
    assert_false(findings->budget_hit);
    scene_end(&scene);
}

static void many_pairs_of_one_pattern_are_one_finding_with_a_count(void **state)
{
    struct scene scene;

    (void)state;
    scene_begin(&scene);
    for (uint32_t i = 0; i < 10; i++)
        ring(&scene, 2, 2 * i, 2);
    scene_analyze(&scene);
    assert_int_equal(scene.findings.count, 1);
    assert_int_equal(scene.findings.items[0].count, 10);
    scene_end(&scene);
}

static void ten_threads_in_the_same_two_functions_are_one_finding(void **state)
{
    struct opposite it;

    (void)state;
    opposite_orders(&it);
    for (uint32_t i = 0; i < 10; i++) {
        dlc_ref thread = scene_child(&it.scene, it.main, 2 + i);

        scene_nest(&it.scene, thread, 0, 1, it.a, it.b);
        scene_nest(&it.scene, thread, 0, 2, it.b, it.a);
    }
    expect_one(&it.scene, BIT(PARALLEL));
}

static void other_code_places_are_another_finding(void **state)
{
    struct opposite it;

    (void)state;
    opposite_orders(&it);
    scene_nest(&it.scene, scene_child(&it.scene, it.main, 2), 0, 3, it.b, it.a);
    scene_analyze(&it.scene);
    assert_int_equal(it.scene.findings.count, 2);
    scene_end(&it.scene);
}

static void the_worst_instance_of_a_pattern_is_the_finding(void **state)
{
    struct scene scene;

    (void)state;
    scene_begin(&scene);
    for (uint32_t i = 0; i < 3; i++) {
        dlc_ref a = scene_heap_lock(&scene, 2 * i, 90);
        dlc_ref b = scene_heap_lock(&scene, 2 * i + 1, 90);
        dlc_ref thread = scene_thread(&scene);

        scene_node(&scene, scene_nest(&scene, thread, 0, 1, a, b))->how = i == 0 ? DLC_HOW_TRIED : DLC_HOW_LOCK;
        scene_nest(&scene, i == 1 ? thread : scene_thread(&scene), 0, 2, b, a);
    }
    scene_analyze(&scene);
    assert_int_equal(scene.findings.count, 1);
    assert_int_equal(scene.findings.items[0].labels, BIT(PARALLEL));
    scene_end(&scene);
}

/* `count` pairs of static locks, each pair its own class, taken in the same places. */
static size_t findings_of_pairs(uint32_t count, uint64_t *instances)
{
    struct scene scene;
    size_t found;

    scene_begin(&scene);
    for (uint32_t i = 0; i < count; i++) {
        dlc_ref a = scene_static_lock(&scene, 2 * i);
        dlc_ref b = scene_static_lock(&scene, 2 * i + 1);

        scene_nest(&scene, scene_thread(&scene), 0, 1, a, b);
        scene_nest(&scene, scene_thread(&scene), 0, 2, b, a);
    }
    scene_analyze(&scene);
    found = scene.findings.count;
    *instances = 0;
    for (size_t i = 0; i < found; i++)
        *instances += scene.findings.items[i].count;
    scene_end(&scene);
    return found;
}

static void many_classes_in_the_same_places_are_counted_in_one(void **state)
{
    uint64_t instances;

    (void)state;
    assert_int_equal(findings_of_pairs(16, &instances), 16);
    assert_int_equal(instances, 16);
    assert_int_equal(findings_of_pairs(17, &instances), 16);
    assert_int_equal(instances, 17);
}

static void reported_findings_come_before_counted_ones(void **state)
{
    struct opposite it;
    dlc_ref c, d;

    (void)state;
    opposite_orders(&it);
    scene_node(&it.scene, it.ab)->how = DLC_HOW_TRIED;
    c = scene_static_lock(&it.scene, 2);
    d = scene_static_lock(&it.scene, 3);
    scene_nest(&it.scene, it.one, 0, 5, c, d);
    scene_nest(&it.scene, it.one, 0, 6, d, c);
    scene_analyze(&it.scene);
    assert_int_equal(it.scene.findings.count, 2);
    assert_int_equal(it.scene.findings.items[0].labels, BIT(SAME_THREAD));
    assert_int_equal(it.scene.findings.items[1].labels, BIT(PARALLEL) | BIT(TRIED));
    scene_end(&it.scene);
}

static void a_lock_taken_again_is_no_cycle(void **state)
{
    struct scene scene;
    dlc_ref a, b, node;

    (void)state;
    scene_begin(&scene);
    a = scene_static_lock(&scene, 0);
    b = scene_static_lock(&scene, 1);
    node = scene_nest(&scene, scene_thread(&scene), 0, 1, a, b);
    scene_take(&scene, node, scene_thread(&scene), 0, 2, a);
    scene_analyze(&scene);
    assert_int_equal(scene.findings.count, 0);
    scene_end(&scene);
}

static void nodes_below_a_circle_of_parents_are_left_out(void **state)
{
    struct opposite it;
    dlc_ref outer;

    (void)state;
    opposite_orders(&it);
    outer = scene_node(&it.scene, it.ba)->parent;
    scene_node(&it.scene, outer)->parent = it.ba;
    scene_analyze(&it.scene);
    assert_int_equal(it.scene.findings.count, 0);
    scene_end(&it.scene);
}

static void a_circle_of_trails_ends(void **state)
{
    struct opposite it;
    struct dlc_trail_record *trail;

    (void)state;
    opposite_orders(&it);
    scene_node(&it.scene, it.ba)->thread = it.one;
    recording_trail(&it.scene.recording, it.ba, it.one, 1);
    trail = recording_at(&it.scene.recording, scene_node(&it.scene, it.ba)->more);
    trail->next = scene_node(&it.scene, it.ba)->more;
    expect_one(&it.scene, BIT(PARALLEL) | BIT(UNKNOWN));
}

static void a_deep_path_shows_the_innermost_holds_and_the_one_in_the_cycle(void **state)
{
    struct scene scene;
    const struct dlc_step *step;
    dlc_ref a, b, thread, node;

    (void)state;
    scene_begin(&scene);
    a = scene_static_lock(&scene, 0);
    b = scene_static_lock(&scene, 1);
    thread = scene_thread(&scene);
    node = scene_take(&scene, 0, thread, 0, 1, a);
    for (uint32_t i = 0; i < 70; i++)
        node = scene_take(&scene, node, thread, 0, 1, scene_heap_lock(&scene, i, 9));
    scene_take(&scene, node, thread, 0, 1, b);
    scene_nest(&scene, scene_thread(&scene), 0, 2, b, a);
    scene_analyze(&scene);
    assert_int_equal(scene.findings.count, 1);
    step = &scene.findings.items[0].steps[scene.findings.items[0].steps[0].wait_lock == b ? 0 : 1];
    assert_int_equal(step->hold_count, 64);
    assert_int_equal(step->holds[0].lock, a);
    assert_true(step->holds[0].in_cycle);
    assert_int_equal(step->holds[63].lock, scene_node(&scene, node)->lock);
    scene_end(&scene);
}

/* Every lock is taken while holding every other one, each pair in a function of its own. */
static size_t findings_of_dense(uint32_t lock_count, bool *budget_hit)
{
    struct scene scene;
    dlc_ref locks[60];
    size_t found;

    scene_begin(&scene);
    for (uint32_t i = 0; i < lock_count; i++)
        locks[i] = scene_heap_lock(&scene, i, 0);
    for (uint32_t i = 0; i < lock_count; i++) {
        for (uint32_t j = 0; j < lock_count; j++) {
            if (i != j)
                scene_nest(&scene, scene_thread(&scene), 0, 1 + i * lock_count + j, locks[i], locks[j]);
        }
    }
    scene_analyze(&scene);
    found = scene.findings.count;
    *budget_hit = scene.findings.budget_hit;
    scene_end(&scene);
    return found;
}

static void a_dense_component_is_complete_up_to_three_and_bounded_beyond(void **state)
{
    bool budget_hit;

    (void)state;
    /* Of n locks there are n(n-1)/2 pairs, n(n-1)(n-2)/3 rings of three and n(n-1)(n-2)(n-3)/4 of four. */
    assert_int_equal(findings_of_dense(4, &budget_hit), 6 + 8 + 6);
    assert_false(budget_hit);
    assert_int_equal(findings_of_dense(5, &budget_hit), 10 + 20 + 30 + 24);
    assert_false(budget_hit);
    assert_int_equal(findings_of_dense(12, &budget_hit), 66 + 440 + 256);
    assert_true(budget_hit);
}

static void patterns_beyond_the_limit_are_told_not_kept(void **state)
{
    bool budget_hit;

    (void)state;
    assert_int_equal(findings_of_dense(50, &budget_hit), 16384);
    assert_true(budget_hit);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(opposite_orders_in_two_threads_are_parallel),
        cmocka_unit_test(one_order_is_no_finding),
        cmocka_unit_test(a_join_between_the_orders_makes_them_ordered),
        cmocka_unit_test(a_creation_between_the_orders_makes_them_ordered),
        cmocka_unit_test(a_creation_before_both_orders_does_not),
        cmocka_unit_test(one_thread_in_both_orders_is_same_thread),
        cmocka_unit_test(a_second_thread_in_the_same_code_makes_it_parallel),
        cmocka_unit_test(dropped_trails_make_same_thread_unknown),
        cmocka_unit_test(dropped_trails_make_ordered_unknown),
        cmocka_unit_test(dropped_trails_leave_parallel_alone),
        cmocka_unit_test(trails_up_to_the_limit_are_all_read),
        cmocka_unit_test(a_timed_wait_is_timed),
        cmocka_unit_test(the_wait_of_a_condition_variable_closes_a_cycle),
        cmocka_unit_test(a_trylock_is_only_counted),
        cmocka_unit_test(a_rebuilt_path_is_no_wait),
        cmocka_unit_test(a_common_lock_around_both_is_guarded),
        cmocka_unit_test(a_common_read_lock_guards_nothing),
        cmocka_unit_test(readers_only_is_read_only),
        cmocka_unit_test(a_lock_of_one_thread_is_unshared),
        cmocka_unit_test(nodes_of_two_threads_share_a_lock_without_the_flag),
        cmocka_unit_test(a_lock_that_others_may_have_taken_is_not_unshared),
        cmocka_unit_test(a_ring_of_any_length_is_found_whole),
        cmocka_unit_test(steps_follow_each_other_around_the_ring),
        cmocka_unit_test(a_ring_beside_a_shorter_one_is_found_within_the_budget),
        cmocka_unit_test(many_pairs_of_one_pattern_are_one_finding_with_a_count),
        cmocka_unit_test(ten_threads_in_the_same_two_functions_are_one_finding),
        cmocka_unit_test(other_code_places_are_another_finding),
        cmocka_unit_test(the_worst_instance_of_a_pattern_is_the_finding),
        cmocka_unit_test(many_classes_in_the_same_places_are_counted_in_one),
        cmocka_unit_test(reported_findings_come_before_counted_ones),
        cmocka_unit_test(a_dense_component_is_complete_up_to_three_and_bounded_beyond),
        cmocka_unit_test(patterns_beyond_the_limit_are_told_not_kept),
        cmocka_unit_test(a_lock_taken_again_is_no_cycle),
        cmocka_unit_test(nodes_below_a_circle_of_parents_are_left_out),
        cmocka_unit_test(a_circle_of_trails_ends),
        cmocka_unit_test(a_deep_path_shows_the_innermost_holds_and_the_one_in_the_cycle),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
