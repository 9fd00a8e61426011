#include "libdlcheck/live/foreign.h"

#include <string.h>

#include "libdlcheck/base/futex_lock.h"
#include "libdlcheck/base/map.h"

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

bool dlc_foreign_seen(uint64_t lock)
{
    return dlc_map_get(&foreign.by_address, lock) != 0;
}

void dlc_foreign_reset(void)
{
    dlc_map_release(&foreign.by_address);
    memset(&foreign, 0, sizeof foreign);
}
