/* Every allocation of the analysis fails once: it says so, or does without, and never stumbles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/scene.h"

static size_t allocations_until_failure = SIZE_MAX;

void *__real_dlc_arena_alloc(struct dlc_arena *arena, size_t size_bytes);
void *__wrap_dlc_arena_alloc(struct dlc_arena *arena, size_t size_bytes);

void *__wrap_dlc_arena_alloc(struct dlc_arena *arena, size_t size_bytes)
{
    return allocations_until_failure-- == 0 ? NULL : __real_dlc_arena_alloc(arena, size_bytes);
}

/* Rings of two, three, four and more, and an event. */
static void populate(struct scene *scene)
{
    struct dlc_event_part part;
    dlc_ref locks[12];

    for (uint32_t i = 0; i < 12; i++)
        locks[i] = scene_heap_lock(scene, i, i);
    for (uint32_t i = 0; i < 12; i++) {
        dlc_ref node = scene_nest(scene, scene_thread(scene), 0, i, locks[i], locks[(i + 1) % 6 + i / 6 * 6]);

        scene_take(scene, node, scene_thread(scene), 0, 20 + i, locks[i / 6 * 6 + i % 3]);
    }
    memset(&part, 0, sizeof(part));
    part.held_object = 1;
    recording_event(&scene->recording, DLC_EVENT_DEADLOCK, &part, 1);
}

static void no_memory_is_told_or_done_without(void **state)
{
    struct dlc_arena arena = DLC_ARENA_EMPTY;
    struct dlc_read_error error;
    struct dlc_reader reader;
    struct scene scene;
    size_t refused = 0;
    size_t nth = 0;
    bool failed;

    (void)state;
    scene_begin(&scene);
    populate(&scene);
    assert_true(dlc_reader_check(&reader, &arena, scene.recording.bytes, scene.recording.size_bytes, &error));
    do {
        allocations_until_failure = nth++;
        refused += !dlc_analyze(&scene.findings, &reader);
        failed = allocations_until_failure == SIZE_MAX || allocations_until_failure > nth;
        allocations_until_failure = SIZE_MAX;
        dlc_findings_release(&scene.findings);
    } while (failed);
    assert_true(nth > 100);
    assert_true(refused > 50);
    assert_true(dlc_analyze(&scene.findings, &reader));
    assert_true(scene.findings.count > 3);
    dlc_arena_release(&arena);
    scene_end(&scene);
}

static void the_reader_tells_that_there_is_no_memory(void **state)
{
    struct dlc_arena arena = DLC_ARENA_EMPTY;
    struct dlc_reader reader;
    struct scene scene;

    (void)state;
    scene_begin(&scene);
    for (size_t nth = 0; nth < 4; nth++) {
        struct dlc_read_error error = {.problem = NULL};

        allocations_until_failure = nth;
        assert_false(dlc_reader_check(&reader, &arena, scene.recording.bytes, scene.recording.size_bytes, &error));
        allocations_until_failure = SIZE_MAX;
        assert_non_null(error.problem);
        assert_int_not_equal(error.error_number, 0);
    }
    dlc_arena_release(&arena);
    scene_end(&scene);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_memory_is_told_or_done_without),
        cmocka_unit_test(the_reader_tells_that_there_is_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
