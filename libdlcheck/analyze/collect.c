#include "libdlcheck/analyze/collect.h"

#include "libdlcheck/analyze/labels.h"
#include "libdlcheck/analyze/sort.h"
#include "libdlcheck/base/uthash_arena.h"

struct dlc_collected {
    struct dlc_finding finding;
    UT_hash_handle hh;
};

struct dlc_finding *dlc_collection_find(struct dlc_collection *collection, uint64_t pattern)
{
    struct dlc_collected *found;

    HASH_FIND(hh, collection->table, &pattern, sizeof(pattern), found);
    return found ? &found->finding : NULL;
}

struct dlc_finding *dlc_collection_add(struct dlc_collection *collection, uint64_t pattern)
{
    struct dlc_arena *uthash_arena = collection->arena;
    struct dlc_collected *added = dlc_arena_alloc(collection->arena, sizeof(*added));

    if (!added)
        return NULL;
    added->finding.pattern = pattern;
    HASH_ADD(hh, collection->table, finding.pattern, sizeof(added->finding.pattern), added);
    return dlc_collection_find(collection, pattern);
}

static uint64_t report_position(const struct dlc_finding *finding)
{
    uint64_t position = dlc_finding_reported(finding) ? 0 : 1;

    return position << 40 | (uint64_t)finding->kind << 32 | dlc_labels_rank(finding->labels);
}

bool dlc_collection_finish(struct dlc_collection *collection, struct dlc_findings *findings)
{
    size_t count = HASH_COUNT(collection->table);
    struct dlc_finding **found = dlc_arena_alloc(collection->arena, count * sizeof(struct dlc_finding *));
    struct dlc_sort_item *items = dlc_arena_alloc(collection->arena, 2 * count * sizeof(*items));
    size_t at = 0;

    findings->items = dlc_arena_alloc(collection->arena, count * sizeof(*findings->items));
    if (!found || !items || !findings->items)
        return false;
    for (struct dlc_collected *entry = collection->table; entry; entry = entry->hh.next) {
        items[at] = (struct dlc_sort_item){report_position(&entry->finding), (uint32_t)at};
        found[at++] = &entry->finding;
        for (unsigned label = 0; label < DLC_LABEL_COUNT; label++)
            findings->label_counts[label] += entry->finding.labels >> label & 1;
    }
    dlc_sort(items, items + count, count);
    for (size_t i = 0; i < count; i++)
        findings->items[i] = *found[items[i].value];
    findings->count = count;
    return true;
}
