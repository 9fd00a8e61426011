/* The recording while it is written: what a reader finds, and what happens where no file, or no larger one, can be
 * had. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "libdlcheck/record/reader.h"
#include "libdlcheck/record/writer.h"

static char folder[] = "/tmp/dlcheck-writer-XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    char command[64];

    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static dlc_ref add_lock(uint64_t address)
{
    struct dlc_lock_record *lock;
    dlc_ref ref;

    lock = dlc_writer_add(DLC_KIND_LOCK, sizeof *lock, &ref);
    if (!lock)
        return 0;
    assert_ptr_equal(lock, dlc_writer_at(ref));
    assert_int_equal(lock->address, 0);
    lock->address = address;
    dlc_writer_finish(lock, sizeof *lock);
    return ref;
}

/* Counts the locks that a reader sees; each is as it was written. */
static uint32_t locks_seen(void)
{
    struct dlc_arena arena = DLC_ARENA_EMPTY;
    struct dlc_read_error error;
    struct dlc_reader reader;
    uint32_t count = 0;

    assert_true(dlc_reader_check(&reader, &arena, dlc_writer_base, dlc_writer_size_bytes(), &error));
    for (dlc_ref ref = 0; (ref = dlc_reader_next(&reader, DLC_KIND_LOCK, ref)) != 0; count++)
        assert_int_equal(dlc_reader_lock(&reader, ref)->address, 8 * ((uint64_t)count + 1));
    dlc_arena_release(&arena);
    return count;
}

static void many_records_are_all_read_back(void **state)
{
    char problem[512];

    (void)state;
    assert_true(dlc_writer_open(folder, 64 << 20, problem, sizeof problem));
    assert_string_equal(problem, "");
    for (uint32_t i = 0; i < 50000; i++)
        assert_int_not_equal(add_lock(8 * ((uint64_t)i + 1)), 0);
    assert_int_equal(locks_seen(), 50000);
    dlc_writer_abandon();
}

static void a_record_longer_than_a_chunk_is_read_back(void **state)
{
    static char text[3 * DLC_CHUNK_BYTES];
    struct dlc_arena arena = DLC_ARENA_EMPTY;
    struct dlc_read_error error;
    struct dlc_reader reader;
    char problem[512];
    dlc_ref ref;

    (void)state;
    memset(text, 'x', sizeof text);
    assert_true(dlc_writer_open(folder, 64 << 20, problem, sizeof problem));
    ref = dlc_writer_text(text, sizeof text);
    assert_int_not_equal(ref, 0);
    assert_int_not_equal(add_lock(8), 0);
    assert_true(dlc_reader_check(&reader, &arena, dlc_writer_base, dlc_writer_size_bytes(), &error));
    assert_int_equal(strlen(dlc_reader_string(&reader, ref)), sizeof text);
    assert_int_equal(locks_seen(), 1);
    dlc_arena_release(&arena);
    dlc_writer_abandon();
}

static void at_its_largest_size_a_recording_refuses_and_counts(void **state)
{
    char problem[512];
    uint32_t kept = 0;

    (void)state;
    assert_true(dlc_writer_open(folder, 1 << 20, problem, sizeof problem));
    while (kept < 100000 && add_lock(8 * ((uint64_t)kept + 1)))
        kept++;
    assert_in_range(kept, 5000, 1 << 20);
    assert_int_equal(add_lock(8), 0);
    assert_true(dlc_writer_header()->counters[DLC_COUNT_GROWTH_FAILED] >= 2);
    assert_int_equal(locks_seen(), kept);
    dlc_writer_abandon();
}

static void a_file_size_limit_raises_no_signal(void **state)
{
    struct rlimit before;
    struct rlimit limit;
    char problem[512];
    uint32_t kept = 0;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = before;
    limit.rlim_cur = 1 << 20;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_true(dlc_writer_open(folder, 64 << 20, problem, sizeof problem));
    while (kept < 100000 && add_lock(8 * ((uint64_t)kept + 1)))
        kept++;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_in_range(kept, 5000, 1 << 20);
    assert_int_equal(locks_seen(), kept);
    dlc_writer_abandon();
}

static void without_a_folder_memory_serves(void **state)
{
    char problem[512];

    (void)state;
    assert_true(dlc_writer_open("/proc/no/such/folder", 64 << 20, problem, sizeof problem));
    assert_non_null(strstr(problem, "/proc/no/such/folder"));
    for (uint32_t i = 0; i < 20000; i++)
        assert_int_not_equal(add_lock(8 * ((uint64_t)i + 1)), 0);
    assert_int_equal(locks_seen(), 20000);
    dlc_writer_abandon();
}

static void recordings_of_one_process_get_names_of_their_own(void **state)
{
    char path[2][64];
    struct stat status;
    char problem[512];

    (void)state;
    for (int i = 0; i < 2; i++) {
        assert_true(dlc_writer_open(folder, 64 << 20, problem, sizeof problem));
        snprintf(path[i], sizeof path[i], "%s/%d.%d.dlc", folder, getpid(), i);
        dlc_writer_abandon();
    }
    for (int i = 0; i < 2; i++)
        assert_int_equal(stat(path[i], &status), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_records_are_all_read_back),
        cmocka_unit_test(a_record_longer_than_a_chunk_is_read_back),
        cmocka_unit_test(at_its_largest_size_a_recording_refuses_and_counts),
        cmocka_unit_test(a_file_size_limit_raises_no_signal),
        cmocka_unit_test(without_a_folder_memory_serves),
        cmocka_unit_test(recordings_of_one_process_get_names_of_their_own),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
