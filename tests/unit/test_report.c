/* Titles, fingerprints, lock names and texts, with names from a symboliser of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "libdlcheck/report/backtrace.h"
#include "libdlcheck/report/prose.h"
#include "libdlcheck/report/report.h"
#include "libdlcheck/report/words.h"
#include "tests/support/scene.h"

/* As scene.c lays them out. */
#define FUNCTIONS    UINT64_C(0x400000)
#define STATIC_LOCKS UINT64_C(0x700000)
#define HEAP         UINT64_C(0x1000000)

/* What may differ between the runtime and the tools, or between builds. */
struct names {
    struct dlc_symboliser symboliser;
    bool with_lines;      /* lines, and an inlined frame before each */
    unsigned moved_bytes; /* every offset within its function is larger by this */
    char text[64][32];
    unsigned used;
};

static const char *number_name(struct names *names, const char *prefix, uint64_t number)
{
    char *text = names->text[names->used++ % 64];

    snprintf(text, 32, "%s%lu", prefix, number);
    return text;
}

static size_t frames(struct dlc_symboliser *self, const struct dlc_reader *reader, uint64_t address,
                     uint32_t unload_epoch, struct dlc_frame *frame, size_t capacity)
{
    struct names *names = self->state;
    struct dlc_frame found = {.module = "/opt/app", .module_offset = address - FUNCTIONS};

    (void)reader, (void)unload_epoch;
    if (!capacity)
        return 0;
    found.function = found.symbol = number_name(names, "f", (address - FUNCTIONS) / 0x100);
    found.function_offset = (address - FUNCTIONS) % 0x100 + names->moved_bytes;
    if (!names->with_lines || capacity == 1) {
        *frame = found;
        return 1;
    }
    found.file = "/src/app.c";
    found.line = (unsigned)(address % 0x100);
    frame[1] = found;
    found.function = "std::lock_guard";
    found.inlined = true;
    frame[0] = found;
    return 2;
}

static const char *object(struct dlc_symboliser *self, const struct dlc_reader *reader, uint64_t address,
                          uint32_t unload_epoch, uint64_t *offset, const char **module)
{
    (void)reader, (void)unload_epoch;
    *offset = 0;
    *module = "/opt/app";
    return address >= STATIC_LOCKS && address < HEAP
               ? number_name(self->state, "lock", (address - STATIC_LOCKS) / 64)
               : NULL;
}

static void names_begin(struct names *names)
{
    memset(names, 0, sizeof(*names));
    names->symboliser = (struct dlc_symboliser){.frames = frames, .object = object, .state = names};
}

/* Function 1 takes `a` then `b`, function `second` the other way round. */
static void clash(struct scene *scene, uint32_t second, bool heap)
{
    dlc_ref main_thread, locks[2];

    scene_begin(scene);
    main_thread = scene_thread(scene);
    for (uint32_t i = 0; i < 2; i++)
        locks[i] = heap ? scene_heap_lock(scene, i, 7 + i) : scene_static_lock(scene, i);
    scene_nest(scene, scene_child(scene, main_thread, 0), 0, 1, locks[0], locks[1]);
    scene_nest(scene, scene_child(scene, main_thread, 1), 0, second, locks[1], locks[0]);
    scene_analyze(scene);
    assert_int_equal(scene->findings.count, 1);
}

static uint64_t fingerprint(struct scene *scene, struct names *names)
{
    return dlc_report_fingerprint(&scene->reader, &scene->findings.items[0], &names->symboliser);
}

static uint64_t fingerprint_of_clash(uint32_t second, bool heap, unsigned moved_bytes, bool with_lines)
{
    struct names names;
    struct scene scene;
    uint64_t result;

    names_begin(&names);
    names.moved_bytes = moved_bytes;
    names.with_lines = with_lines;
    clash(&scene, second, heap);
    result = fingerprint(&scene, &names);
    scene_end(&scene);
    return result;
}

static void a_fingerprint_tells_bugs_apart_and_nothing_else(void **state)
{
    uint64_t first = fingerprint_of_clash(2, false, 0, false);

    (void)state;
    assert_int_equal(first, fingerprint_of_clash(2, false, 0, false));
    assert_int_equal(first, fingerprint_of_clash(2, false, 0, true));
    assert_int_not_equal(first, fingerprint_of_clash(3, false, 0, false));
    assert_int_not_equal(first, fingerprint_of_clash(2, true, 0, false));
    assert_int_not_equal(first, fingerprint_of_clash(2, false, 1, false));
}

static void a_ring_has_one_fingerprint_and_one_title_wherever_it_starts(void **state)
{
    struct names names;
    struct scene scene;
    struct dlc_finding *finding;
    struct dlc_step first;
    uint64_t before;
    char title[256], turned[256];

    (void)state;
    names_begin(&names);
    clash(&scene, 2, false);
    finding = &scene.findings.items[0];
    before = fingerprint(&scene, &names);
    dlc_report_title(title, sizeof(title), &scene.reader, finding, &names.symboliser);
    first = finding->steps[0];
    finding->steps[0] = finding->steps[1];
    finding->steps[1] = first;
    assert_int_equal(before, fingerprint(&scene, &names));
    dlc_report_title(turned, sizeof(turned), &scene.reader, finding, &names.symboliser);
    assert_string_equal(title, turned);
    assert_string_equal(title, "POSSIBLE DEADLOCK: f1 (lock0, lock1) and f2 (lock1, lock0)");
    scene_end(&scene);
}

static void a_title_is_cut_where_it_does_not_fit(void **state)
{
    struct names names;
    struct scene scene;
    char title[24];

    (void)state;
    names_begin(&names);
    clash(&scene, 2, false);
    for (size_t room = 1; room <= sizeof(title); room++) {
        memset(title, '#', sizeof(title));
        dlc_report_title(title, room, &scene.reader, &scene.findings.items[0], &names.symboliser);
        assert_int_equal(strlen(title), room - 1);
    }
    scene_end(&scene);
}

static void a_heap_lock_is_called_by_where_it_was_initialised(void **state)
{
    struct names names;
    struct scene scene;
    char name[128];
    dlc_ref lock;

    (void)state;
    names_begin(&names);
    scene_begin(&scene);
    lock = scene_heap_lock(&scene, 0, 7);
    scene_analyze(&scene);
    dlc_report_lock_name(name, sizeof(name), &scene.reader, lock, 0x10000000, &names.symboliser);
    assert_string_equal(name, "mutex initialised in f7+0x7 of app");
    names.with_lines = true;
    dlc_report_lock_name(name, sizeof(name), &scene.reader, lock, 0x10000000, &names.symboliser);
    assert_string_equal(name, "mutex initialised at /src/app.c:7 in f7");
    dlc_report_lock_name(name, sizeof(name), &scene.reader, 0, 0x10000000, &names.symboliser);
    assert_string_equal(name, "unnamed mutex");
    scene_end(&scene);
}

/* Stacks as gcc makes them at -O0: names from the symbol table alone, mangled or not. */
static size_t named_frames(struct dlc_symboliser *self, const struct dlc_reader *reader, uint64_t address,
                           uint32_t unload_epoch, struct dlc_frame *frame, size_t capacity)
{
    const struct dlc_frame *all = self->state;

    (void)reader, (void)unload_epoch;
    assert_true(capacity > 0);
    *frame = all[address];
    return 1;
}

static void plumbing_and_start_up_are_left_out(void **state)
{
    static const struct dlc_frame all[] = {
        {.function = "pthread_mutex_lock", .module = "/usr/lib/libdlcheck.so"},
        {.function = "_ZL20__gthread_mutex_lockP15pthread_mutex_t", .module = "/opt/app"},
        {.function = "std::mutex::lock", .module = "/opt/app"},
        {.function = "take", .module = "/opt/app"},
        {.function = "std::sort", .module = "/opt/app"},
        {.function = "work", .module = "/opt/app"},
        {.function = "_ZNSt6thread11_State_implE", .module = "/opt/app"},
        {.module = "/usr/lib/libstdc++.so.6"},
        {.function = "thread_entry", .module = "/usr/lib/libdlcheck.so"},
        {.module = "/lib/libc.so.6"},
        {.function = "__clone3", .module = "/lib/libc.so.6"},
    };
    struct dlc_symboliser symboliser = {.frames = named_frames, .state = (void *)all};
    uint64_t addresses[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    struct dlc_backtrace backtrace;
    struct scene scene;
    dlc_ref stack;

    (void)state;
    scene_begin(&scene);
    stack = recording_stack(&scene.recording, addresses, 11);
    scene_analyze(&scene);
    dlc_backtrace_load(&backtrace, &scene.reader, stack, &symboliser);
    assert_int_equal(backtrace.end - backtrace.first, 3);
    assert_string_equal(dlc_backtrace_top(&backtrace)->function, "take");
    assert_string_equal(backtrace.frames[backtrace.end - 1].function, "work");
    dlc_backtrace_load(&backtrace, &scene.reader, 0, &symboliser);
    assert_null(dlc_backtrace_top(&backtrace));
    scene_end(&scene);
}

/* Everything that was written, in memory that the caller frees. */
static char *written(struct dlc_output *output)
{
    off_t size;
    char *text;

    dlc_output_flush(output);
    size = lseek(output->descriptor, 0, SEEK_END);
    text = calloc(1, (size_t)size + 1);
    assert_int_equal(pread(output->descriptor, text, (size_t)size, 0), size);
    close(output->descriptor);
    return text;
}

static void a_report_says_all_that_is_needed_in_order(void **state)
{
    static const char *const parts[] = {
        "POSSIBLE DEADLOCK: f1 (lock0, lock1) and f2 (lock1, lock0)\n",
        "\n  Process\n",
        "\n  Threads\n",
        "    T2",
        "    T3",
        "\n  Locks\n",
        "M1 is lock0",
        "M2 is lock1",
        "\n  How it can happen\n",
        "T2 in f1",
        "T3 in f2",
        "Thread T2 holds M1 (lock0), taken at\n      #0 f1 (/src/app.c:7)\n",
        "then waits for M2 (lock1) at\n      #0 f1",
        "Thread T3 holds M2 (lock1), taken at\n      #0 f2",
        "then waits for M1 (lock0) at\n      #0 f2",
        "\n  Can it really happen?\n    parallel: ",
        "\n  What to do\n",
        "in f2 take M1 (lock0) before M2 (lock1)",
        "\n  Suppression\n    possible-deadlock fingerprint=",
    };
    struct dlc_report_style style = {0};
    struct dlc_output output;
    struct names names;
    struct scene scene;
    char *text;
    const char *at;

    (void)state;
    names_begin(&names);
    names.with_lines = true;
    clash(&scene, 2, false);
    dlc_output_open(&output, memfd_create("report", MFD_CLOEXEC));
    assert_int_equal(dlc_report_findings(&output, &scene.reader, &scene.findings, &names.symboliser, &style), 1);
    at = text = written(&output);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        const char *found = strstr(at, parts[i]);

        if (!found)
            fail_msg("\"%s\" is not in what follows:\n%s", parts[i], at);
        at = found;
    }
    assert_null(strstr(text, "0x"));
    free(text);
    scene_end(&scene);
}

static void the_footer_is_empty_unless_something_was_lost_or_counted(void **state)
{
    struct dlc_output output;
    struct names names;
    struct scene scene;
    char *text;

    (void)state;
    names_begin(&names);
    clash(&scene, 2, false);
    assert_false(dlc_report_has_footer(&scene.reader, &scene.findings, false));
    dlc_output_open(&output, memfd_create("footer", MFD_CLOEXEC));
    dlc_report_footer(&output, &scene.reader, &scene.findings, false);
    text = written(&output);
    assert_string_equal(text, "");
    free(text);

    recording_header(&scene.recording)->counters[DLC_COUNT_EVENTS_INSIDE] = 3;
    assert_true(dlc_report_has_footer(&scene.reader, &scene.findings, false));
    dlc_output_open(&output, memfd_create("footer", MFD_CLOEXEC));
    dlc_report_footer(&output, &scene.reader, &scene.findings, false);
    text = written(&output);
    assert_non_null(strstr(text, "\n    3 lock operations in signal handlers"));
    free(text);
    scene_end(&scene);
}

static void prose_is_broken_at_its_width(void **state)
{
    struct dlc_output output;
    char words[400] = "", *text;

    (void)state;
    for (int i = 0; i < 60; i++)
        strcat(words, "word ");
    dlc_output_open(&output, memfd_create("prose", MFD_CLOEXEC));
    dlc_prose(&output, 4, words);
    text = written(&output);
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        assert_true(strlen(line) <= DLC_PROSE_WIDTH);
        assert_int_equal(strncmp(line, "    word", 8), 0);
    }
    free(text);
}

static void everything_has_a_name_and_words(void **state)
{
    (void)state;
    for (unsigned i = 0; i < DLC_FINDING_KIND_COUNT; i++) {
        assert_string_not_equal(dlc_report_kind_name(i), "unknown");
        assert_string_not_equal(dlc_words_certainty(i), "UNKNOWN");
    }
    for (unsigned i = 0; i < DLC_LABEL_COUNT; i++)
        assert_true(*dlc_report_label_name(i) && *dlc_words_label(i) &&
                    !*dlc_words_label_counted(i) == (i < DLC_LABEL_GUARDED));
    for (unsigned i = DLC_RULE_NONE + 1; i < DLC_RULE_COUNT; i++)
        assert_true(*dlc_report_rule_name(i) && *dlc_words_rule(i) && *dlc_words_rule_advice(i));
    for (unsigned i = 0; i < DLC_COUNTER_COUNT; i++)
        assert_true(*dlc_report_counter_name(i) && *dlc_words_counter(i));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fingerprint_tells_bugs_apart_and_nothing_else),
        cmocka_unit_test(a_ring_has_one_fingerprint_and_one_title_wherever_it_starts),
        cmocka_unit_test(a_title_is_cut_where_it_does_not_fit),
        cmocka_unit_test(a_heap_lock_is_called_by_where_it_was_initialised),
        cmocka_unit_test(plumbing_and_start_up_are_left_out),
        cmocka_unit_test(a_report_says_all_that_is_needed_in_order),
        cmocka_unit_test(the_footer_is_empty_unless_something_was_lost_or_counted),
        cmocka_unit_test(prose_is_broken_at_its_width),
        cmocka_unit_test(everything_has_a_name_and_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
