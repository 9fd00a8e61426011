/* What makes patterns equal and what does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "libdlcheck/analyze/pattern.h"
#include "tests/support/scene.h"

struct fixture {
    struct scene scene;
    struct dlc_patterns patterns;
};

static void open_patterns(struct fixture *it)
{
    struct dlc_read_error error;

    assert_true(dlc_reader_check(&it->scene.reader, &it->scene.arena, it->scene.recording.bytes,
                                 it->scene.recording.size_bytes, &error));
    dlc_patterns_open(&it->patterns, &it->scene.reader, &it->scene.arena);
}

static uint64_t lock_class(struct fixture *it, dlc_ref lock)
{
    return dlc_pattern_lock_class(&it->patterns, lock, 0, 0);
}

static void only_the_innermost_frames_are_the_place(void **state)
{
    struct fixture it;
    uint64_t frames[6] = {0x400101, 0x400102, 0x400103, 0x400104, 0x400105, 0x400106};
    dlc_ref one, outer, inner, shorter;

    (void)state;
    scene_begin(&it.scene);
    one = recording_stack(&it.scene.recording, frames, 6);
    frames[5]++;
    outer = recording_stack(&it.scene.recording, frames, 6);
    frames[4]++;
    inner = recording_stack(&it.scene.recording, frames, 6);
    frames[4]--;
    shorter = recording_stack(&it.scene.recording, frames, 4);
    open_patterns(&it);
    assert_int_equal(dlc_pattern_place(&it.patterns, one), dlc_pattern_place(&it.patterns, outer));
    assert_int_not_equal(dlc_pattern_place(&it.patterns, one), dlc_pattern_place(&it.patterns, inner));
    assert_int_not_equal(dlc_pattern_place(&it.patterns, one), dlc_pattern_place(&it.patterns, shorter));
    assert_int_equal(dlc_pattern_place(&it.patterns, 0), dlc_pattern_place(&it.patterns, 999999));
    scene_end(&it.scene);
}

static void where_a_module_was_loaded_does_not_matter(void **state)
{
    struct fixture it;
    uint64_t here = 0x10000100, there = 0x20000100, nowhere = 0x30000100, elsewhere = 0x30000200;
    dlc_ref stacks[4];

    (void)state;
    scene_begin(&it.scene);
    recording_module(&it.scene.recording, "/lib/same.so", 0x10000000, 0x10001000);
    recording_module(&it.scene.recording, "/lib/same.so", 0x20000000, 0x20001000);
    stacks[0] = recording_stack(&it.scene.recording, &here, 1);
    stacks[1] = recording_stack(&it.scene.recording, &there, 1);
    stacks[2] = recording_stack(&it.scene.recording, &nowhere, 1);
    stacks[3] = recording_stack(&it.scene.recording, &elsewhere, 1);
    open_patterns(&it);
    assert_int_equal(dlc_pattern_place(&it.patterns, stacks[0]), dlc_pattern_place(&it.patterns, stacks[1]));
    assert_int_equal(dlc_pattern_place(&it.patterns, stacks[2]), dlc_pattern_place(&it.patterns, stacks[3]));
    assert_int_not_equal(dlc_pattern_place(&it.patterns, stacks[0]), dlc_pattern_place(&it.patterns, stacks[2]));
    scene_end(&it.scene);
}

static void a_lock_s_class_is_where_it_came_from(void **state)
{
    struct fixture it;
    dlc_ref static_a, static_b, heap_a, heap_b, heap_other, taken_a, taken_b, unknown;

    (void)state;
    scene_begin(&it.scene);
    static_a = scene_static_lock(&it.scene, 0);
    static_b = scene_static_lock(&it.scene, 1);
    heap_a = scene_heap_lock(&it.scene, 0, 3);
    heap_b = scene_heap_lock(&it.scene, 1, 3);
    heap_other = scene_heap_lock(&it.scene, 2, 4);
    taken_a = recording_lock(&it.scene.recording, 0x50000000, 0);
    taken_b = recording_lock(&it.scene.recording, 0x50000040, 0);
    unknown = recording_lock(&it.scene.recording, 0x50000080, 0);
    for (int i = 0; i < 2; i++) {
        dlc_ref stack = scene_stack(&it.scene, 3);

        ((struct dlc_lock_record *)recording_at(&it.scene.recording, i ? taken_b : taken_a))->first_stack = stack;
    }
    open_patterns(&it);
    assert_int_not_equal(lock_class(&it, static_a), lock_class(&it, static_b));
    assert_int_equal(lock_class(&it, heap_a), lock_class(&it, heap_b));
    assert_int_not_equal(lock_class(&it, heap_a), lock_class(&it, heap_other));
    assert_int_equal(lock_class(&it, taken_a), lock_class(&it, taken_b));
    assert_int_not_equal(lock_class(&it, taken_a), lock_class(&it, heap_a));
    assert_int_not_equal(lock_class(&it, unknown), lock_class(&it, taken_a));
    assert_int_equal(dlc_pattern_lock_class(&it.patterns, 0, 0x700000, 0), lock_class(&it, static_a));
    assert_int_equal(dlc_pattern_lock_class(&it.patterns, 0, 0x60000000, 0), lock_class(&it, unknown));
    scene_end(&it.scene);
}

static uint64_t ring_of(const uint64_t *steps, size_t count)
{
    struct dlc_sort_item items[16];

    return dlc_pattern_ring(steps, count, items, items + 8);
}

static void a_ring_has_no_first_step(void **state)
{
    static const uint64_t turns[3][3] = {{1, 2, 3}, {2, 3, 1}, {3, 1, 2}};
    static const uint64_t other[] = {1, 3, 2};

    (void)state;
    assert_int_equal(ring_of(turns[0], 3), ring_of(turns[1], 3));
    assert_int_equal(ring_of(turns[0], 3), ring_of(turns[2], 3));
    assert_int_not_equal(ring_of(turns[0], 3), ring_of(other, 3));
}

static void going_round_again_makes_no_other_pattern(void **state)
{
    static const uint64_t alike[] = {5, 5, 5, 5, 5};
    static const uint64_t twice[] = {1, 2, 1, 2};
    static const uint64_t mixed[] = {1, 2, 2};

    (void)state;
    assert_int_equal(ring_of(alike, 1), ring_of(alike, 5));
    assert_int_equal(ring_of(twice, 2), ring_of(twice, 4));
    assert_int_not_equal(ring_of(twice, 2), ring_of(mixed, 3));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_innermost_frames_are_the_place),
        cmocka_unit_test(where_a_module_was_loaded_does_not_matter),
        cmocka_unit_test(a_lock_s_class_is_where_it_came_from),
        cmocka_unit_test(a_ring_has_no_first_step),
        cmocka_unit_test(going_round_again_makes_no_other_pattern),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
