#include "libdlcheck/live/foreign.h"

#include <string.h>

#include "libdlcheck/base/futex_lock.h"
#include "libdlcheck/base/map.h"
#include "libdlcheck/track/thread.h"

static struct {
    struct dlc_futex_lock lock;
    struct dlc_map by_address;
} foreign;

void dlc_foreign_note(uint64_t lock)
{
    dlc_futex_lock_acquire(&foreign.lock);
    dlc_map_set(&foreign.by_address, lock, 1);
    dlc_futex_lock_release(&foreign.lock);
}

void dlc_foreign_forget(uint64_t lock)
{
    struct dlc_thread *thread = dlc_foreign_seen(lock) ? dlc_thread_enter() : NULL;

    if (!thread)
        return;
    dlc_futex_lock_acquire(&foreign.lock);
    dlc_map_remove(&foreign.by_address, lock);
    dlc_futex_lock_release(&foreign.lock);
    dlc_thread_leave(thread);
}

bool dlc_foreign_seen(uint64_t lock)
{
    return dlc_map_get(&foreign.by_address, lock) != 0;
}

void dlc_foreign_reset(void)
{
    dlc_map_release(&foreign.by_address);
    memset(&foreign, 0, sizeof foreign);
}
