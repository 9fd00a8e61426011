/*
 * The call-site cache: from where a wrapper was called to the STACK of that call, without unwinding.
 *
 * Return address and frame address alone do not identify a call path (all locks taken through one wrapper function
 * share them), so an entry also keeps where on the stack the next few return addresses lie, learned from the
 * unwinder, and a hit compares their values. A mismatch unwinds.
 *
 * Private to its thread. An entry's stack is read before its key, so that a signal handler that replaces the entry
 * in between only causes a miss.
 */
#ifndef DLC_TRACK_SITE_H
#define DLC_TRACK_SITE_H

#include <stdint.h>

#include "libdlcheck/track/stack.h"

#define DLC_SITE_CHECKS 4
#define DLC_SITES_FIRST 64u   /* entries used at first: a page ... */
#define DLC_SITES_MAX   1024u /* ... and at most; the address space for them is there from the start */

struct dlc_site {
    uint64_t return_address;
    uint64_t frame;
    uint64_t values[DLC_SITE_CHECKS]; /* return addresses further up ... */
    uint16_t words[DLC_SITE_CHECKS];  /* ... and where they lie: in 8-byte words above `frame` */
    dlc_ref stack;
    uint32_t unused;
};

static inline struct dlc_site *dlc_site_of(struct dlc_site *sites, uint32_t mask, struct dlc_caller caller)
{
    uint64_t key = (caller.return_address << 3) ^ (caller.frame >> 4);

    return &sites[(key ^ (key >> 9)) & mask];
}

/* dlc_site_get where the first entry is another's: each has a second place; and paths that part behind a common
   wrapper have entries of their own, found by the first return address that differs. */
dlc_ref dlc_site_get_beyond(const struct dlc_thread *thread, struct dlc_caller caller);

/* The stack of this call when the cache knows it, else 0. `thread` has sites. Costs one cache line and four loads.
 */
static inline dlc_ref dlc_site_get(const struct dlc_thread *thread, struct dlc_caller caller)
{
    const struct dlc_site *site = dlc_site_of(thread->sites, thread->site_mask, caller);
    const uint64_t *above = (const uint64_t *)(uintptr_t)caller.frame;
    dlc_ref stack = *(const volatile dlc_ref *)&site->stack;
    uint64_t difference;

    atomic_signal_fence(memory_order_acquire);
    if (site->return_address != caller.return_address || site->frame != caller.frame)
        return dlc_site_get_beyond(thread, caller);
    difference = above[site->words[0]] ^ site->values[0];
    difference |= above[site->words[1]] ^ site->values[1];
    difference |= above[site->words[2]] ^ site->values[2];
    difference |= above[site->words[3]] ^ site->values[3];
    return __builtin_expect(difference == 0, 1) ? stack : dlc_site_get_beyond(thread, caller);
}

/* The stack of this call, from the cache or by unwinding (then cached); 0 when it could not be kept. Inside only.
 */
dlc_ref dlc_site_stack(struct dlc_thread *thread, struct dlc_caller caller);

/* Empties the cache: stacks taken so far are to be taken again (libunwind has arrived, a library was unloaded). */
void dlc_site_void(struct dlc_thread *thread);

#endif
