#include "libdlcheck/analyze/sort.h"

#include <stdbool.h>
#include <string.h>

/* Below this, the counters of a radix pass cost more than the comparisons. */
#define INSERTION_MOST 48

static void sort_few(struct dlc_sort_item *items, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct dlc_sort_item item = items[i];
        size_t at = i;

        for (; at > 0 && items[at - 1].key > item.key; at--)
            items[at] = items[at - 1];
        items[at] = item;
    }
}

/* One pass by the byte at `shift`; false when all items have the same byte there, so that nothing was moved. */
static bool radix_pass(const struct dlc_sort_item *from, struct dlc_sort_item *to, size_t count, unsigned shift)
{
    size_t starts[256] = {0};
    size_t start = 0;

    for (size_t i = 0; i < count; i++)
        starts[from[i].key >> shift & 255]++;
    if (starts[from[0].key >> shift & 255] == count)
        return false;
    for (size_t byte = 0; byte < 256; byte++) {
        size_t here = starts[byte];

        starts[byte] = start;
        start += here;
    }
    for (size_t i = 0; i < count; i++)
        to[starts[from[i].key >> shift & 255]++] = from[i];
    return true;
}

void dlc_sort(struct dlc_sort_item *items, struct dlc_sort_item *scratch, size_t count)
{
    struct dlc_sort_item *from = items;
    struct dlc_sort_item *to = scratch;

    if (count <= INSERTION_MOST) {
        sort_few(items, count);
        return;
    }
    for (unsigned shift = 0; shift < 64; shift += 8) {
        if (radix_pass(from, to, count, shift)) {
            struct dlc_sort_item *sorted = to;

            to = from;
            from = sorted;
        }
    }
    if (from != items)
        memcpy(items, from, count * sizeof(*items));
}
