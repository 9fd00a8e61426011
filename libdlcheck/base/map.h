/*
 * A hash map from 64-bit keys to 32-bit values: readers take no lock, writers are serialised by their caller.
 * Open addressing with linear probing in pages of its own. A table that was outgrown stays mapped for readers that
 * are still in it and is used again when a table of its size is needed, so the memory taken stays below four times
 * the live table however often keys come and go.
 *
 * All zero is an empty map. Keys 0 and 1 are reserved: mix keys first (dlc_hash_mix) or offset them.
 */
#ifndef DLC_BASE_MAP_H
#define DLC_BASE_MAP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct dlc_map_table;

#define DLC_MAP_SIZES 40

struct dlc_map {
    _Atomic(struct dlc_map_table *) table;
    _Atomic uint64_t version;                     /* moves when another table takes over */
    uint64_t used;                                /* slots that are not free: keys and graves */
    uint64_t count;                               /* keys */
    struct dlc_map_table *retired[DLC_MAP_SIZES]; /* by log2 of the capacity */
};

/* The value of `key`, or 0. Any thread, any time, also inside a signal handler. */
uint32_t dlc_map_get(const struct dlc_map *map, uint64_t key);

/* Sets `key` to `value` (not 0). False: no memory; the map is as before. Writers only. */
bool dlc_map_set(struct dlc_map *map, uint64_t key, uint32_t value);

/* Forgets `key` when it is there. Writers only. */
void dlc_map_remove(struct dlc_map *map, uint64_t key);

/* Calls `visit` for every key. It may remove keys. Writers only. */
void dlc_map_each(struct dlc_map *map, void (*visit)(uint64_t key, uint32_t value, void *argument),
                  void *argument);

/* Slots that dlc_map_each looks at. */
uint64_t dlc_map_capacity(const struct dlc_map *map);

/* Gives all memory back. No reader may be inside. */
void dlc_map_release(struct dlc_map *map);

#endif
