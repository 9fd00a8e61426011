#include "libdlcheck/track/stack.h"

#define UNW_LOCAL_ONLY
#include <dlfcn.h>
#include <libunwind.h>
#include <link.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>

#include "libdlcheck/base/futex_lock.h"
#include "libdlcheck/base/hash.h"
#include "libdlcheck/base/map.h"
#include "libdlcheck/base/peek.h"
#include "libdlcheck/base/system.h"
#include "libdlcheck/record/writer.h"

/* libunwind's names are macros for names with the architecture in them. */
#define NAME_OF(name)          NAME_OF_EXPANDED(name)
#define NAME_OF_EXPANDED(name) #name

/* A first backtrace was seen to take 8 KiB of stack; our own frames and a margin come on top. */
#define STACK_NEEDED_BYTES 16384u
#define UNWIND_CACHE_SIZE  2048
#define MAIN_STACK_BYTES   (UINT64_C(8) << 20) /* where it is unlimited */

/* Loaded with dlopen, never linked: libunwind exports _Unwind_* names that would take the place of libgcc's in the
   program and break its C++ exceptions. */
static struct {
    int (*getcontext)(unw_context_t *);
    int (*init_local)(unw_cursor_t *, unw_context_t *);
    int (*step)(unw_cursor_t *);
    int (*get_reg)(unw_cursor_t *, unw_regnum_t, unw_word_t *);
    int (*get_save_loc)(unw_cursor_t *, int, unw_save_loc_t *);
    int (*is_signal_frame)(unw_cursor_t *);
    void (*flush_cache)(unw_addr_space_t, unw_word_t, unw_word_t);
    unw_addr_space_t *local_addr_space;
    size_t most_frames;
    uint64_t start; /* where libunwind is mapped */
    uint64_t end;
    bool ready;
} unwinder;

/* Threads that are unwinding, and whether a fork keeps others from beginning. */
static struct {
    atomic_int unwinding;
    atomic_int forks;
} gate;

static __thread int forking_here __attribute__((tls_model("initial-exec")));

static struct {
    struct dlc_futex_lock lock;
    struct dlc_map by_hash;
    uint32_t unload_epoch;
} stacks;

static void *find(void *library, const char *name, bool *complete)
{
    void *found = dlsym(library, name);

    if (!found)
        *complete = false;
    return found;
}

static int find_range(struct dl_phdr_info *info, size_t size_bytes, void *argument)
{
    uint64_t code = (uint64_t)(uintptr_t)unwinder.step;
    uint64_t start = UINT64_MAX;
    uint64_t end = 0;

    (void)size_bytes;
    (void)argument;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        uint64_t at = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;

        if (info->dlpi_phdr[i].p_type != PT_LOAD)
            continue;
        start = at < start ? at : start;
        end = at + info->dlpi_phdr[i].p_memsz > end ? at + info->dlpi_phdr[i].p_memsz : end;
    }
    if (code < start || code >= end)
        return 0;
    unwinder.start = start;
    unwinder.end = end;
    return 1;
}

bool dlc_stack_is_unwinders(uint64_t address)
{
    return address >= unwinder.start && address < unwinder.end;
}

void dlc_stack_start(size_t most_frames)
{
    bool complete = true;
    void *library;
    int (*set_cache_size)(unw_addr_space_t, size_t, int);
    struct dlc_stack_view view;

    if (unwinder.ready)
        return;
    unwinder.most_frames = most_frames < DLC_STACK_FRAMES_MAX ? most_frames : DLC_STACK_FRAMES_MAX;
    library = dlopen("libunwind.so.8", RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return;
    unwinder.getcontext = find(library, NAME_OF(unw_tdep_getcontext), &complete);
    unwinder.init_local = find(library, NAME_OF(unw_init_local), &complete);
    unwinder.step = find(library, NAME_OF(unw_step), &complete);
    unwinder.get_reg = find(library, NAME_OF(unw_get_reg), &complete);
    unwinder.get_save_loc = find(library, NAME_OF(unw_get_save_loc), &complete);
    unwinder.is_signal_frame = find(library, NAME_OF(unw_is_signal_frame), &complete);
    unwinder.flush_cache = find(library, NAME_OF(unw_flush_cache), &complete);
    unwinder.local_addr_space = find(library, NAME_OF(unw_local_addr_space), &complete);
    set_cache_size = find(library, NAME_OF(unw_set_cache_size), &complete);
    if (!complete)
        return;
    dl_iterate_phdr(find_range, NULL);
    set_cache_size(*unwinder.local_addr_space, UNWIND_CACHE_SIZE, 0);
    unwinder.ready = true;
    dlc_stack_take(NULL, DLC_CALLER(), &view);
}

void dlc_stack_main_bounds(uint64_t *low, uint64_t *high)
{
    extern void *__libc_stack_end;
    struct rlimit limit;
    uint64_t size_bytes = MAIN_STACK_BYTES;

    if (getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
        size_bytes = limit.rlim_cur;
    /* Arguments and environment lie above the first frame; a page of them is as good as all. */
    *high = ((uint64_t)(uintptr_t)__libc_stack_end | 4095) + 1;
    *low = *high > size_bytes ? *high - size_bytes : 0;
}

static void enter_gate(void)
{
    for (;;) {
        atomic_fetch_add(&gate.unwinding, 1);
        /* Other handlers of the forking thread itself may lock. */
        if (!atomic_load(&gate.forks) || forking_here)
            break;
        atomic_fetch_sub(&gate.unwinding, 1);
        while (atomic_load(&gate.forks))
            sched_yield();
    }
}

static void leave_gate(void)
{
    atomic_fetch_sub(&gate.unwinding, 1);
}

void dlc_stack_fork_prepare(void)
{
    atomic_fetch_add(&gate.forks, 1);
    forking_here++;
    /* Unwinding ends soon, whatever the program's threads hold: it waits for nothing of theirs. */
    while (atomic_load(&gate.unwinding) > 0)
        sched_yield();
}

void dlc_stack_fork_done(void)
{
    /* In a child that has been reset meanwhile there is nothing left to be opened. */
    if (!forking_here)
        return;
    forking_here--;
    atomic_fetch_sub(&gate.forks, 1);
}

/* Whether unwinding may run on the present stack. */
static bool has_room(const struct dlc_thread *thread, uint64_t here)
{
    stack_t alternate;
    char byte;

    if (thread && here > thread->stack_low && here < thread->stack_high)
        return here - thread->stack_low > STACK_NEEDED_BYTES;
    if (sigaltstack(NULL, &alternate) == 0 && (alternate.ss_flags & SS_ONSTACK))
        return here - (uint64_t)(uintptr_t)alternate.ss_sp > STACK_NEEDED_BYTES;
    /* A coroutine's: nobody tells how large it is. */
    return dlc_peek(here - STACK_NEEDED_BYTES, &byte, sizeof byte);
}

static void take_one_frame(struct dlc_caller caller, struct dlc_stack_view *view)
{
    view->frame_count = 1;
    view->is_short = true;
    view->frames[0] = caller.return_address;
    view->slots[0] = caller.frame + 8;
    dlc_writer_count(DLC_COUNT_STACKS_SHORT, 1);
}

/* Steps from our own frames to that of the wrapper's caller. */
static bool skip_to_caller(unw_cursor_t *cursor, struct dlc_caller caller)
{
    unw_word_t stack_pointer;

    do {
        if (unwinder.step(cursor) <= 0 || unwinder.get_reg(cursor, UNW_REG_SP, &stack_pointer) != 0)
            return false;
    } while (stack_pointer < caller.frame + 16);
    return stack_pointer == caller.frame + 16;
}

/* False: libunwind did not get as far as the caller. */
static bool unwind(struct dlc_caller caller, struct dlc_stack_view *view)
{
    unw_context_t context;
    unw_cursor_t cursor;
    int more = 1;

    unwinder.getcontext(&context);
    if (unwinder.init_local(&cursor, &context) != 0 || !skip_to_caller(&cursor, caller))
        return false;
    view->frame_count = 0;
    while (more > 0 && view->frame_count < unwinder.most_frames) {
        unw_save_loc_t place;
        unw_word_t address;

        if (unwinder.get_reg(&cursor, UNW_REG_IP, &address) != 0 || !address)
            break;
        view->frames[view->frame_count] = address;
        view->slots[view->frame_count] = 0;
        if (unwinder.is_signal_frame(&cursor) <= 0 && unwinder.get_save_loc(&cursor, UNW_REG_IP, &place) == 0 &&
            place.type == UNW_SLT_MEMORY)
            view->slots[view->frame_count] = place.u.addr;
        view->frame_count++;
        more = unwinder.step(&cursor);
    }
    view->is_short = more > 0 && view->frame_count == unwinder.most_frames;
    return view->frame_count > 0;
}

void dlc_stack_take(const struct dlc_thread *thread, struct dlc_caller caller, struct dlc_stack_view *view)
{
    bool taken = false;

    if (unwinder.ready && has_room(thread, (uint64_t)(uintptr_t)__builtin_frame_address(0))) {
        uint64_t blocked = dlc_system_block_signals();
        int before;

        /* No handler may fork, or jump out, in the middle. */
        enter_gate();
        before = dlc_stack_unwinder_begin();
        taken = unwind(caller, view);
        dlc_stack_unwinder_end(before);
        leave_gate();
        dlc_system_restore_signals(blocked);
    }
    if (!taken)
        take_one_frame(caller, view);
}

static bool same_stack(dlc_ref ref, const struct dlc_stack_view *view, uint32_t hash)
{
    const struct dlc_stack_record *record = dlc_writer_at(ref);

    return record->hash == hash && record->frame_count == view->frame_count &&
           record->unload_epoch == stacks.unload_epoch &&
           memcmp(record->frames, view->frames, view->frame_count * sizeof view->frames[0]) == 0;
}

static dlc_ref add_stack(const struct dlc_stack_view *view, uint32_t hash)
{
    size_t size_bytes = sizeof(struct dlc_stack_record) + view->frame_count * sizeof view->frames[0];
    struct dlc_stack_record *record;
    dlc_ref ref;

    record = dlc_writer_add(DLC_KIND_STACK, size_bytes, &ref);
    if (!record) {
        dlc_writer_count(DLC_COUNT_STACKS_DROPPED, 1);
        return 0;
    }
    record->hash = hash;
    record->frame_count = (uint32_t)view->frame_count;
    record->flags = view->is_short ? DLC_STACK_SHORT : 0;
    record->unload_epoch = stacks.unload_epoch;
    memcpy(record->frames, view->frames, view->frame_count * sizeof view->frames[0]);
    dlc_writer_finish(record, size_bytes);
    return ref;
}

dlc_ref dlc_stack_keep(const struct dlc_stack_view *view, bool *is_new)
{
    uint64_t key = dlc_hash_add(view->frame_count, stacks.unload_epoch);
    uint32_t hash;
    dlc_ref ref;

    for (size_t i = 0; i < view->frame_count; i++)
        key = dlc_hash_add(key, view->frames[i]);
    hash = (uint32_t)key;
    dlc_futex_lock_acquire(&stacks.lock);
    /* Different stacks with one 64-bit key are told apart by trying the next key. */
    for (key |= 2; (ref = dlc_map_get(&stacks.by_hash, key)) != 0 && !same_stack(ref, view, hash); key++)
        ;
    *is_new = ref == 0;
    if (!ref) {
        ref = add_stack(view, hash);
        if (ref)
            dlc_map_set(&stacks.by_hash, key, ref);
    }
    dlc_futex_lock_release(&stacks.lock);
    return ref;
}

void dlc_stack_set_unload_epoch(uint32_t epoch)
{
    stacks.unload_epoch = epoch;
    if (unwinder.ready)
        unwinder.flush_cache(*unwinder.local_addr_space, 0, 0);
}

uint32_t dlc_stack_unload_epoch(void)
{
    return stacks.unload_epoch;
}

void dlc_stack_reset(void)
{
    dlc_map_release(&stacks.by_hash);
    memset(&stacks.lock, 0, sizeof stacks.lock);
    stacks.unload_epoch = 0;
    /* A fork that ran no handlers (clone, _Fork) in the middle of another thread's unwinding: that thread is not
       here to finish. */
    if (atomic_load(&gate.unwinding) > 0)
        unwinder.ready = false;
    atomic_store(&gate.unwinding, 0);
    atomic_store(&gate.forks, 0);
    forking_here = 0;
}
