/* Damaged recordings: whatever the bytes are, reading and analysing them ends, soon, in good order (property.h).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/fuzz/property.h"
#include "tests/support/random.h"
#include "tests/support/scene.h"

#define ROUNDS 3000u

/* A few of everything, with cycles. */
static void populate(struct scene *scene)
{
    dlc_ref locks[4], threads[4];
    struct dlc_event_part parts[2];

    memset(parts, 0, sizeof(parts));
    for (uint32_t i = 0; i < 4; i++) {
        locks[i] = scene_heap_lock(scene, i, i % 2);
        threads[i] = scene_child(scene, i ? threads[0] : 0, i);
    }
    for (uint32_t i = 0; i < 12; i++) {
        dlc_ref node = scene_nest(scene, threads[i % 4], i / 4, i % 3, locks[i % 4], locks[(i + 1 + i / 4) % 4]);

        recording_trail(&scene->recording, node, threads[(i + 1) % 4], 0);
        recording_trail(&scene->recording, node, threads[(i + 2) % 4], 1);
    }
    parts[0].thread = threads[0];
    parts[0].lock = locks[0];
    recording_event(&scene->recording, DLC_EVENT_DEADLOCK, parts, 2);
    recording_text(&scene->recording, "program");
}

/* An offset within what is in use of a random chunk: elsewhere a fault would hardly be noticed. */
static size_t random_offset(const struct scene *scene, struct test_random *random)
{
    size_t chunk = random_below(random, (uint32_t)(scene->recording.size_bytes / DLC_CHUNK_BYTES));
    const struct dlc_chunk *head = (const void *)(scene->recording.bytes + chunk * DLC_CHUNK_BYTES);
    uint32_t used = chunk == 0 ? sizeof(struct dlc_header) : head->used_bytes;

    return chunk * DLC_CHUNK_BYTES + random_below(random, used);
}

static void damage(uint8_t *at, struct test_random *random)
{
    switch (random_below(random, 4)) {
    case 0:
        *at ^= (uint8_t)(1u << random_below(random, 8));
        break;
    case 1:
        *at = (uint8_t)random_next(random);
        break;
    case 2:
        *at = 0xff;
        break;
    default:
        *at = (uint8_t)(*at + 1);
        break;
    }
}

static void damaged_bytes_do_no_harm(void **state)
{
    struct test_random random = {3};
    struct scene scene;
    uint8_t *copy;

    (void)state;
    scene_begin(&scene);
    populate(&scene);
    copy = aligned_alloc(DLC_CHUNK_BYTES, scene.recording.size_bytes);
    assert_non_null(copy);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        memcpy(copy, scene.recording.bytes, scene.recording.size_bytes);
        for (uint32_t faults = 1 + random_below(&random, 6); faults > 0; faults--)
            damage(copy + random_offset(&scene, &random), &random);
        fuzz_property_of_recording(copy, scene.recording.size_bytes);
    }
    free(copy);
    scene_end(&scene);
}

static void a_recording_cut_off_anywhere_is_read_or_refused(void **state)
{
    struct scene scene;
    size_t chunks;

    (void)state;
    scene_begin(&scene);
    populate(&scene);
    chunks = scene.recording.size_bytes / DLC_CHUNK_BYTES;
    for (size_t count = chunks; count > 0; count--) {
        recording_header(&scene.recording)->chunk_count = (uint32_t)count;
        fuzz_property_of_recording(scene.recording.bytes, scene.recording.size_bytes);
        fuzz_property_of_recording(scene.recording.bytes, count * DLC_CHUNK_BYTES);
        for (size_t less = 1; less < DLC_CHUNK_BYTES; less += 97)
            fuzz_property_of_recording(scene.recording.bytes, count * DLC_CHUNK_BYTES - less);
    }
    scene_end(&scene);
}

static void chunks_that_lost_their_records_do_no_harm(void **state)
{
    struct scene scene;
    uint8_t *copy;

    (void)state;
    scene_begin(&scene);
    populate(&scene);
    copy = aligned_alloc(DLC_CHUNK_BYTES, scene.recording.size_bytes);
    assert_non_null(copy);
    for (size_t chunk = 1; chunk < scene.recording.size_bytes / DLC_CHUNK_BYTES; chunk++) {
        memcpy(copy, scene.recording.bytes, scene.recording.size_bytes);
        memset(copy + chunk * DLC_CHUNK_BYTES + sizeof(struct dlc_chunk), 0,
               DLC_CHUNK_BYTES - sizeof(struct dlc_chunk));
        fuzz_property_of_recording(copy, scene.recording.size_bytes);
        memset(copy + chunk * DLC_CHUNK_BYTES, 0, DLC_CHUNK_BYTES);
        fuzz_property_of_recording(copy, scene.recording.size_bytes);
    }
    free(copy);
    scene_end(&scene);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(damaged_bytes_do_no_harm),
        cmocka_unit_test(a_recording_cut_off_anywhere_is_read_or_refused),
        cmocka_unit_test(chunks_that_lost_their_records_do_no_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
