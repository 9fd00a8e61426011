/*
 * Locks: which address is which lock, during which lifetime.
 *
 * A lock gets a record when it is initialised by a call or when it first takes part in nesting; one that is
 * neither costs nothing. Its lifetime ends by one of the verbs in lifetime.h; the next lock at the same address is
 * another one.
 *
 * Buckets: a small table indexed by a hash of the address, which the fast paths read. The upper half of a bucket
 * is its epoch, which moves when a lock in it ends (node caches compare it); the lower half tells whose unshared
 * nested locks are in it, so that the first acquisition by another thread, even one that nests nothing, is
 * noticed.
 */
#ifndef DLC_TRACK_LOCKS_H
#define DLC_TRACK_LOCKS_H

#include <stdbool.h>
#include <stdint.h>

#include "libdlcheck/record/format.h"
#include "libdlcheck/track/thread.h"

#define DLC_BUCKET_BITS       12
#define DLC_BUCKETS           (1u << DLC_BUCKET_BITS)
#define DLC_BUCKET_OWNER_MASK 0xffffu
#define DLC_BUCKET_MIXED      0xffffu /* unshared locks of several threads */

extern uint32_t dlc_lock_buckets[DLC_BUCKETS];

static inline uint32_t dlc_bucket_of(uint64_t address)
{
    return (uint32_t)((address * UINT64_C(0x9e3779b97f4a7c15)) >> (64 - DLC_BUCKET_BITS));
}

static inline uint32_t dlc_bucket_load(uint64_t address)
{
    return __atomic_load_n(&dlc_lock_buckets[dlc_bucket_of(address)], __ATOMIC_RELAXED);
}

/* Flags are added by several rooms, with and without the table's lock. */
static inline void dlc_lock_add_flags(struct dlc_lock_record *record, uint32_t flags)
{
    __atomic_fetch_or(&record->flags, flags, __ATOMIC_RELAXED);
}

/* What an interposer can tell of a lock: enum dlc_lock_kind and the type bits of enum dlc_lock_flags. */
struct dlc_lock_traits {
    uint32_t kind;
    uint32_t flags;
};

/* All of the following: inside only. */

/* An init call succeeded: whatever lock was at `address` has ended, a new one begins. */
void dlc_locks_initialised(struct dlc_thread *thread, uint64_t address, struct dlc_lock_traits traits,
                           dlc_ref stack);

/* The LOCK record for a nested acquisition by `thread` at `stack` (made when it is missing; 0: no room, counted).
   Notes that `thread` takes it. */
dlc_ref dlc_locks_nested(struct dlc_thread *thread, uint64_t address, struct dlc_lock_traits traits,
                         dlc_ref stack);

/* Notes that `thread` takes the lock at `address`, when that has a record. */
void dlc_locks_taken(struct dlc_thread *thread, uint64_t address);

/* The LOCK record at `address`, or 0. */
dlc_ref dlc_locks_find(uint64_t address);

/* Sets flags of the lock at `address`, when it has a record. */
void dlc_locks_flag(uint64_t address, uint32_t flags);

/* The lock at `address` has ended, when there was one with a record. */
void dlc_locks_end(uint64_t address);

/* All locks in a range of memory have ended. */
void dlc_locks_end_between(uint64_t start, uint64_t end);

/* Locks that ended, were only taken by one thread, and are still in the tree: worth a recycling pass when many. */
uint32_t dlc_locks_recyclable(void);

/* Marks (DLC_LOCK_RECYCLING) the locks that a recycling pass is to take out of the tree: those that end during the
   pass wait for the next one. */
void dlc_locks_choose_recyclable(void);

/* A recycling pass is over: the locks that it left in the tree stay there for good. */
void dlc_locks_recycled(void);

/* Gives the record of an ended lock back for reuse; the tree no longer names it. */
void dlc_locks_forget(dlc_ref lock);

/* Voids all node caches: every bucket moves to its next epoch. */
void dlc_locks_void_caches(void);

/* Tells whether a lock with a record may lie in the same 128 bytes as `address` (or in such that share its
   counter, 16 MiB further on). Any thread, any time; so that free() and friends need not look for locks
   everywhere. */
#define DLC_REGION_BYTES 128u
#define DLC_REGIONS      131072u
extern uint8_t dlc_lock_regions[DLC_REGIONS];

static inline uint8_t *dlc_region_of(uint64_t address)
{
    return &dlc_lock_regions[address / DLC_REGION_BYTES % DLC_REGIONS];
}

static inline bool dlc_locks_near(uint64_t address)
{
    return __atomic_load_n(dlc_region_of(address), __ATOMIC_RELAXED) != 0;
}

/* Whether any lock has a record at all. */
extern uint32_t dlc_lock_records;
static inline bool dlc_locks_any(void)
{
    return __atomic_load_n(&dlc_lock_records, __ATOMIC_RELAXED) != 0;
}

/* In a forked child: forgets the parent's locks. */
void dlc_locks_reset(void);

#endif
