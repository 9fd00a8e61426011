/*
 * Stable sorting in linear time, because qsort may call malloc.
 */
#ifndef DLC_ANALYZE_SORT_H
#define DLC_ANALYZE_SORT_H

#include <stddef.h>
#include <stdint.h>

struct dlc_sort_item {
    uint64_t key;
    uint32_t value; /* goes along */
};

/* Sorts by key, smallest first; equal keys keep their order. `scratch` has room for `count` items. */
void dlc_sort(struct dlc_sort_item *items, struct dlc_sort_item *scratch, size_t count);

#endif
