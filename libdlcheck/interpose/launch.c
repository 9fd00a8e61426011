#include "libdlcheck/interpose/launch.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "libdlcheck/base/arena.h"
#include "libdlcheck/base/futex_lock.h"
#include "libdlcheck/base/peek.h"
#include "libdlcheck/interpose/real.h"
#include "libdlcheck/live/live.h"
#include "libdlcheck/track/site.h"

#define STACK_BYTES_UNKNOWN ((size_t)8 << 20)

static struct {
    struct dlc_futex_lock lock;
    struct dlc_arena arena;
    struct dlc_launch *spare;
} launches;

static pthread_key_t end_key;
static bool has_end_key;

static size_t stack_bytes(const pthread_attr_t *attributes)
{
    pthread_attr_t defaults;
    size_t size_bytes = STACK_BYTES_UNKNOWN;

    if (attributes) {
        pthread_attr_getstacksize(attributes, &size_bytes);
    } else if (pthread_getattr_default_np(&defaults) == 0) {
        pthread_attr_getstacksize(&defaults, &size_bytes);
        pthread_attr_destroy(&defaults);
    }
    return size_bytes;
}

static bool is_detached(const pthread_attr_t *attributes)
{
    int state = PTHREAD_CREATE_JOINABLE;

    if (attributes)
        pthread_attr_getdetachstate(attributes, &state);
    return state == PTHREAD_CREATE_DETACHED;
}

static struct dlc_launch *take(void)
{
    struct dlc_launch *launch;

    dlc_futex_lock_acquire(&launches.lock);
    launch = launches.spare;
    if (launch)
        launches.spare = launch->next;
    else
        launch = dlc_arena_alloc(&launches.arena, sizeof *launch);
    dlc_futex_lock_release(&launches.lock);
    return launch;
}

static void give_back(struct dlc_launch *launch)
{
    dlc_futex_lock_acquire(&launches.lock);
    launch->next = launches.spare;
    launches.spare = launch;
    dlc_futex_lock_release(&launches.lock);
}

struct dlc_launch *dlc_launch_prepare(const pthread_attr_t *attributes, struct dlc_caller caller)
{
    size_t size_bytes = stack_bytes(attributes);
    struct dlc_thread *thread = dlc_thread_enter();
    struct dlc_launch *launch;

    if (!thread)
        return NULL;
    launch = take();
    if (launch) {
        launch->birth = (struct dlc_thread_birth){
            .ref = dlc_thread_expect(),
            .parent = thread->ref,
            .parent_segment = thread->record->segment,
            .create_stack = dlc_site_stack(thread, caller),
            .stack_bytes = size_bytes,
            .detached = is_detached(attributes),
        };
        dlc_thread_next_segment(thread);
    }
    dlc_thread_leave(thread);
    return launch;
}

void dlc_launch_created(dlc_ref ref, const pthread_t *handle)
{
    struct dlc_thread *thread = ref ? dlc_thread_enter() : NULL;
    pthread_t created;

    if (!thread)
        return;
    if (dlc_peek((uint64_t)(uintptr_t)handle, &created, sizeof created))
        dlc_thread_created(ref, (uint64_t)created);
    dlc_thread_leave(thread);
}

void dlc_launch_cancel(struct dlc_launch *launch)
{
    struct dlc_thread *thread = dlc_thread_enter();

    dlc_thread_expect_no_more(launch->birth.ref);
    give_back(launch);
    if (thread)
        dlc_thread_leave(thread);
}

struct dlc_launch dlc_launch_begin(struct dlc_launch *launch)
{
    struct dlc_launch copy = *launch;

    struct dlc_thread *thread;

    dlc_thread_begin(&copy.birth);
    thread = dlc_thread_enter();
    give_back(launch);
    if (thread)
        dlc_thread_leave(thread);
    return copy;
}

/* Other destructors may lock in this round and in the ones that follow: ours counts them and acts in the last. */
static void at_end(void *value)
{
    struct dlc_thread *thread = dlc_thread_enter();

    if (!thread)
        return;
    if (thread == value && ++thread->key_rounds >= PTHREAD_DESTRUCTOR_ITERATIONS) {
        dlc_ref ref = thread->ref;

        dlc_thread_end(thread);
        dlc_live_ended(ref);
        return;
    }
    dlc_thread_leave(thread);
    pthread_setspecific(end_key, thread);
}

void dlc_launch_start(void)
{
    if (!has_end_key)
        has_end_key = pthread_key_create(&end_key, at_end) == 0;
}

void dlc_launch_watch_end(struct dlc_thread *thread)
{
    if (has_end_key)
        pthread_setspecific(end_key, thread);
}

static void (*child_begins)(void);

static void in_child(void)
{
    dlc_stack_fork_done();
    child_begins();
}

void dlc_launch_watch_forks(void (*begins)(void))
{
    child_begins = begins;
    pthread_atfork(dlc_stack_fork_prepare, dlc_stack_fork_done, in_child);
}

void dlc_launch_reset(void)
{
    dlc_arena_release(&launches.arena);
    memset(&launches, 0, sizeof launches);
}
