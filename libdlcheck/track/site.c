#include "libdlcheck/track/site.h"

#include "libdlcheck/base/hash.h"
#include "libdlcheck/track/lifetime.h"
#include "libdlcheck/track/modules.h"

#define PAGE_BYTES   4096u
#define BRANCHES_MAX 8u /* paths behind one wrapper, at one frame, that are told apart in a row */
#define WORDS_MAX    UINT16_MAX

void dlc_site_void(struct dlc_thread *thread)
{
    for (uint32_t i = 0; i < DLC_SITES_MAX; i++)
        if (__atomic_load_n(&thread->sites[i].return_address, __ATOMIC_RELAXED))
            __atomic_store_n(&thread->sites[i].return_address, 0, __ATOMIC_RELEASE);
}

/* Twice the entries when misses come as often as the cache has entries. Entries stay where they are: those whose
   place moved are missed once and learned again. */
static void grow_if_crowded(struct dlc_thread *thread)
{
    if (++thread->site_misses <= thread->site_mask || thread->site_mask + 1 >= DLC_SITES_MAX)
        return;
    thread->site_misses = 0;
    thread->site_mask = thread->site_mask * 2 + 1;
}

/* On a stack whose bounds are not known (a coroutine's), an equal frame address does not promise that what lies
   above is still mapped: only the page of the frame itself is. */
static uint64_t checkable_end(const struct dlc_thread *thread, uint64_t frame)
{
    if (frame > thread->stack_low && frame < thread->stack_high)
        return thread->stack_high;
    return (frame & ~(uint64_t)(PAGE_BYTES - 1)) + PAGE_BYTES;
}

/* The first of the checked return addresses that is another one now; DLC_SITE_CHECKS when none is. */
static uint32_t first_difference(const struct dlc_site *site, const uint64_t *above)
{
    uint32_t i = 0;

    while (i < DLC_SITE_CHECKS && above[site->words[i]] == site->values[i])
        i++;
    return i;
}

static bool is_of(const struct dlc_site *site, struct dlc_caller caller)
{
    return site->return_address == caller.return_address && site->frame == caller.frame;
}

static struct dlc_site *second_place(const struct dlc_thread *thread, const struct dlc_site *site)
{
    return &thread->sites[(uint64_t)(site - thread->sites) ^ 1];
}

/* Goes from entry to entry of this return address and frame to that of the present path, or to the place where it
   belongs. Up to the first difference both paths have their return addresses at the same places, and the next too.
 */
static struct dlc_site *find_path(const struct dlc_thread *thread, struct dlc_caller caller, bool *found)
{
    const uint64_t *above = (const uint64_t *)(uintptr_t)caller.frame;
    struct dlc_site *site = dlc_site_of(thread->sites, thread->site_mask, caller);
    uint64_t branch = caller.return_address + caller.frame;

    *found = false;
    for (uint32_t i = 0; i < BRANCHES_MAX; i++) {
        uint32_t difference;

        if (!is_of(site, caller) && site->return_address) {
            struct dlc_site *second = second_place(thread, site);

            /* Where both are taken by others, the first makes room. */
            if (is_of(second, caller) || !second->return_address)
                site = second;
        }
        if (!is_of(site, caller))
            break;
        difference = first_difference(site, above);
        if (difference == DLC_SITE_CHECKS) {
            *found = true;
            break;
        }
        branch = dlc_hash_add(branch, above[site->words[difference]]);
        site = &thread->sites[branch & thread->site_mask];
    }
    return site;
}

dlc_ref dlc_site_get_beyond(const struct dlc_thread *thread, struct dlc_caller caller)
{
    bool found;
    const struct dlc_site *site = find_path(thread, caller, &found);

    return found ? site->stack : 0;
}

static void remember(struct dlc_thread *thread, struct dlc_caller caller, const struct dlc_stack_view *view,
                     dlc_ref stack)
{
    bool found;
    struct dlc_site *site = find_path(thread, caller, &found);
    uint64_t end = checkable_end(thread, caller.frame);
    size_t checks = 0;

    site->return_address = 0;
    atomic_signal_fence(memory_order_release);
    for (size_t i = 1; i < view->frame_count && checks < DLC_SITE_CHECKS; i++) {
        uint64_t slot = view->slots[i];
        uint64_t words = (slot - caller.frame) / 8;

        if (slot <= caller.frame || slot % 8 != 0 || slot + 8 > end || words > WORDS_MAX)
            break;
        site->values[checks] = view->frames[i];
        site->words[checks++] = (uint16_t)words;
    }
    /* Fewer callers than checks: the rest compare the return address itself, which is equal by the key. */
    for (; checks < DLC_SITE_CHECKS; checks++) {
        site->values[checks] = caller.return_address;
        site->words[checks] = 1;
    }
    site->frame = caller.frame;
    site->stack = stack;
    atomic_signal_fence(memory_order_release);
    site->return_address = caller.return_address;
}

/* Code that no known module contains: a library has been loaded, or it was made at run time. */
static void look_for_new_modules(const struct dlc_stack_view *view)
{
    for (size_t i = 0; i < view->frame_count; i++)
        if (!dlc_modules_know(view->frames[i])) {
            dlc_modules_scan();
            return;
        }
}

dlc_ref dlc_site_stack(struct dlc_thread *thread, struct dlc_caller caller)
{
    dlc_ref stack = dlc_site_get_beyond(thread, caller);

    if (!stack) {
        bool is_new;

        dlc_stack_take(thread, caller, thread->view);
        dlc_lifetime_stack_unwound(thread);
        stack = dlc_stack_keep(thread->view, &is_new);
        if (is_new && !thread->view->is_short)
            look_for_new_modules(thread->view);
        if (stack) {
            grow_if_crowded(thread);
            remember(thread, caller, thread->view, stack);
        }
    }
    return stack;
}
