/* Mixing functions for hash tables. */
#ifndef DLC_BASE_HASH_H
#define DLC_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* Spreads the entropy of `value` over all bits; a bijection (the finaliser of MurmurHash3). */
static inline uint64_t dlc_hash_mix(uint64_t value)
{
    value ^= value >> 33;
    value *= UINT64_C(0xff51afd7ed558ccd);
    value ^= value >> 33;
    value *= UINT64_C(0xc4ceb9fe1a85ec53);
    return value ^ (value >> 33);
}

/* Folds one more value into a running hash; the order matters. */
static inline uint64_t dlc_hash_add(uint64_t hash, uint64_t value)
{
    return dlc_hash_mix(hash ^ (value + UINT64_C(0x9e3779b97f4a7c15) + (hash << 6) + (hash >> 2)));
}

static inline uint64_t dlc_hash_bytes(const void *bytes, size_t size_bytes)
{
    const unsigned char *at = bytes;
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < size_bytes; i++)
        hash = (hash ^ at[i]) * UINT64_C(0x100000001b3);
    return dlc_hash_mix(hash);
}

#endif
