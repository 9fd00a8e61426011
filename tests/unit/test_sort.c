/* Sorting against a naive twin. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "libdlcheck/analyze/sort.h"
#include "tests/support/random.h"

#define ITEMS 3000u

/* Keys that differ in some of their bytes only, values in the order in which they stand. */
static void fill(struct dlc_sort_item *items, size_t count, uint64_t mask, struct test_random *random)
{
    for (size_t i = 0; i < count; i++)
        items[i] = (struct dlc_sort_item){random_next(random) & mask, (uint32_t)i};
}

static void items_come_out_sorted_and_equal_ones_keep_their_order(void **state)
{
    static const uint64_t masks[] = {0, 1, 0xff, 0xff00, UINT64_MAX, UINT64_C(0xf00000000000000f)};
    static const size_t counts[] = {0, 1, 2, 47, 48, 49, 50, 257, ITEMS};
    static struct dlc_sort_item items[ITEMS], scratch[ITEMS];
    struct test_random random = {1};

    (void)state;
    for (size_t at = 0; at < sizeof(masks) / sizeof(masks[0]) * (sizeof(counts) / sizeof(counts[0])); at++) {
        size_t count = counts[at / 6];
        bool seen[ITEMS] = {false};

        fill(items, count, masks[at % 6], &random);
        dlc_sort(items, scratch, count);
        for (size_t i = 0; i < count; i++) {
            assert_false(seen[items[i].value]);
            seen[items[i].value] = true;
            if (i > 0)
                assert_true(items[i - 1].key < items[i].key ||
                            (items[i - 1].key == items[i].key && items[i - 1].value < items[i].value));
        }
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_come_out_sorted_and_equal_ones_keep_their_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
