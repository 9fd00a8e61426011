#include "libdlcheck/track/locks.h"

#include <string.h>

#include "libdlcheck/base/futex_lock.h"
#include "libdlcheck/base/map.h"
#include "libdlcheck/record/writer.h"
#include "libdlcheck/track/lifetime.h"
#include "libdlcheck/track/stack.h"

#define LOCK_ALIGNMENT 8u

uint32_t dlc_lock_buckets[DLC_BUCKETS] __attribute__((aligned(64)));
uint8_t dlc_lock_regions[DLC_REGIONS];
uint32_t dlc_lock_records;

static struct {
    struct dlc_futex_lock lock;
    struct dlc_map by_address;
    dlc_ref free_records; /* linked through first_stack */
    uint32_t recyclable;
    uint32_t generations;
    uint16_t unshared[DLC_BUCKETS]; /* unshared nested locks in each bucket */
} locks;

static bool is_watched(const struct dlc_lock_record *record)
{
    return (record->flags & (DLC_LOCK_SHARED | DLC_LOCK_NESTED | DLC_LOCK_DEAD)) == DLC_LOCK_NESTED;
}

static void set_bucket_owner(uint32_t bucket, uint32_t owner)
{
    uint32_t value = (dlc_lock_buckets[bucket] & ~DLC_BUCKET_OWNER_MASK) | owner;

    __atomic_store_n(&dlc_lock_buckets[bucket], value, __ATOMIC_RELAXED);
}

static void move_epoch(uint32_t bucket)
{
    __atomic_store_n(&dlc_lock_buckets[bucket], dlc_lock_buckets[bucket] + DLC_BUCKET_OWNER_MASK + 1,
                     __ATOMIC_RELAXED);
}

/* `record` has become an unshared nested lock of `owner_id`'s thread. */
static void watch(const struct dlc_lock_record *record, uint32_t owner_id)
{
    uint32_t bucket = dlc_bucket_of(record->address);
    uint32_t owner = dlc_lock_buckets[bucket] & DLC_BUCKET_OWNER_MASK;

    if (locks.unshared[bucket] < UINT16_MAX)
        locks.unshared[bucket]++;
    if (owner != owner_id || !owner_id)
        set_bucket_owner(bucket, owner == 0 && owner_id ? owner_id : DLC_BUCKET_MIXED);
}

/* `record` is about to be no longer that: shared, or ended. A count that once was full stays there: the bucket is
   then watched for good, which only costs time. */
static void unwatch(const struct dlc_lock_record *record)
{
    uint32_t bucket = dlc_bucket_of(record->address);

    if (locks.unshared[bucket] < UINT16_MAX && --locks.unshared[bucket] == 0)
        set_bucket_owner(bucket, 0);
}

static struct dlc_lock_record *record_at(uint64_t address, dlc_ref *ref)
{
    *ref = dlc_map_get(&locks.by_address, address);
    return *ref ? dlc_writer_at(*ref) : NULL;
}

static struct dlc_lock_record *take_record(dlc_ref *ref)
{
    struct dlc_lock_record *record;

    *ref = locks.free_records;
    if (!*ref)
        return dlc_writer_add(DLC_KIND_LOCK, sizeof *record, ref);
    record = dlc_writer_at(*ref);
    locks.free_records = record->first_stack;
    return record;
}

static void give_record_back(struct dlc_lock_record *record, dlc_ref ref)
{
    record->first_stack = locks.free_records;
    record->flags = 0;
    record->record.size_bytes = 0;
    locks.free_records = ref;
}

/* A counter that was full once stays full. */
static void enter_region(uint64_t address)
{
    uint8_t count = *dlc_region_of(address);

    if (count < UINT8_MAX)
        __atomic_store_n(dlc_region_of(address), count + 1, __ATOMIC_RELAXED);
}

static void leave_region(uint64_t address)
{
    uint8_t count = *dlc_region_of(address);

    if (count && count < UINT8_MAX)
        __atomic_store_n(dlc_region_of(address), count - 1, __ATOMIC_RELAXED);
}

static struct dlc_lock_record *begin(struct dlc_thread *thread, uint64_t address, struct dlc_lock_traits traits,
                                     dlc_ref *ref)
{
    struct dlc_lock_record *record = take_record(ref);

    if (!record) {
        dlc_writer_count(DLC_COUNT_RECORDS_DROPPED, 1);
        return NULL;
    }
    record->address = address;
    record->kind = traits.kind;
    record->flags = traits.flags;
    record->generation = ++locks.generations;
    record->init_stack = 0;
    record->first_stack = 0;
    record->first_thread = thread->ref;
    record->unload_epoch = dlc_stack_unload_epoch();
    __atomic_store_n(&dlc_lock_records, dlc_lock_records + 1, __ATOMIC_RELAXED);
    enter_region(address);
    if (!dlc_map_set(&locks.by_address, address, *ref)) {
        give_record_back(record, *ref);
        leave_region(address);
        __atomic_store_n(&dlc_lock_records, dlc_lock_records - 1, __ATOMIC_RELAXED);
        dlc_writer_count(DLC_COUNT_RECORDS_DROPPED, 1);
        return NULL;
    }
    return record;
}

static void end_record(struct dlc_lock_record *record, dlc_ref ref)
{
    dlc_map_remove(&locks.by_address, record->address);
    leave_region(record->address);
    __atomic_store_n(&dlc_lock_records, dlc_lock_records - 1, __ATOMIC_RELAXED);
    if (is_watched(record))
        unwatch(record);
    move_epoch(dlc_bucket_of(record->address));
    dlc_lock_add_flags(record, DLC_LOCK_DEAD);
    if (record->flags & (DLC_LOCK_SHARED | DLC_LOCK_IN_EVENT))
        return;
    if (record->flags & DLC_LOCK_NESTED)
        locks.recyclable++;
    else
        give_record_back(record, ref);
}

static void note_taken(struct dlc_lock_record *record, const struct dlc_thread *thread)
{
    if (record->first_thread == thread->ref || (record->flags & DLC_LOCK_SHARED))
        return;
    if (is_watched(record))
        unwatch(record);
    dlc_lock_add_flags(record, DLC_LOCK_SHARED);
}

void dlc_locks_initialised(struct dlc_thread *thread, uint64_t address, struct dlc_lock_traits traits,
                           dlc_ref stack)
{
    struct dlc_lock_record *record;
    dlc_ref ref;

    dlc_futex_lock_acquire(&locks.lock);
    record = record_at(address, &ref);
    if (record)
        end_record(record, ref);
    record = begin(thread, address, traits, &ref);
    if (record) {
        dlc_lock_add_flags(record, DLC_LOCK_INITIALISED);
        record->init_stack = stack;
        dlc_writer_finish(record, sizeof *record);
    }
    dlc_futex_lock_release(&locks.lock);
}

dlc_ref dlc_locks_nested(struct dlc_thread *thread, uint64_t address, struct dlc_lock_traits traits, dlc_ref stack)
{
    struct dlc_lock_record *record;
    bool is_new = false;
    dlc_ref ref;

    dlc_lifetime_check_frame_lock(thread, address);
    record = record_at(address, &ref);
    if (record && (record->flags & (DLC_LOCK_NESTED | DLC_LOCK_SHARED)) == (DLC_LOCK_NESTED | DLC_LOCK_SHARED))
        return ref;
    dlc_futex_lock_acquire(&locks.lock);
    record = record_at(address, &ref);
    if (!record) {
        record = begin(thread, address, traits, &ref);
        is_new = record != NULL;
        if (is_new && dlc_threads_ever() > 1)
            dlc_lock_add_flags(record, DLC_LOCK_UNCERTAIN);
    }
    if (record) {
        note_taken(record, thread);
        if (!record->first_stack)
            record->first_stack = stack;
        if (!(record->flags & DLC_LOCK_NESTED)) {
            dlc_lock_add_flags(record, DLC_LOCK_NESTED);
            if (is_watched(record))
                watch(record, thread->owner_id);
        }
        if (is_new)
            dlc_writer_finish(record, sizeof *record);
    }
    dlc_futex_lock_release(&locks.lock);
    if (is_new)
        dlc_lifetime_new_lock(address, ref);
    return record ? ref : 0;
}

void dlc_locks_taken(struct dlc_thread *thread, uint64_t address)
{
    struct dlc_lock_record *record;
    dlc_ref ref;

    dlc_lifetime_check_frame_lock(thread, address);
    record = record_at(address, &ref);
    if (!record || record->first_thread == thread->ref || (record->flags & DLC_LOCK_SHARED))
        return;
    dlc_futex_lock_acquire(&locks.lock);
    record = record_at(address, &ref);
    if (record)
        note_taken(record, thread);
    dlc_futex_lock_release(&locks.lock);
}

dlc_ref dlc_locks_find(uint64_t address)
{
    return dlc_map_get(&locks.by_address, address);
}

void dlc_locks_flag(uint64_t address, uint32_t flags)
{
    struct dlc_lock_record *record;
    dlc_ref ref;

    dlc_futex_lock_acquire(&locks.lock);
    record = record_at(address, &ref);
    if (record)
        dlc_lock_add_flags(record, flags);
    dlc_futex_lock_release(&locks.lock);
}

void dlc_locks_end(uint64_t address)
{
    struct dlc_lock_record *record;
    dlc_ref ref;

    if (!dlc_map_get(&locks.by_address, address))
        return;
    dlc_futex_lock_acquire(&locks.lock);
    record = record_at(address, &ref);
    if (record)
        end_record(record, ref);
    dlc_futex_lock_release(&locks.lock);
}

struct range {
    uint64_t start;
    uint64_t end;
};

static void end_if_between(uint64_t address, uint32_t ref, void *argument)
{
    const struct range *range = argument;

    if (address >= range->start && address < range->end)
        end_record(dlc_writer_at(ref), ref);
}

void dlc_locks_end_between(uint64_t start, uint64_t end)
{
    struct range range = {start, end};

    /* Small blocks are looked through place by place, large ones (terabytes are reserved and given back) lock by
       lock. */
    if ((end - start) / LOCK_ALIGNMENT <= dlc_map_capacity(&locks.by_address)) {
        for (uint64_t at = (start + LOCK_ALIGNMENT - 1) & ~(uint64_t)(LOCK_ALIGNMENT - 1); at < end;
             at += LOCK_ALIGNMENT)
            if (dlc_locks_near(at))
                dlc_locks_end(at);
        return;
    }
    dlc_futex_lock_acquire(&locks.lock);
    dlc_map_each(&locks.by_address, end_if_between, &range);
    dlc_futex_lock_release(&locks.lock);
}

uint32_t dlc_locks_recyclable(void)
{
    return __atomic_load_n(&locks.recyclable, __ATOMIC_RELAXED);
}

static void choose(void *record, dlc_ref ref, void *argument)
{
    struct dlc_lock_record *lock = record;
    uint32_t deciding = DLC_LOCK_NESTED | DLC_LOCK_DEAD | DLC_LOCK_SHARED | DLC_LOCK_IN_EVENT;

    (void)ref;
    (void)argument;
    if (lock->record.size_bytes && (lock->flags & deciding) == (DLC_LOCK_NESTED | DLC_LOCK_DEAD))
        dlc_lock_add_flags(lock, DLC_LOCK_RECYCLING);
}

void dlc_locks_choose_recyclable(void)
{
    dlc_futex_lock_acquire(&locks.lock);
    dlc_writer_each(DLC_KIND_LOCK, sizeof(struct dlc_lock_record), choose, NULL);
    dlc_futex_lock_release(&locks.lock);
}

void dlc_locks_recycled(void)
{
    __atomic_store_n(&locks.recyclable, 0, __ATOMIC_RELAXED);
}

void dlc_locks_forget(dlc_ref lock)
{
    dlc_futex_lock_acquire(&locks.lock);
    give_record_back(dlc_writer_at(lock), lock);
    dlc_futex_lock_release(&locks.lock);
}

void dlc_locks_void_caches(void)
{
    dlc_futex_lock_acquire(&locks.lock);
    for (uint32_t bucket = 0; bucket < DLC_BUCKETS; bucket++)
        move_epoch(bucket);
    dlc_futex_lock_release(&locks.lock);
}

void dlc_locks_reset(void)
{
    dlc_map_release(&locks.by_address);
    memset(&locks, 0, sizeof locks);
    memset(dlc_lock_buckets, 0, sizeof dlc_lock_buckets);
    memset(dlc_lock_regions, 0, sizeof dlc_lock_regions);
    dlc_lock_records = 0;
}
