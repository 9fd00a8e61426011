#include "libdlcheck/report/cast.h"

#include <string.h>

#include "libdlcheck/base/hash.h"

bool dlc_cast_wants_lock(const struct dlc_step *step)
{
    return step->wait_kind != DLC_WAIT_COND && step->wait_kind != DLC_WAIT_JOIN &&
           (step->wait_address || step->wait_lock);
}

const struct dlc_hold *dlc_cast_main_hold(const struct dlc_step *step)
{
    for (size_t i = 0; i < step->hold_count; i++) {
        if (step->holds[i].in_cycle)
            return &step->holds[i];
    }
    return NULL;
}

bool dlc_cast_has_ended(const struct dlc_finding *finding, const struct dlc_step *step)
{
    return finding->kind == DLC_FINDING_HANG && step->wait_kind == DLC_WAIT_NONE && dlc_cast_main_hold(step);
}

bool dlc_cast_any_has_ended(const struct dlc_finding *finding)
{
    for (size_t i = 0; i < finding->step_count; i++) {
        if (dlc_cast_has_ended(finding, &finding->steps[i]))
            return true;
    }
    return false;
}

const struct dlc_thread_record *dlc_cast_joined(const struct dlc_reader *reader, const struct dlc_step *step)
{
    const struct dlc_thread_record *joined = NULL;

    /* A pthread_t is used again once its thread is joined: the last one is meant. */
    for (dlc_ref ref = 0;
         step->wait_kind == DLC_WAIT_JOIN && (ref = dlc_reader_next(reader, DLC_KIND_THREAD, ref));) {
        const struct dlc_thread_record *thread = dlc_reader_thread(reader, ref);

        if (thread && thread->pthread == step->wait_address)
            joined = thread;
    }
    return joined;
}

/* One map for all: threads, locks by record, and locks by address. */
static uint64_t thread_key(dlc_ref thread)
{
    return dlc_hash_add(1, thread);
}

static uint64_t lock_key(dlc_ref lock)
{
    return dlc_hash_add(2, lock);
}

static uint64_t address_key(uint64_t address)
{
    return dlc_hash_add(3, address);
}

size_t dlc_cast_lock_number(const struct dlc_cast *cast, dlc_ref lock, uint64_t address)
{
    size_t number = lock ? dlc_map_get(&cast->numbers, lock_key(lock)) : 0;

    if (!number) {
        /* The same address in another lifetime is another lock, where both are known. */
        number = dlc_map_get(&cast->numbers, address_key(address));
        if (number && lock && cast->locks[number - 1].lock)
            number = 0;
    }
    return number;
}

static bool add_lock(struct dlc_cast *cast, dlc_ref lock, uint64_t address)
{
    uint32_t number = (uint32_t)cast->lock_count + 1;

    if (dlc_cast_lock_number(cast, lock, address))
        return true;
    cast->locks[cast->lock_count++] = (struct dlc_cast_lock){.address = address, .lock = lock};
    return (!lock || dlc_map_set(&cast->numbers, lock_key(lock), number)) &&
           dlc_map_set(&cast->numbers, address_key(address), number);
}

static bool add_thread(struct dlc_cast *cast, dlc_ref thread)
{
    if (!thread || dlc_map_get(&cast->numbers, thread_key(thread)))
        return true;
    cast->threads[cast->thread_count++] = thread;
    return dlc_map_set(&cast->numbers, thread_key(thread), 1);
}

bool dlc_cast_load(struct dlc_cast *cast, struct dlc_arena *arena, const struct dlc_finding *finding)
{
    size_t locks = 0;
    bool all_right = true;

    memset(cast, 0, sizeof(*cast));
    for (size_t i = 0; i < finding->step_count; i++)
        locks += finding->steps[i].hold_count + 1;
    cast->threads = dlc_arena_alloc(arena, finding->step_count * sizeof(*cast->threads));
    cast->locks = dlc_arena_alloc(arena, locks * sizeof(*cast->locks));
    if (!cast->threads || !cast->locks)
        return false;
    for (size_t i = 0; i < finding->step_count && all_right; i++) {
        const struct dlc_step *step = &finding->steps[i];
        const struct dlc_hold *hold = dlc_cast_main_hold(step);

        all_right = add_thread(cast, step->thread) && (!hold || add_lock(cast, hold->lock, hold->address)) &&
                    (!dlc_cast_wants_lock(step) || add_lock(cast, step->wait_lock, step->wait_address));
    }
    for (size_t i = 0; i < finding->step_count && all_right; i++) {
        const struct dlc_step *step = &finding->steps[i];

        for (size_t j = 0; j < step->hold_count && all_right; j++)
            all_right = add_lock(cast, step->holds[j].lock, step->holds[j].address);
    }
    return all_right;
}

void dlc_cast_release(struct dlc_cast *cast)
{
    dlc_map_release(&cast->numbers);
}
