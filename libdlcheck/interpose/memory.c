/* Memory that goes away, and the locks in it with it. C++ `delete` comes here through free. */
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "libdlcheck/interpose/real.h"
#include "libdlcheck/track/locks.h"
#include "libdlcheck/track/modules.h"
#include "libdlcheck/track/track.h"

#define LOOKED_AT_BYTES ((size_t)16 << 20) /* a larger block is not worth looking at place by place */

static bool may_have_locks(uint64_t start, uint64_t size_bytes)
{
    uint64_t first = start & ~(uint64_t)(DLC_REGION_BYTES - 1);

    if (size_bytes >= LOOKED_AT_BYTES)
        return true;
    for (uint64_t at = first; at < start + size_bytes; at += DLC_REGION_BYTES)
        if (dlc_locks_near(at))
            return true;
    return false;
}

static void __attribute__((noinline)) going(void *memory, size_t size_bytes)
{
    uint64_t start = (uint64_t)(uintptr_t)memory;

    if (may_have_locks(start, size_bytes))
        dlc_track_gone(start, size_bytes);
}

DLC_EXPORT void free(void *memory)
{
    if (memory && __builtin_expect(dlc_locks_any(), 0))
        going(memory, dlc_real_allocation_bytes(memory));
    dlc_real.free(memory);
}

DLC_EXPORT void *realloc(void *memory, size_t size_bytes)
{
    size_t old_bytes = memory && dlc_locks_any() ? dlc_real_allocation_bytes(memory) : 0;
    uint64_t start = (uint64_t)(uintptr_t)memory;
    void *result = dlc_real.realloc(memory, size_bytes);

    /* Until it has happened nobody knows whether the block moves; a lock that stays where it is lives on. */
    if (old_bytes && (uint64_t)(uintptr_t)result != start && (result || size_bytes == 0))
        going((void *)(uintptr_t)start, old_bytes);
    return result;
}

DLC_EXPORT int munmap(void *memory, size_t size_bytes)
{
    if (dlc_locks_any())
        going(memory, size_bytes);
    return dlc_real.munmap(memory, size_bytes);
}

DLC_EXPORT int dlclose(void *library)
{
    int result = dlc_real.dlclose(library);
    struct dlc_thread *thread = dlc_thread_current() ? dlc_thread_enter() : NULL;

    if (thread) {
        dlc_modules_scan();
        dlc_thread_leave(thread);
    }
    return result;
}
