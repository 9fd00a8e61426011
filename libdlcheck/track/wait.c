#include "libdlcheck/track/wait.h"

#include <stdatomic.h>
#include <time.h>

static _Atomic uint32_t untimed;

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

static bool counts_as_untimed(const struct dlc_wait *wait)
{
    return wait->kind != DLC_WAIT_NONE && !wait->timed;
}

static struct dlc_wait fields_of(const struct dlc_thread_record *record)
{
    return (struct dlc_wait){
        .kind = record->wait_kind < DLC_WAIT_KIND_COUNT ? (enum dlc_wait_kind)record->wait_kind : DLC_WAIT_NONE,
        .timed = record->wait_timed != 0,
        .how = (enum dlc_how)record->wait_how,
        .object = record->wait_object,
        .object2 = record->wait_object2,
        .stack = record->wait_stack,
        .target = record->wait_thread,
        .since_ns = record->wait_since_ns,
    };
}

/* Odd while there is a wait, another odd number for another wait, even in between. */
static void write_fields(struct dlc_thread_record *record, const struct dlc_wait *wait)
{
    uint32_t sequence = record->wait_sequence | 1;

    __atomic_store_n(&record->wait_sequence, sequence + 1, __ATOMIC_RELEASE);
    atomic_thread_fence(memory_order_release);
    record->wait_kind = wait->kind;
    record->wait_timed = wait->timed;
    record->wait_how = wait->how;
    record->wait_object = wait->object;
    record->wait_object2 = wait->object2;
    record->wait_stack = wait->stack;
    record->wait_thread = wait->target;
    record->wait_since_ns = wait->since_ns;
    if (wait->kind != DLC_WAIT_NONE)
        __atomic_store_n(&record->wait_sequence, sequence + 2, __ATOMIC_RELEASE);
}

static void publish(struct dlc_thread *thread, const struct dlc_wait *wait, const struct dlc_wait *before)
{
    write_fields(thread->record, wait);
    if (counts_as_untimed(wait) && !counts_as_untimed(before))
        atomic_fetch_add(&untimed, 1);
    else if (!counts_as_untimed(wait) && counts_as_untimed(before))
        atomic_fetch_sub(&untimed, 1);
    atomic_thread_fence(memory_order_seq_cst);
}

struct dlc_wait dlc_wait_begin(struct dlc_thread *thread, struct dlc_wait wait)
{
    struct dlc_wait before =
        thread->record->wait_sequence & 1 ? fields_of(thread->record) : (struct dlc_wait){.kind = DLC_WAIT_NONE};

    wait.since_ns = now_ns();
    publish(thread, &wait, &before);
    return before;
}

void dlc_wait_end(struct dlc_thread *thread, const struct dlc_wait *before)
{
    struct dlc_wait now = fields_of(thread->record);

    publish(thread, before, &now);
}

struct dlc_wait dlc_wait_read(const struct dlc_thread_record *record, uint32_t *sequence)
{
    struct dlc_wait wait;

    *sequence = __atomic_load_n(&record->wait_sequence, __ATOMIC_ACQUIRE);
    wait = fields_of(record);
    atomic_thread_fence(memory_order_acquire);
    if (!(*sequence & 1) || __atomic_load_n(&record->wait_sequence, __ATOMIC_RELAXED) != *sequence)
        wait.kind = DLC_WAIT_NONE;
    return wait;
}

uint32_t dlc_waits_untimed(void)
{
    return atomic_load(&untimed);
}

void dlc_waits_reset(void)
{
    atomic_store(&untimed, 0);
}
