/*
 * What dlcheck knows about each thread of the program, and the gate through which the runtime is entered.
 *
 * A thread's private part (struct dlc_thread) lies in pages that the kernel wipes in a forked child
 * (MADV_WIPEONFORK): whatever kind of fork it was, the child finds zeros, misses its caches, and comes to the slow
 * path, which starts afresh. The public part, which readers see, is its THREAD record.
 *
 * The gate: `dlc_self` is the calling thread's private part, or NULL while the thread is inside the runtime (or
 * not known yet). So an event that a signal handler or a library of ours raises in there is seen to be nested, and
 * only the real function is called.
 */
#ifndef DLC_TRACK_THREAD_H
#define DLC_TRACK_THREAD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libdlcheck/record/format.h"

struct dlc_site;
struct dlc_step_entry;
struct dlc_frame_lock;
struct dlc_stack_view;

struct dlc_thread {
    /* Read by the fast paths (track/track.h). All zero in a forked child: `top` and `sites` NULL. */
    struct dlc_held_slot *top;    /* next free slot of the held locks; the one before it is the innermost lock */
    struct dlc_held_slot *limit;  /* end of the slots */
    struct dlc_site *sites;       /* call-site cache (track/site.h) */
    struct dlc_step_entry *steps; /* node cache (track/tree.h) */
    uint32_t site_mask;
    uint32_t step_mask;
    uint64_t lowest_frame_lock; /* lowest address of a lock that lives on this thread's stack; UINT64_MAX: none */
    uint32_t owner_id;          /* its number for lock buckets (track/locks.h); 0 beyond their range */

    /* Slow paths only. */
    uint32_t tid;
    struct dlc_held_slot *bottom; /* first slot */
    struct dlc_thread_record *record;
    dlc_ref ref;
    uint32_t inside;        /* 1 between dlc_thread_enter and dlc_thread_leave */
    int saved_errno;        /* the program's, meanwhile */
    uint64_t entered_frame; /* of the function that entered */
    uint32_t site_misses;   /* since the call-site cache grew */
    uint32_t step_misses;
    bool exited;         /* its last destructor has run */
    uint32_t key_rounds; /* destructor rounds seen (runtime/threads) */
    uint64_t stack_low;  /* bounds of its stack, 0 when unknown */
    uint64_t stack_high;
    struct dlc_frame_lock *frame_locks; /* locks on its stack (track/lifetime.h) */
    uint32_t frame_lock_count;
    uint32_t frame_lock_room;
    struct dlc_stack_view *view; /* scratch for unwinding: too large for small stacks */
    struct dlc_thread *next;     /* all threads, newest first */
};

extern __thread struct dlc_thread *dlc_self __attribute__((tls_model("initial-exec"), visibility("hidden")));

/* What the creator knows of a new thread, handed to dlc_thread_begin by the start routine. */
struct dlc_thread_birth {
    dlc_ref ref; /* its THREAD record, still empty */
    dlc_ref parent;
    uint32_t parent_segment;
    dlc_ref create_stack;
    uint64_t start_routine;
    uint64_t stack_bytes;
    bool detached;
};

/* Enters the runtime: the calling thread's private part, with `dlc_self` NULL until dlc_thread_leave. A thread
   that is new to us gets its record here. NULL: already inside, or the runtime is off; then only the real function
   is to be called and dlc_thread_leave is not due. errno is kept by the pair. */
struct dlc_thread *dlc_thread_enter(void);
void dlc_thread_leave(struct dlc_thread *thread);

/* From here on, what the calling thread does is not tracked (the loader and libunwind lock too); and as usual
 * again. */
void dlc_thread_ignore_begin(void);
void dlc_thread_ignore_end(void);

/* The calling thread's private part without entering, or NULL. */
struct dlc_thread *dlc_thread_current(void);

/* Room for the record of a thread that is about to be created, or 0. From now on it counts as live, unless its
   creation fails; once created, it can be found by its handle, even before it has begun. Inside only. */
dlc_ref dlc_thread_expect(void);
void dlc_thread_expect_no_more(dlc_ref ref);
void dlc_thread_created(dlc_ref ref, uint64_t handle);

/* First act of a thread that pthread_create or thrd_create made. */
void dlc_thread_begin(const struct dlc_thread_birth *birth);

/* Last act of a thread: its private memory goes back, its record says that it ended. `thread` has been entered and
   is gone afterwards. */
void dlc_thread_end(struct dlc_thread *thread);

/* After dlc_thread_end nothing that the thread still does is tracked (the C library gives back its memory); unless
   it turns out to be the one that runs the end of the process. */
void dlc_thread_revive(void);

/* Moves `thread` to its next create/join segment and voids its node cache (contexts seen before belong to the
   segment before). Inside only. */
void dlc_thread_next_segment(struct dlc_thread *thread);

/* `thread` has joined the thread of `target` (0: unknown): what comes now happens after all that one did. Inside
 * only. */
void dlc_thread_joined(struct dlc_thread *thread, dlc_ref target);

/* The THREAD record of the latest thread with this kernel id, or 0; and of the one with this pthread_t, running or
   ended. Records never go away, so that no lock is needed. Inside only. */
dlc_ref dlc_thread_of_tid(uint32_t tid);
dlc_ref dlc_thread_of_handle(uint64_t handle);

/* Serialises walks over `dlc_threads` (linked by `next`) with threads that come and go. Inside only; nothing may
   block in between. */
void dlc_threads_lock(void);
void dlc_threads_unlock(void);
struct dlc_thread *dlc_threads_first(void);

/* Live threads known (those that are being created included), and all threads there ever were. */
uint32_t dlc_threads_live(void);
uint32_t dlc_threads_ever(void);

/* In a forked child, before its thread has a record: the kernel id of the thread that forked; 0: it was not known.
   Locks that it held still carry that id. */
uint32_t dlc_thread_tid_before_fork(void);

/* Call sites in unloaded code are to be learned again, by all threads: other code may come to lie there. */
void dlc_threads_void_sites(void);

/* In a forked child: forgets all threads of the parent. The calling thread gets a new record at its next enter. */
void dlc_threads_reset(void);

/* Turns the runtime on and off for all threads: off, dlc_thread_enter answers NULL. Threads that hold a fast path
   drop it at their next slow path. */
void dlc_threads_set_enabled(bool enabled);

/* Called once from dlc_thread_enter when the process has no recording yet (first event, or first one in a forked
   child). Set by runtime/. False: stay off. */
extern bool (*dlc_thread_start_runtime)(void);

/* Called when a thread has got its record, to arrange that dlc_thread_end is called at its end. Set by runtime/.
 */
extern void (*dlc_thread_attached)(struct dlc_thread *thread);

#endif
