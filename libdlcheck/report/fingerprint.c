#include "libdlcheck/report/fingerprint.h"

#include <string.h>

#include "libdlcheck/analyze/sort.h"
#include "libdlcheck/base/hash.h"
#include "libdlcheck/report/cast.h"
#include "libdlcheck/report/lock_name.h"
#include "libdlcheck/report/report.h"

/* Deeper callers tell paths to one bug apart rather than bugs. */
#define DEPTH 5

static uint64_t hash_text(const char *text)
{
    return dlc_hash_bytes(text, strlen(text));
}

static uint64_t hash_frame(const struct dlc_frame *frame)
{
    uint64_t hash = hash_text(frame->module ? dlc_backtrace_base_name(frame->module) : "");

    if (frame->symbol)
        return dlc_hash_add(dlc_hash_add(hash, hash_text(frame->symbol)), frame->function_offset);
    /* Code of no module (made at run time) lies elsewhere in every run. */
    return frame->module ? dlc_hash_add(hash, frame->module_offset) : hash;
}

uint64_t dlc_fingerprint_stack(const struct dlc_reader *reader, dlc_ref ref, size_t depth,
                               struct dlc_symboliser *symboliser, struct dlc_backtrace *scratch)
{
    uint64_t hash = 0;
    size_t end;

    dlc_backtrace_load(scratch, reader, ref, symboliser);
    /* Where the C library starts a program or a thread changes with its version. What dlc_backtrace_load trims
       beyond that depends on lines being known: not so here. */
    for (end = scratch->loaded; end > 0 && (dlc_backtrace_is_libc(&scratch->frames[end - 1]) ||
                                            dlc_backtrace_is_own(&scratch->frames[end - 1]));)
        end--;
    for (size_t i = 0; i < end && depth; i++) {
        const struct dlc_frame *frame = &scratch->frames[i];

        if (frame->inlined || dlc_backtrace_is_own(frame))
            continue;
        hash = dlc_hash_add(hash, hash_frame(frame));
        depth--;
    }
    return hash;
}

static uint64_t hash_step(const struct dlc_reader *reader, const struct dlc_step *step,
                          struct dlc_symboliser *symboliser, struct dlc_backtrace *scratch)
{
    const struct dlc_hold *hold = dlc_cast_main_hold(step);
    uint64_t hash = dlc_hash_mix(step->wait_kind + 1);

    hash = dlc_hash_add(hash, dlc_fingerprint_stack(reader, step->wait_stack, DEPTH, symboliser, scratch));
    if (dlc_cast_wants_lock(step))
        hash = dlc_hash_add(hash,
                            dlc_lock_class_hash(reader, step->wait_lock, step->wait_address, symboliser, scratch));
    if (hold) {
        hash = dlc_hash_add(hash, dlc_fingerprint_stack(reader, hold->stack, DEPTH, symboliser, scratch));
        hash = dlc_hash_add(hash, dlc_lock_class_hash(reader, hold->lock, hold->address, symboliser, scratch));
    }
    return hash;
}

/* Each value once, in any order: how many threads stand in one place varies from run to run. */
static uint64_t hash_set(struct dlc_sort_item *items, struct dlc_sort_item *scratch, size_t count)
{
    uint64_t sum = 0;

    dlc_sort(items, scratch, count);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || items[i].key != items[i - 1].key)
            sum += dlc_hash_mix(items[i].key);
    }
    return sum;
}

/* A ring is the set of its neighbouring pairs: the same wherever one starts. */
static void pair_neighbours(struct dlc_sort_item *items, size_t count)
{
    uint64_t first = items[0].key;

    for (size_t i = 0; i < count; i++)
        items[i].key = dlc_hash_add(items[i].key, i + 1 < count ? items[i + 1].key : first);
}

static uint64_t hash_steps(const struct dlc_finding *finding, struct dlc_sort_item *items,
                           struct dlc_sort_item *scratch, size_t count)
{
    switch (finding->kind) {
    case DLC_FINDING_DEADLOCK:
    case DLC_FINDING_POSSIBLE_DEADLOCK:
        pair_neighbours(items, count);
        return hash_set(items, scratch, count);
    case DLC_FINDING_HANG:
        return hash_set(items, scratch, count);
    case DLC_FINDING_MISUSE:
        return dlc_hash_add(items[0].key, finding->rule);
    case DLC_FINDING_KIND_COUNT:
        break;
    }
    return 0;
}

uint64_t dlc_report_fingerprint(const struct dlc_reader *reader, const struct dlc_finding *finding,
                                struct dlc_symboliser *symboliser)
{
    struct dlc_arena arena = DLC_ARENA_EMPTY;
    size_t count = finding->step_count;
    struct dlc_backtrace *backtrace = dlc_arena_alloc(&arena, sizeof(*backtrace));
    struct dlc_sort_item *items = dlc_arena_alloc(&arena, count * sizeof(*items));
    struct dlc_sort_item *scratch = dlc_arena_alloc(&arena, count * sizeof(*scratch));
    uint64_t fingerprint = finding->pattern;

    if (backtrace && items && scratch && count) {
        for (size_t i = 0; i < count; i++)
            items[i].key = hash_step(reader, &finding->steps[i], symboliser, backtrace);
        fingerprint = dlc_hash_mix(hash_steps(finding, items, scratch, count));
    }
    dlc_arena_release(&arena);
    return fingerprint;
}
