/* The table of options and its parser. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "libdlcheck/base/options.h"

struct fixture {
    struct dlc_options options;
    char problem[256];
};

static bool parse(struct fixture *it, const char *text)
{
    dlc_options_defaults(&it->options);
    it->problem[0] = '\0';
    return dlc_options_parse(&it->options, text, it->problem, sizeof(it->problem));
}

static void defaults_are_those_of_the_table(void **state)
{
    struct fixture it;

    (void)state;
    assert_true(parse(&it, ""));
    assert_string_equal(it.options.dir, "dlcheck.out");
    assert_string_equal(it.options.log, "");
    assert_int_equal(it.options.on_deadlock, DLC_ON_DEADLOCK_EXIT);
    assert_int_equal(it.options.max_recording, 1 << 30);
    assert_int_equal(it.options.print, 1);
}

static void every_row_takes_its_own_default(void **state)
{
    struct fixture it;

    (void)state;
    dlc_options_defaults(&it.options);
    for (size_t i = 0; i < dlc_option_row_count; i++) {
        const struct dlc_option_row *row = &dlc_option_rows[i];

        assert_true(dlc_options_set(&it.options, row->name, strlen(row->name), row->initial, strlen(row->initial),
                                    it.problem, sizeof(it.problem)));
    }
}

static void values_are_set(void **state)
{
    struct fixture it;

    (void)state;
    assert_true(parse(&it, "dir=/tmp/x:on_deadlock=abort:frames=7:all=1:max_recording=2M::"));
    assert_string_equal(it.options.dir, "/tmp/x");
    assert_int_equal(it.options.on_deadlock, DLC_ON_DEADLOCK_ABORT);
    assert_int_equal(it.options.frames, 7);
    assert_int_equal(it.options.all, 1);
    assert_int_equal(it.options.max_recording, 2 << 20);
}

static void separators_in_values_are_escaped(void **state)
{
    struct fixture it;

    (void)state;
    assert_true(parse(&it, "dir=/a\\:b\\\\:log=c\\d=e"));
    assert_string_equal(it.options.dir, "/a:b\\");
    assert_string_equal(it.options.log, "c\\d=e");
}

static void limits_hold_at_the_limit_and_beyond(void **state)
{
    struct fixture it;

    (void)state;
    assert_true(parse(&it, "exitcode=255:frames=1:max_recording=64G"));
    assert_int_equal(it.options.max_recording, UINT64_C(64) << 30);
    assert_false(parse(&it, "exitcode=256"));
    assert_string_equal(it.problem, "option \"exitcode\" takes a number from 0 to 255, not \"256\"");
    assert_false(parse(&it, "frames=0"));
    assert_false(parse(&it, "max_recording=65G"));
    assert_false(parse(&it, "max_recording=18446744073709551616"));
    assert_false(parse(&it, "max_recording=18446744073709551615G"));
}

static void a_text_has_room_for_its_longest_value_and_no_more(void **state)
{
    struct fixture it;
    char text[DLC_OPTION_TEXT_BYTES + 8] = "dir=";

    (void)state;
    memset(text + 4, 'x', DLC_OPTION_TEXT_BYTES - 1);
    assert_true(parse(&it, text));
    assert_int_equal(strlen(it.options.dir), DLC_OPTION_TEXT_BYTES - 1);
    text[4 + DLC_OPTION_TEXT_BYTES - 1] = 'x';
    assert_false(parse(&it, text));
    assert_string_equal(it.options.dir, "dlcheck.out");
    assert_string_equal(it.problem, "option \"dir\" takes at most 1023 bytes");
}

static void the_first_problem_is_told_and_the_rest_still_set(void **state)
{
    static const struct {
        const char *text;
        const char *problem;
    } wrong[] = {
        {"nosuch=1", "there is no option \"nosuch\""},
        {"di=1", "there is no option \"di\""},
        {"dirs=1", "there is no option \"dirs\""},
        {"=1", "there is no option \"\""},
        {"dir", "\"dir\" is not of the form option=value"},
        {"frames=", "option \"frames\" takes a number from 1 to 512, not \"\""},
        {"frames=K", "option \"frames\" takes a number from 1 to 512, not \"K\""},
        {"frames=-1", "option \"frames\" takes a number from 1 to 512, not \"-1\""},
        {"on_deadlock=exi", "option \"on_deadlock\" takes one of exit|continue|abort, not \"exi\""},
    };
    struct fixture it;

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_false(parse(&it, wrong[i].text));
        assert_string_equal(it.problem, wrong[i].problem);
    }
    assert_false(parse(&it, "nosuch=1:frames=9:other=2"));
    assert_string_equal(it.problem, "there is no option \"nosuch\"");
    assert_int_equal(it.options.frames, 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_those_of_the_table),
        cmocka_unit_test(every_row_takes_its_own_default),
        cmocka_unit_test(values_are_set),
        cmocka_unit_test(separators_in_values_are_escaped),
        cmocka_unit_test(limits_hold_at_the_limit_and_beyond),
        cmocka_unit_test(a_text_has_room_for_its_longest_value_and_no_more),
        cmocka_unit_test(the_first_problem_is_told_and_the_rest_still_set),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
