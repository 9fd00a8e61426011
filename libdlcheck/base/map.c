#include "libdlcheck/base/map.h"

#include <string.h>

#include "libdlcheck/base/arena.h"
#include "libdlcheck/base/hash.h"

#define FREE_KEY   UINT64_C(0)
#define GRAVE_KEY  UINT64_C(1)
#define FIRST_LOG2 8

struct slot {
    _Atomic uint64_t key;
    _Atomic uint32_t value;
};

struct dlc_map_table {
    uint64_t mask;
    uint32_t log2_capacity;
    struct slot slots[];
};

static size_t table_bytes(uint32_t log2_capacity)
{
    return sizeof(struct dlc_map_table) + sizeof(struct slot) * ((size_t)1 << log2_capacity);
}

/* The slot of `key`, or the free slot that ends its probe sequence. A table in use always has free slots; a
   retired one that is being filled again might briefly have none in sight, hence the bound. */
static struct slot *probe(struct dlc_map_table *table, uint64_t key)
{
    uint64_t at = dlc_hash_mix(key) & table->mask;

    for (uint64_t steps = 0; steps <= table->mask; steps++, at = (at + 1) & table->mask) {
        uint64_t found = atomic_load_explicit(&table->slots[at].key, memory_order_acquire);

        if (found == key || found == FREE_KEY)
            return &table->slots[at];
    }
    return NULL;
}

uint32_t dlc_map_get(const struct dlc_map *map, uint64_t key)
{
    for (;;) {
        uint64_t version = atomic_load_explicit(&map->version, memory_order_acquire);
        struct dlc_map_table *table = atomic_load_explicit(&map->table, memory_order_acquire);
        uint32_t value = 0;
        struct slot *slot;

        if (!table)
            return 0;
        slot = probe(table, key);
        if (slot && atomic_load_explicit(&slot->key, memory_order_acquire) == key)
            value = atomic_load_explicit(&slot->value, memory_order_acquire);
        atomic_thread_fence(memory_order_acquire);
        if (version == atomic_load_explicit(&map->version, memory_order_relaxed))
            return value;
    }
}

static struct dlc_map_table *take_table(struct dlc_map *map, uint32_t log2_capacity)
{
    struct dlc_map_table *table = map->retired[log2_capacity];

    if (table) {
        map->retired[log2_capacity] = NULL;
        memset(table->slots, 0, sizeof(struct slot) << log2_capacity);
        return table;
    }
    table = dlc_pages_map(table_bytes(log2_capacity));
    if (table) {
        table->mask = ((uint64_t)1 << log2_capacity) - 1;
        table->log2_capacity = log2_capacity;
    }
    return table;
}

static bool rebuild(struct dlc_map *map)
{
    struct dlc_map_table *old = atomic_load_explicit(&map->table, memory_order_relaxed);
    uint32_t log2_capacity = FIRST_LOG2;
    struct dlc_map_table *table;

    while (((uint64_t)1 << log2_capacity) < map->count * 3 && log2_capacity + 1 < DLC_MAP_SIZES)
        log2_capacity++;
    table = take_table(map, log2_capacity);
    if (!table)
        return false;
    if (old) {
        for (uint64_t i = 0; i <= old->mask; i++) {
            uint64_t key = atomic_load_explicit(&old->slots[i].key, memory_order_relaxed);

            if (key != FREE_KEY && key != GRAVE_KEY) {
                struct slot *slot = probe(table, key);

                atomic_store_explicit(&slot->value,
                                      atomic_load_explicit(&old->slots[i].value, memory_order_relaxed),
                                      memory_order_relaxed);
                atomic_store_explicit(&slot->key, key, memory_order_relaxed);
            }
        }
        map->retired[old->log2_capacity] = old;
    }
    map->used = map->count;
    atomic_store_explicit(&map->table, table, memory_order_release);
    atomic_fetch_add_explicit(&map->version, 1, memory_order_release);
    return true;
}

bool dlc_map_set(struct dlc_map *map, uint64_t key, uint32_t value)
{
    struct dlc_map_table *table = atomic_load_explicit(&map->table, memory_order_relaxed);
    struct slot *slot;

    if (!table || (map->used + 1) * 3 > (table->mask + 1) * 2) {
        if (!rebuild(map))
            return false;
        table = atomic_load_explicit(&map->table, memory_order_relaxed);
    }
    slot = probe(table, key);
    atomic_store_explicit(&slot->value, value, memory_order_release);
    if (atomic_load_explicit(&slot->key, memory_order_relaxed) == FREE_KEY) {
        atomic_store_explicit(&slot->key, key, memory_order_release);
        map->used++;
        map->count++;
    }
    return true;
}

void dlc_map_remove(struct dlc_map *map, uint64_t key)
{
    struct dlc_map_table *table = atomic_load_explicit(&map->table, memory_order_relaxed);
    struct slot *slot = table ? probe(table, key) : NULL;

    /* A grave is never filled again, only swept by the next rebuild: a reader that saw the key may still read the
       value beside it. */
    if (slot && atomic_load_explicit(&slot->key, memory_order_relaxed) == key) {
        atomic_store_explicit(&slot->key, GRAVE_KEY, memory_order_release);
        map->count--;
    }
}

void dlc_map_each(struct dlc_map *map, void (*visit)(uint64_t key, uint32_t value, void *argument), void *argument)
{
    struct dlc_map_table *table = atomic_load_explicit(&map->table, memory_order_relaxed);

    for (uint64_t i = 0; table && i <= table->mask; i++) {
        uint64_t key = atomic_load_explicit(&table->slots[i].key, memory_order_relaxed);

        if (key != FREE_KEY && key != GRAVE_KEY)
            visit(key, atomic_load_explicit(&table->slots[i].value, memory_order_relaxed), argument);
    }
}

uint64_t dlc_map_capacity(const struct dlc_map *map)
{
    const struct dlc_map_table *table = atomic_load_explicit(&map->table, memory_order_relaxed);

    return table ? table->mask + 1 : 0;
}

void dlc_map_release(struct dlc_map *map)
{
    struct dlc_map_table *table = atomic_load_explicit(&map->table, memory_order_relaxed);

    if (table)
        dlc_pages_unmap(table, table_bytes(table->log2_capacity));
    for (uint32_t i = 0; i < DLC_MAP_SIZES; i++)
        if (map->retired[i])
            dlc_pages_unmap(map->retired[i], table_bytes(i));
    memset(map, 0, sizeof *map);
}
