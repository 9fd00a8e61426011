#include "libdlcheck/analyze/pattern.h"

#include <string.h>

#include "libdlcheck/base/hash.h"
#include "libdlcheck/base/uthash_arena.h"

struct dlc_pattern_stack {
    dlc_ref stack;
    uint64_t place;
    UT_hash_handle hh;
};

/* What a lock's class was derived from; part of the class, so that two sources never give equal classes. */
enum class_source { CLASS_UNKNOWN = 1, CLASS_STATIC, CLASS_INITIALISED, CLASS_FIRST_TAKEN };

void dlc_patterns_open(struct dlc_patterns *patterns, const struct dlc_reader *reader, struct dlc_arena *arena)
{
    patterns->reader = reader;
    patterns->arena = arena;
    patterns->stacks = NULL;
}

static uint64_t module_hash(const struct dlc_module_record *module)
{
    return dlc_hash_bytes(module->path, strlen(module->path));
}

static uint64_t frame_hash(const struct dlc_reader *reader, uint64_t address, uint32_t unload_epoch)
{
    const struct dlc_module_record *module = dlc_reader_module_at(reader, address - 1, unload_epoch);

    return module ? dlc_hash_add(module_hash(module), address - module->bias) : CLASS_UNKNOWN;
}

static uint64_t place_of(const struct dlc_reader *reader, const struct dlc_stack_record *stack)
{
    uint32_t frames = stack && stack->frame_count < DLC_PATTERN_FRAMES ? stack->frame_count : DLC_PATTERN_FRAMES;
    uint64_t hash = 0;

    for (uint32_t i = 0; stack && i < frames; i++)
        hash = dlc_hash_add(hash, frame_hash(reader, stack->frames[i], stack->unload_epoch));
    return hash;
}

uint64_t dlc_pattern_place(struct dlc_patterns *patterns, dlc_ref stack)
{
    struct dlc_arena *uthash_arena = patterns->arena;
    struct dlc_pattern_stack *known;
    uint64_t place;

    HASH_FIND(hh, patterns->stacks, &stack, sizeof(stack), known);
    if (known)
        return known->place;
    place = place_of(patterns->reader, dlc_reader_stack(patterns->reader, stack));
    known = dlc_arena_alloc(patterns->arena, sizeof(*known));
    if (known) {
        known->stack = stack;
        known->place = place;
        HASH_ADD(hh, patterns->stacks, stack, sizeof(stack), known);
    }
    return place;
}

uint64_t dlc_pattern_lock_class(struct dlc_patterns *patterns, dlc_ref lock, uint64_t address,
                                uint32_t unload_epoch)
{
    const struct dlc_lock_record *record = dlc_reader_lock(patterns->reader, lock);
    const struct dlc_module_record *module;

    if (record) {
        address = record->address;
        unload_epoch = record->unload_epoch;
    }
    module = dlc_reader_module_at(patterns->reader, address, unload_epoch);
    if (module)
        return dlc_hash_add(dlc_hash_add(CLASS_STATIC, module_hash(module)), address - module->bias);
    if (record && dlc_reader_stack(patterns->reader, record->init_stack))
        return dlc_hash_add(CLASS_INITIALISED, dlc_pattern_place(patterns, record->init_stack));
    if (record && dlc_reader_stack(patterns->reader, record->first_stack))
        return dlc_hash_add(CLASS_FIRST_TAKEN, dlc_pattern_place(patterns, record->first_stack));
    return CLASS_UNKNOWN;
}

uint64_t dlc_pattern_step(uint64_t wait_class, uint64_t wait_place, uint64_t hold_place)
{
    return dlc_hash_add(dlc_hash_add(wait_class, wait_place), hold_place);
}

uint64_t dlc_pattern_ring(const uint64_t *steps, size_t count, struct dlc_sort_item *items,
                          struct dlc_sort_item *scratch)
{
    uint64_t hash = 0;

    for (size_t i = 0; i < count; i++)
        items[i] = (struct dlc_sort_item){dlc_hash_add(steps[i], steps[i + 1 < count ? i + 1 : 0]), 0};
    dlc_sort(items, scratch, count);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || items[i].key != items[i - 1].key)
            hash = dlc_hash_add(hash, items[i].key);
    }
    return hash;
}
