#include "libdlcheck/track/thread.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "libdlcheck/base/arena.h"
#include "libdlcheck/base/futex_lock.h"
#include "libdlcheck/base/map.h"
#include "libdlcheck/record/writer.h"
#include "libdlcheck/track/held.h"
#include "libdlcheck/track/lifetime.h"
#include "libdlcheck/track/locks.h"
#include "libdlcheck/track/site.h"
#include "libdlcheck/track/stack.h"
#include "libdlcheck/track/tree.h"

#define SPARE_THREADS_MAX 64u
#define KEY_OFFSET        2u /* a map's smallest key */

/* Everything private to a thread in one mapping. The caches use little of their room at first; untouched pages
   cost nothing. */
struct thread_pages {
    struct dlc_thread thread;
    struct dlc_site sites[DLC_SITES_MAX] __attribute__((aligned(64)));
    struct dlc_step_entry steps[DLC_STEPS_MAX] __attribute__((aligned(64)));
    struct dlc_stack_view view;
    uint64_t sites_stack_high; /* end of the stack that the call sites were learned on */
};

__thread struct dlc_thread *dlc_self;
static __thread struct dlc_thread *current __attribute__((tls_model("initial-exec")));
static __thread uint32_t tid_at_attach __attribute__((tls_model("initial-exec")));
static __thread bool ended __attribute__((tls_model("initial-exec")));
static __thread bool ignored __attribute__((tls_model("initial-exec")));

static struct {
    struct dlc_futex_lock lock;
    struct dlc_thread *all;
    struct dlc_thread *spare; /* memory of ended threads, linked by `next` */
    uint32_t spare_count;
    uint32_t live;
    uint32_t ever;
    struct dlc_map by_tid; /* THREAD records; keys offset by KEY_OFFSET */
    struct dlc_map by_handle;
} threads;

static atomic_bool disabled;

void dlc_threads_set_enabled(bool enabled)
{
    atomic_store(&disabled, !enabled);
}

void dlc_threads_lock(void)
{
    dlc_futex_lock_acquire(&threads.lock);
}

void dlc_threads_unlock(void)
{
    dlc_futex_lock_release(&threads.lock);
}

struct dlc_thread *dlc_threads_first(void)
{
    return threads.all;
}

uint32_t dlc_threads_live(void)
{
    return __atomic_load_n(&threads.live, __ATOMIC_SEQ_CST);
}

uint32_t dlc_threads_ever(void)
{
    return __atomic_load_n(&threads.ever, __ATOMIC_RELAXED);
}

static struct dlc_thread *take_pages(void)
{
    struct thread_pages *pages = NULL;

    dlc_threads_lock();
    if (threads.spare) {
        pages = (struct thread_pages *)threads.spare;
        threads.spare = pages->thread.next;
        threads.spare_count--;
    }
    dlc_threads_unlock();
    if (!pages) {
        pages = dlc_pages_map(sizeof *pages);
        if (!pages)
            return NULL;
        madvise(pages, sizeof *pages, MADV_WIPEONFORK);
    }
    pages->thread.sites = pages->sites;
    pages->thread.steps = pages->steps;
    pages->thread.view = &pages->view;
    pages->view.frame_count = 0;
    pages->thread.site_mask = DLC_SITES_FIRST - 1;
    pages->thread.step_mask = DLC_STEPS_FIRST - 1;
    return &pages->thread;
}

/* The call sites that an ended thread knew hold for the next one on a stack at the same place; its nodes do not.
 */
static void give_pages(struct dlc_thread *thread)
{
    struct thread_pages *pages = (struct thread_pages *)thread;
    bool keep;

    dlc_tree_void_steps(thread);
    memset(thread, 0, sizeof *thread);
    dlc_threads_lock();
    keep = threads.spare_count < SPARE_THREADS_MAX;
    if (keep) {
        thread->next = threads.spare;
        threads.spare = thread;
        threads.spare_count++;
    }
    dlc_threads_unlock();
    if (!keep)
        dlc_pages_unmap(pages, sizeof *pages);
}

static void fill_record(struct dlc_thread *thread, const struct dlc_thread_birth *birth)
{
    struct dlc_thread_record *record = thread->record;

    record->tid = thread->tid;
    record->number = __atomic_add_fetch(&threads.ever, 1, __ATOMIC_RELAXED);
    record->segment = 1;
    record->pthread = (uint64_t)(uintptr_t)__builtin_thread_pointer();
    if (birth) {
        record->parent = birth->parent;
        record->parent_segment = birth->parent_segment;
        record->create_stack = birth->create_stack;
        record->start_routine = birth->start_routine;
        record->detached = birth->detached;
    }
    thread->owner_id = record->number < DLC_BUCKET_MIXED ? record->number : 0;
}

static void find_stack(struct dlc_thread *thread, const struct dlc_thread_birth *birth)
{
    uint64_t here = (uint64_t)(uintptr_t)__builtin_frame_address(0);

    thread->lowest_frame_lock = UINT64_MAX;
    if (birth) {
        /* We are called from the thread's first frames: what lies above is the thread descriptor. */
        thread->stack_high = (uint64_t)(uintptr_t)__builtin_thread_pointer();
        thread->stack_low = thread->stack_high - birth->stack_bytes;
        if (here <= thread->stack_low || here >= thread->stack_high) {
            /* A stack of the program's own, with the descriptor elsewhere. */
            thread->stack_high = (here | 4095) + 1;
            thread->stack_low = thread->stack_high - birth->stack_bytes;
        }
    } else if (thread->tid == (uint32_t)getpid()) {
        dlc_stack_main_bounds(&thread->stack_low, &thread->stack_high);
    }
}

dlc_ref dlc_thread_expect(void)
{
    dlc_ref ref;

    if (!dlc_writer_add(DLC_KIND_THREAD, sizeof(struct dlc_thread_record), &ref))
        return 0;
    __atomic_add_fetch(&threads.live, 1, __ATOMIC_SEQ_CST);
    return ref;
}

void dlc_thread_expect_no_more(dlc_ref ref)
{
    if (ref)
        __atomic_sub_fetch(&threads.live, 1, __ATOMIC_SEQ_CST);
}

void dlc_thread_created(dlc_ref ref, uint64_t handle)
{
    dlc_threads_lock();
    dlc_map_set(&threads.by_handle, handle, ref);
    dlc_threads_unlock();
}

static struct dlc_thread *attach(const struct dlc_thread_birth *birth)
{
    struct dlc_thread *thread = take_pages();
    struct dlc_held_record *held;
    dlc_ref held_ref;

    if (!thread)
        return NULL;
    thread->tid = (uint32_t)syscall(SYS_gettid);
    tid_at_attach = thread->tid;
    find_stack(thread, birth);
    if (((struct thread_pages *)thread)->sites_stack_high != thread->stack_high)
        dlc_site_void(thread);
    ((struct thread_pages *)thread)->sites_stack_high = thread->stack_high;
    thread->ref = birth && birth->ref ? birth->ref : dlc_thread_expect();
    thread->record = thread->ref ? dlc_writer_at(thread->ref) : NULL;
    held = thread->record ? dlc_held_take(&held_ref) : NULL;
    if (!held) {
        dlc_writer_count(DLC_COUNT_RECORDS_DROPPED, 1);
        dlc_thread_expect_no_more(thread->ref);
        give_pages(thread);
        return NULL;
    }
    fill_record(thread, birth);
    thread->record->held = held_ref;
    thread->bottom = thread->top = held->slots;
    thread->limit = held->slots + held->slot_count;
    dlc_writer_finish(thread->record, sizeof *thread->record);
    dlc_threads_lock();
    thread->next = threads.all;
    threads.all = thread;
    dlc_map_set(&threads.by_tid, thread->tid + KEY_OFFSET, thread->ref);
    dlc_map_set(&threads.by_handle, thread->record->pthread, thread->ref);
    dlc_threads_unlock();
    current = thread;
    thread->entered_frame = (uint64_t)(uintptr_t)__builtin_frame_address(0);
    thread->inside = 1;
    if (dlc_thread_attached)
        dlc_thread_attached(thread);
    return thread;
}

/* First event of a thread, or of a forked child, whose memory of itself was wiped. */
static struct dlc_thread *attach_guarded(const struct dlc_thread_birth *birth)
{
    struct dlc_thread *thread = NULL;
    int saved_errno = errno;

    if (ignored || ended || atomic_load_explicit(&disabled, memory_order_relaxed))
        return NULL;
    ignored = true;
    dlc_self = NULL;
    current = NULL;
    if (dlc_thread_start_runtime()) {
        thread = attach(birth);
        ended = thread == NULL; /* no room for one more: it is not tried at every event */
    }
    ignored = false;
    errno = saved_errno;
    if (thread)
        thread->saved_errno = saved_errno;
    return thread;
}

void dlc_thread_revive(void)
{
    ended = false;
}

uint32_t dlc_thread_tid_before_fork(void)
{
    return tid_at_attach;
}

struct dlc_thread *dlc_thread_current(void)
{
    return current && current->record ? current : NULL;
}

/* A signal handler has left our own work by siglongjmp, and the frame that entered is gone: we are called from
   above it. A handler on an alternate stack may be above it too, and is no such case. */
static bool was_jumped_out_of(const struct dlc_thread *thread, uint64_t frame)
{
    stack_t alternate;

    return frame > thread->entered_frame && frame < thread->stack_high &&
           thread->entered_frame > thread->stack_low && syscall(SYS_sigaltstack, NULL, &alternate) == 0 &&
           !(alternate.ss_flags & SS_ONSTACK);
}

static void clean_up_after_jump(struct dlc_thread *thread)
{
    dlc_futex_locks_drop();
    thread->inside = 0;
    dlc_writer_count(DLC_COUNT_EVENTS_INSIDE, 1);
}

struct dlc_thread *dlc_thread_enter(void)
{
    uint64_t frame = (uint64_t)(uintptr_t)__builtin_frame_address(0);
    struct dlc_thread *thread = dlc_thread_current();

    if (ignored)
        return NULL;
    if (!thread)
        return attach_guarded(NULL);
    if (__builtin_expect(thread->inside && was_jumped_out_of(thread, frame), 0))
        clean_up_after_jump(thread);
    if (thread->inside || atomic_load_explicit(&disabled, memory_order_relaxed))
        return NULL;
    thread->inside = 1;
    atomic_signal_fence(memory_order_seq_cst);
    dlc_self = NULL;
    thread->entered_frame = frame;
    thread->saved_errno = errno;
    atomic_signal_fence(memory_order_seq_cst);
    return thread;
}

void dlc_thread_ignore_begin(void)
{
    dlc_self = NULL;
    ignored = true;
}

void dlc_thread_ignore_end(void)
{
    ignored = false;
}

void dlc_thread_leave(struct dlc_thread *thread)
{
    atomic_signal_fence(memory_order_seq_cst);
    errno = thread->saved_errno;
    thread->inside = 0;
    dlc_self = thread;
}

void dlc_thread_begin(const struct dlc_thread_birth *birth)
{
    struct dlc_thread *thread = attach_guarded(birth);

    if (thread)
        dlc_thread_leave(thread);
}

void dlc_thread_end(struct dlc_thread *thread)
{
    struct dlc_thread **link = NULL;

    dlc_lifetime_stack_gone(thread);
    dlc_threads_lock();
    for (link = &threads.all; *link && *link != thread; link = &(*link)->next)
        ;
    if (*link)
        *link = thread->next;
    dlc_held_give(thread);
    __atomic_sub_fetch(&threads.live, 1, __ATOMIC_SEQ_CST);
    __atomic_store_n(&thread->record->state, DLC_THREAD_EXITED, __ATOMIC_SEQ_CST);
    dlc_threads_unlock();
    current = NULL;
    dlc_self = NULL;
    ended = true;
    give_pages(thread);
}

void dlc_thread_next_segment(struct dlc_thread *thread)
{
    thread->record->segment++;
    dlc_tree_void_steps(thread);
}

void dlc_thread_joined(struct dlc_thread *thread, dlc_ref target)
{
    struct dlc_thread_record *record;

    dlc_thread_next_segment(thread);
    if (!target)
        return;
    record = dlc_writer_at(target);
    record->joined_segment = thread->record->segment;
    __atomic_store_n(&record->joined_by, thread->ref, __ATOMIC_RELEASE);
    record->state = DLC_THREAD_JOINED;
}

dlc_ref dlc_thread_of_tid(uint32_t tid)
{
    return dlc_map_get(&threads.by_tid, tid + KEY_OFFSET);
}

dlc_ref dlc_thread_of_handle(uint64_t handle)
{
    return dlc_map_get(&threads.by_handle, handle);
}

void dlc_threads_void_sites(void)
{
    dlc_threads_lock();
    for (struct dlc_thread *thread = threads.all; thread; thread = thread->next)
        dlc_site_void(thread);
    for (struct dlc_thread *thread = threads.spare; thread; thread = thread->next)
        ((struct thread_pages *)thread)->sites_stack_high = 0;
    dlc_threads_unlock();
}

void dlc_threads_reset(void)
{
    dlc_held_reset();
    dlc_map_release(&threads.by_tid);
    dlc_map_release(&threads.by_handle);
    memset(&threads, 0, sizeof threads);
}
