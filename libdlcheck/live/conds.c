#include "libdlcheck/live/conds.h"

#include <stdatomic.h>
#include <string.h>

#include "libdlcheck/base/hash.h"

#define CONDS 1024u

/* Both counts in one word, so that they change together. */
static _Atomic uint64_t conds[CONDS];

#define WAITING_ONE   UINT64_C(1)
#define PENDING_SHIFT 32

static _Atomic uint64_t *slot_of(uint64_t condition)
{
    return &conds[dlc_hash_mix(condition) % CONDS];
}

static uint64_t make(uint64_t waiting, uint64_t pending)
{
    return waiting | (pending < waiting ? pending : waiting) << PENDING_SHIFT;
}

static uint64_t waiting_of(uint64_t counts)
{
    return counts & UINT32_MAX;
}

static uint64_t pending_of(uint64_t counts)
{
    return counts >> PENDING_SHIFT;
}

void dlc_conds_wait_begin(uint64_t condition)
{
    atomic_fetch_add(slot_of(condition), WAITING_ONE);
}

void dlc_conds_wait_end(uint64_t condition)
{
    _Atomic uint64_t *slot = slot_of(condition);
    uint64_t counts = atomic_load(slot);
    uint64_t next;

    do {
        uint64_t waiting = waiting_of(counts) ? waiting_of(counts) - 1 : 0;
        uint64_t pending = pending_of(counts) ? pending_of(counts) - 1 : 0;

        next = make(waiting, pending);
    } while (!atomic_compare_exchange_weak(slot, &counts, next));
}

static void add_pending(uint64_t condition, uint64_t amount)
{
    _Atomic uint64_t *slot = slot_of(condition);
    uint64_t counts = atomic_load_explicit(slot, memory_order_relaxed);

    while (waiting_of(counts) > pending_of(counts) &&
           !atomic_compare_exchange_weak(slot, &counts, make(waiting_of(counts), pending_of(counts) + amount)))
        ;
}

void dlc_conds_signalled(uint64_t condition)
{
    add_pending(condition, 1);
}

void dlc_conds_broadcast(uint64_t condition)
{
    add_pending(condition, UINT32_MAX);
}

bool dlc_conds_pending(uint64_t condition)
{
    return pending_of(atomic_load(slot_of(condition))) != 0;
}

void dlc_conds_reset(void)
{
    memset((void *)conds, 0, sizeof conds);
}
