/* base/map against an array, with keys that come and go, so that tables are outgrown, swept and used again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "libdlcheck/base/map.h"
#include "tests/support/random.h"

#define KEYS       3000u
#define OPERATIONS 400000u

static uint64_t key_of(uint32_t index)
{
    /* Some neighbours, some far apart: both kinds occur. */
    return index % 2 ? 2 + index : (uint64_t)index << 33 | 2;
}

static void agrees_with_an_array(void **state)
{
    static uint32_t twin[KEYS];
    struct test_random random = {20240817};
    struct dlc_map map = {.count = 0};

    (void)state;
    for (uint32_t i = 0; i < OPERATIONS; i++) {
        uint32_t index = random_below(&random, i / 100 % KEYS + 1);

        if (random_one_in(&random, 3)) {
            dlc_map_remove(&map, key_of(index));
            twin[index] = 0;
        } else {
            twin[index] = random_below(&random, 1000) + 1;
            assert_true(dlc_map_set(&map, key_of(index), twin[index]));
        }
        index = random_below(&random, KEYS);
        assert_int_equal(dlc_map_get(&map, key_of(index)), twin[index]);
    }
    for (uint32_t index = 0; index < KEYS; index++)
        assert_int_equal(dlc_map_get(&map, key_of(index)), twin[index]);
    dlc_map_release(&map);
}

static void tables_do_not_grow_with_the_number_of_changes(void **state)
{
    struct dlc_map map = {.count = 0};

    (void)state;
    for (uint64_t key = 2; key < 1000000; key++) {
        assert_true(dlc_map_set(&map, key, 1));
        dlc_map_remove(&map, key);
    }
    assert_true(dlc_map_capacity(&map) <= 256);
    dlc_map_release(&map);
}

static void count_if_expected(uint64_t key, uint32_t value, void *argument)
{
    assert_int_equal(key, value);
    ++*(uint32_t *)argument;
}

static void every_key_is_visited_once(void **state)
{
    struct dlc_map map = {.count = 0};
    uint32_t visited = 0;

    (void)state;
    for (uint32_t key = 2; key < 1002; key++)
        assert_true(dlc_map_set(&map, key, key));
    for (uint32_t key = 2; key < 1002; key += 2)
        dlc_map_remove(&map, key);
    dlc_map_each(&map, count_if_expected, &visited);
    assert_int_equal(visited, 500);
    dlc_map_release(&map);
}

static void an_empty_map_has_nothing(void **state)
{
    struct dlc_map map = {.count = 0};

    (void)state;
    assert_int_equal(dlc_map_get(&map, 2), 0);
    dlc_map_remove(&map, 2);
    dlc_map_release(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_an_array),
        cmocka_unit_test(tables_do_not_grow_with_the_number_of_changes),
        cmocka_unit_test(every_key_is_visited_once),
        cmocka_unit_test(an_empty_map_has_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
