/* The reader: what it gives, and what it says about damaged recordings. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "libdlcheck/record/reader.h"
#include "tests/support/recording_builder.h"

struct fixture {
    struct recording_builder recording;
    struct dlc_arena arena;
    struct dlc_reader reader;
    struct dlc_read_error error;
};

static int set_up(void **state)
{
    struct fixture *it = calloc(1, sizeof(*it));

    recording_begin(&it->recording);
    *state = it;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *it = *state;

    dlc_arena_release(&it->arena);
    recording_end(&it->recording);
    free(it);
    return 0;
}

static bool check(struct fixture *it)
{
    dlc_arena_release(&it->arena);
    return dlc_reader_check(&it->reader, &it->arena, it->recording.bytes, it->recording.size_bytes, &it->error);
}

static void expect_error(struct fixture *it, uint64_t offset_bytes)
{
    assert_false(check(it));
    assert_non_null(it->error.problem);
    assert_int_equal(it->error.offset_bytes, offset_bytes);
    assert_int_equal(it->error.error_number, 0);
}

static struct dlc_chunk *chunk_at(struct fixture *it, uint32_t chunk)
{
    return (struct dlc_chunk *)(void *)(it->recording.bytes + (size_t)chunk * DLC_CHUNK_BYTES);
}

static uint64_t offset_of(dlc_ref ref)
{
    return (uint64_t)ref * DLC_REF_BYTES;
}

static void records_come_back_as_they_were_written(void **state)
{
    struct fixture *it = *state;
    uint64_t frames[] = {0x1001, 0x1002, 0x1003};
    dlc_ref text = recording_text(&it->recording, "/usr/bin/program");
    dlc_ref stack = recording_stack(&it->recording, frames, 3);
    dlc_ref thread = recording_thread(&it->recording, 0, 0);
    dlc_ref lock = recording_lock(&it->recording, 0x5000, stack);
    dlc_ref node = recording_node(&it->recording, 0, lock, stack, thread, 7);

    recording_header(&it->recording)->program = text;
    assert_true(check(it));
    assert_string_equal(dlc_reader_string(&it->reader, dlc_reader_header(&it->reader)->program),
                        "/usr/bin/program");
    assert_string_equal(dlc_reader_string(&it->reader, 0), "");
    assert_int_equal(dlc_reader_stack(&it->reader, stack)->frames[2], 0x1003);
    assert_int_equal(dlc_reader_thread(&it->reader, thread)->number, 1);
    assert_int_equal(dlc_reader_lock(&it->reader, lock)->address, 0x5000);
    assert_int_equal(dlc_reader_node(&it->reader, node)->segment, 7);
}

static void a_reference_of_another_kind_is_refused(void **state)
{
    struct fixture *it = *state;
    dlc_ref lock = recording_lock(&it->recording, 0x5000, 0);
    dlc_ref thread = recording_thread(&it->recording, 0, 0);

    assert_true(check(it));
    assert_null(dlc_reader_lock(&it->reader, thread));
    assert_null(dlc_reader_thread(&it->reader, lock));
    assert_null(dlc_reader_lock(&it->reader, 0));
    assert_null(dlc_reader_lock(&it->reader, lock + 1));
    assert_null(dlc_reader_lock(&it->reader, lock - 1));
    assert_null(dlc_reader_lock(&it->reader, UINT32_MAX));
}

static void a_reference_into_a_record_is_refused(void **state)
{
    struct fixture *it = *state;
    uint64_t frames[32];
    dlc_ref stack;

    for (size_t i = 0; i < 32; i++)
        frames[i] = UINT64_C(32) | UINT64_C(32) << 32;
    stack = recording_stack(&it->recording, frames, 32);
    assert_true(check(it));
    assert_non_null(dlc_reader_stack(&it->reader, stack));
    for (dlc_ref within = 1; within < 16; within++)
        assert_null(dlc_reader_stack(&it->reader, stack + within));
}

static void unfinished_records_are_stepped_over(void **state)
{
    struct fixture *it = *state;
    uint64_t frame = 1;
    dlc_ref stacks[3], locks[3];

    for (int i = 0; i < 3; i++) {
        stacks[i] = recording_stack(&it->recording, &frame, 1);
        locks[i] = recording_lock(&it->recording, 0x1000, 0);
    }
    ((struct dlc_record *)recording_at(&it->recording, stacks[1]))->size_bytes = 0;
    ((struct dlc_record *)recording_at(&it->recording, locks[1]))->size_bytes = 0;
    assert_true(check(it));
    assert_null(dlc_reader_stack(&it->reader, stacks[1]));
    assert_null(dlc_reader_lock(&it->reader, locks[1]));
    assert_int_equal(dlc_reader_next(&it->reader, DLC_KIND_STACK, 0), stacks[0]);
    assert_int_equal(dlc_reader_next(&it->reader, DLC_KIND_STACK, stacks[0]), stacks[2]);
    assert_int_equal(dlc_reader_next(&it->reader, DLC_KIND_STACK, stacks[2]), 0);
    assert_int_equal(dlc_reader_next(&it->reader, DLC_KIND_LOCK, locks[0]), locks[2]);
    assert_int_equal(dlc_reader_next(&it->reader, DLC_KIND_EVENT, 0), 0);
}

static void what_is_finished_after_the_check_is_not_seen(void **state)
{
    struct fixture *it = *state;
    dlc_ref lock = recording_lock(&it->recording, 0x1000, 0);
    struct dlc_record *record = recording_at(&it->recording, lock);
    uint32_t size_bytes = record->size_bytes;

    record->size_bytes = 0;
    assert_true(check(it));
    record->size_bytes = size_bytes;
    assert_null(dlc_reader_lock(&it->reader, lock));
    assert_int_equal(dlc_reader_next(&it->reader, DLC_KIND_LOCK, 0), 0);
}

static void iteration_and_slots_cross_chunks(void **state)
{
    struct fixture *it = *state;
    uint32_t count = 0;

    for (uint32_t i = 0; i < 5000; i++) {
        recording_lock(&it->recording, i, 0);
        recording_node(&it->recording, 0, 1, 0, 0, i);
    }
    assert_true(check(it));
    for (dlc_ref ref = 0; (ref = dlc_reader_next(&it->reader, DLC_KIND_NODE, ref)) != 0; count++) {
        assert_int_equal(dlc_reader_node(&it->reader, ref)->segment, count);
        assert_int_equal(dlc_reader_slot(&it->reader, DLC_KIND_NODE, ref), count);
        assert_int_equal(dlc_reader_slot(&it->reader, DLC_KIND_LOCK, ref), DLC_SLOT_NONE);
    }
    assert_int_equal(count, 5000);
    assert_true(dlc_reader_slot_count(&it->reader, DLC_KIND_NODE) >= 5000);
}

static void a_record_larger_than_a_chunk_is_whole(void **state)
{
    struct fixture *it = *state;
    size_t length = 3 * DLC_CHUNK_BYTES;
    char *text = malloc(length + 1);
    dlc_ref before = recording_lock(&it->recording, 1, 0);
    dlc_ref ref, after;

    memset(text, 'x', length);
    text[length] = '\0';
    ref = recording_text(&it->recording, text);
    after = recording_thread(&it->recording, 0, 0);
    assert_true(check(it));
    assert_string_equal(dlc_reader_string(&it->reader, ref), text);
    assert_non_null(dlc_reader_lock(&it->reader, before));
    assert_non_null(dlc_reader_thread(&it->reader, after));
    free(text);
}

static void more_handed_out_than_fits_is_clamped(void **state)
{
    struct fixture *it = *state;
    dlc_ref lock = recording_lock(&it->recording, 1, 0);
    dlc_ref text = recording_text(&it->recording, "x");

    chunk_at(it, lock / 4096)->used_bytes = DLC_CHUNK_BYTES + 5000;
    chunk_at(it, text / 4096)->used_bytes = UINT32_MAX;
    assert_true(check(it));
    assert_non_null(dlc_reader_lock(&it->reader, lock));
    assert_string_equal(dlc_reader_string(&it->reader, text), "x");
}

static void a_file_grown_ahead_is_all_right(void **state)
{
    struct fixture *it = *state;
    dlc_ref lock = recording_lock(&it->recording, 1, 0);

    recording_lock(&it->recording, 2, 0);
    recording_text(&it->recording, "x");
    recording_header(&it->recording)->chunk_count = 2;
    assert_true(check(it));
    assert_non_null(dlc_reader_lock(&it->reader, lock));
    assert_int_equal(it->reader.size_bytes, 2 * DLC_CHUNK_BYTES);
}

static void a_chunk_that_was_just_begun_is_skipped_with_its_followers(void **state)
{
    struct fixture *it = *state;
    dlc_ref text = recording_text(&it->recording, "first");
    dlc_ref lock = recording_lock(&it->recording, 1, 0);
    dlc_ref thread = recording_thread(&it->recording, 0, 0);

    memset(chunk_at(it, text / 4096), 0, sizeof(struct dlc_chunk));
    assert_true(check(it));
    assert_non_null(dlc_reader_lock(&it->reader, lock));
    chunk_at(it, lock / 4096)->magic = 77;
    assert_true(check(it));
    assert_null(dlc_reader_lock(&it->reader, lock));
    assert_non_null(dlc_reader_thread(&it->reader, thread));
}

static void modules_are_looked_up_by_address_and_epoch(void **state)
{
    struct fixture *it = *state;
    dlc_ref first = recording_module(&it->recording, "/lib/first.so", 0x1000, 0x2000);
    dlc_ref second = recording_module(&it->recording, "/lib/second.so", 0x1000, 0x1800);

    ((struct dlc_module_record *)recording_at(&it->recording, first))->end_epoch = 3;
    ((struct dlc_module_record *)recording_at(&it->recording, second))->first_epoch = 3;
    assert_true(check(it));
    assert_null(dlc_reader_module_at(&it->reader, 0xfff, 0));
    assert_string_equal(dlc_reader_module_at(&it->reader, 0x1000, 0)->path, "/lib/first.so");
    assert_string_equal(dlc_reader_module_at(&it->reader, 0x1fff, 2)->path, "/lib/first.so");
    assert_string_equal(dlc_reader_module_at(&it->reader, 0x17ff, 3)->path, "/lib/second.so");
    assert_null(dlc_reader_module_at(&it->reader, 0x1800, 3));
    assert_null(dlc_reader_module_at(&it->reader, 0x2000, 0));
}

static void header_faults_are_told_where_they_are(void **state)
{
    struct fixture *it = *state;
    static const size_t offsets[] = {0,
                                     offsetof(struct dlc_header, version),
                                     offsetof(struct dlc_header, byte_order),
                                     offsetof(struct dlc_header, header_bytes),
                                     offsetof(struct dlc_header, chunk_bytes),
                                     offsetof(struct dlc_header, chunk_count),
                                     offsetof(struct dlc_header, pointer_bytes)};

    for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
        uint8_t *fault = it->recording.bytes + offsets[i];

        for (unsigned byte = 0; byte < 4; byte++)
            fault[byte] ^= 0xff;
        expect_error(it, offsets[i]);
        for (unsigned byte = 0; byte < 4; byte++)
            fault[byte] ^= 0xff;
    }
    recording_header(&it->recording)->chunk_count = 0;
    expect_error(it, offsetof(struct dlc_header, chunk_count));
    recording_header(&it->recording)->chunk_count = 2;
    expect_error(it, DLC_CHUNK_BYTES);
}

static void chunk_faults_are_told_where_they_are(void **state)
{
    struct fixture *it = *state;
    uint32_t chunk = recording_lock(&it->recording, 1, 0) / 4096;
    uint64_t base = (uint64_t)chunk * DLC_CHUNK_BYTES;

    chunk_at(it, chunk)->magic ^= 1;
    expect_error(it, base);
    chunk_at(it, chunk)->magic ^= 1;
    chunk_at(it, chunk)->kind = DLC_KIND_COUNT;
    expect_error(it, base + offsetof(struct dlc_chunk, kind));
    chunk_at(it, chunk)->kind = DLC_KIND_HEADER;
    expect_error(it, base + offsetof(struct dlc_chunk, kind));
    chunk_at(it, chunk)->kind = DLC_KIND_LOCK;
    chunk_at(it, chunk)->chunk_count = 0;
    expect_error(it, base + offsetof(struct dlc_chunk, chunk_count));
    chunk_at(it, chunk)->chunk_count = 2;
    expect_error(it, base + offsetof(struct dlc_chunk, chunk_count));
    chunk_at(it, chunk)->chunk_count = UINT32_MAX;
    expect_error(it, base + offsetof(struct dlc_chunk, chunk_count));
}

static void record_faults_are_told_where_they_are(void **state)
{
    struct fixture *it = *state;
    dlc_ref lock = recording_lock(&it->recording, 1, 0);
    dlc_ref first = recording_text(&it->recording, "first");
    dlc_ref text = recording_text(&it->recording, "second");
    struct dlc_record *fixed = recording_at(&it->recording, lock);
    struct dlc_text_record *sized = recording_at(&it->recording, text);

    assert_true(check(it));
    assert_true(first < text);
    fixed->size_bytes++;
    expect_error(it, offset_of(lock));
    fixed->size_bytes--;
    sized->record.room_bytes++;
    expect_error(it, offset_of(text));
    sized->record.room_bytes = UINT32_MAX - 15;
    expect_error(it, offset_of(text));
    sized->record.room_bytes = 32;
    sized->record.size_bytes = 33;
    expect_error(it, offset_of(text));
    sized->record.size_bytes = 23;
    sized->text_bytes = 8;
    expect_error(it, offset_of(text));
    sized->text_bytes = 0;
    expect_error(it, offset_of(text));
    sized->text_bytes = 3;
    expect_error(it, offset_of(text));
}

static void counts_beyond_their_record_are_refused(void **state)
{
    struct fixture *it = *state;
    uint64_t frames[4] = {0};
    struct dlc_held_slot slots[2];
    struct dlc_event_part parts[2];
    dlc_ref refs[4];
    uint32_t *counts[4];

    memset(slots, 0, sizeof(slots));
    memset(parts, 0, sizeof(parts));
    refs[0] = recording_stack(&it->recording, frames, 4);
    refs[1] = recording_held(&it->recording, slots, 2);
    refs[2] = recording_event(&it->recording, DLC_EVENT_HANG, parts, 2);
    refs[3] = recording_module(&it->recording, "/x", 0, 1);
    counts[0] = &((struct dlc_stack_record *)recording_at(&it->recording, refs[0]))->frame_count;
    counts[1] = &((struct dlc_held_record *)recording_at(&it->recording, refs[1]))->slot_count;
    counts[2] = &((struct dlc_event_record *)recording_at(&it->recording, refs[2]))->part_count;
    counts[3] = &((struct dlc_module_record *)recording_at(&it->recording, refs[3]))->build_id_bytes;
    *counts[3] = 32;
    for (int i = 0; i < 4; i++) {
        uint32_t right = *counts[i];

        assert_true(check(it));
        *counts[i] = right + 1;
        expect_error(it, offset_of(refs[i]));
        *counts[i] = UINT32_MAX;
        expect_error(it, offset_of(refs[i]));
        *counts[i] = right;
    }
}

static void every_truncation_is_an_error_at_its_end(void **state)
{
    struct fixture *it = *state;
    size_t size_bytes;

    recording_lock(&it->recording, 1, 0);
    recording_text(&it->recording, "x");
    size_bytes = it->recording.size_bytes;
    for (size_t size = 0; size < size_bytes; size++) {
        assert_false(dlc_reader_check(&it->reader, &it->arena, it->recording.bytes, size, &it->error));
        assert_int_equal(it->error.offset_bytes, size);
    }
}

static char *temporary_file(const struct recording_builder *recording, size_t size_bytes)
{
    static char path[] = "/tmp/dlcheck-reader-XXXXXX";
    int descriptor;

    memcpy(path + sizeof(path) - 7, "XXXXXX", 6);
    descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, recording->bytes, size_bytes), size_bytes);
    close(descriptor);
    return path;
}

static void a_file_is_opened_and_closed(void **state)
{
    struct fixture *it = *state;
    dlc_ref text = recording_text(&it->recording, "in a file");
    const char *path = temporary_file(&it->recording, it->recording.size_bytes);

    assert_true(dlc_reader_open(&it->reader, &it->arena, path, &it->error));
    unlink(path);
    assert_string_equal(dlc_reader_string(&it->reader, text), "in a file");
    dlc_reader_close(&it->reader);
}

static void what_cannot_be_opened_is_told(void **state)
{
    struct fixture *it = *state;
    const char *path;

    assert_false(dlc_reader_open(&it->reader, &it->arena, "/nonexistent/recording", &it->error));
    assert_int_equal(it->error.error_number, ENOENT);
    assert_false(dlc_reader_open(&it->reader, &it->arena, "/tmp", &it->error));
    assert_int_equal(it->error.error_number, 0);
    recording_text(&it->recording, "x");
    path = temporary_file(&it->recording, it->recording.size_bytes - 1);
    assert_false(dlc_reader_open(&it->reader, &it->arena, path, &it->error));
    assert_int_equal(it->error.offset_bytes, it->recording.size_bytes - 1);
    unlink(path);
    path = temporary_file(&it->recording, 0);
    assert_false(dlc_reader_open(&it->reader, &it->arena, path, &it->error));
    unlink(path);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(records_come_back_as_they_were_written),
        TEST(a_reference_of_another_kind_is_refused),
        TEST(a_reference_into_a_record_is_refused),
        TEST(unfinished_records_are_stepped_over),
        TEST(what_is_finished_after_the_check_is_not_seen),
        TEST(iteration_and_slots_cross_chunks),
        TEST(a_record_larger_than_a_chunk_is_whole),
        TEST(more_handed_out_than_fits_is_clamped),
        TEST(a_file_grown_ahead_is_all_right),
        TEST(a_chunk_that_was_just_begun_is_skipped_with_its_followers),
        TEST(modules_are_looked_up_by_address_and_epoch),
        TEST(header_faults_are_told_where_they_are),
        TEST(chunk_faults_are_told_where_they_are),
        TEST(record_faults_are_told_where_they_are),
        TEST(counts_beyond_their_record_are_refused),
        TEST(every_truncation_is_an_error_at_its_end),
        TEST(a_file_is_opened_and_closed),
        TEST(what_cannot_be_opened_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
