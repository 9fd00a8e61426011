#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "libdlcheck/base/arena.h"
#include "libdlcheck/base/peek.h"
#include "libdlcheck/base/system.h"
#include "libdlcheck/interpose/launch.h"
#include "libdlcheck/interpose/layout.h"
#include "libdlcheck/interpose/unwinder.h"
#include "libdlcheck/live/live.h"
#include "libdlcheck/record/writer.h"
#include "libdlcheck/runtime/runtime.h"
#include "libdlcheck/track/modules.h"
#include "libdlcheck/track/site.h"
#include "libdlcheck/track/stack.h"
#include "libdlcheck/track/thread.h"

#define PATH_BYTES    4096
#define COMMAND_BYTES 16384

struct dlc_options dlc_runtime_options;

static struct dlc_runtime_state *state;

struct dlc_runtime_state *dlc_runtime_state(void)
{
    struct dlc_runtime_state *known = __atomic_load_n(&state, __ATOMIC_ACQUIRE);
    struct dlc_runtime_state *made;

    if (known)
        return known;
    made = dlc_pages_map(sizeof *made);
    if (!made)
        return NULL;
    madvise(made, sizeof *made, MADV_WIPEONFORK);
    if (__atomic_compare_exchange_n(&state, &known, made, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return made;
    dlc_pages_unmap(made, sizeof *made);
    return known;
}

/* The folder as an absolute path: the program may change its directory. */
static void fix_folder(void)
{
    char *folder = dlc_runtime_options.dir;
    char here[PATH_BYTES];
    char joined[DLC_OPTION_TEXT_BYTES];

    if (folder[0] == '/' || !getcwd(here, sizeof here) ||
        dlc_format(joined, sizeof joined, "%s/%s", here, folder) >= sizeof joined)
        return;
    memcpy(folder, joined, sizeof joined);
}

void dlc_runtime_read_options(void)
{
    static bool done;
    const char *text = dlc_environment_get("DLCHECK_OPTIONS");
    char problem[256];

    if (done)
        return;
    done = true;
    dlc_options_defaults(&dlc_runtime_options);
    if (text && !dlc_options_parse(&dlc_runtime_options, text, problem, sizeof problem)) {
        dlc_report_start();
        dlc_report_line("DLCHECK_OPTIONS: %s", problem);
    }
    fix_folder();
}

static uint64_t now_ns(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

static dlc_ref text_of_file(const char *path)
{
    static char text[COMMAND_BYTES];
    size_t length = dlc_system_read_file(path, text, sizeof text);

    return length ? dlc_writer_text(text, length) : 0;
}

static void describe_process(void)
{
    struct dlc_header *header = dlc_writer_header();
    static char path[PATH_BYTES];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);

    header->start_realtime_ns = now_ns(CLOCK_REALTIME);
    header->start_monotonic_ns = now_ns(CLOCK_MONOTONIC);
    header->program = length > 0 ? dlc_writer_text(path, (size_t)length) : 0;
    header->command = text_of_file("/proc/self/cmdline");
    header->folder = getcwd(path, sizeof path) ? dlc_writer_text(path, strlen(path)) : 0;
    dlc_modules_scan();
}

static enum dlc_runtime_phase start_recording(void)
{
    char problem[PATH_BYTES + 256];

    if (dlc_writer_base) {
        uint32_t owner = dlc_thread_tid_before_fork();

        dlc_fork_reset();
        dlc_live_add_inherited_owner(owner);
    }
    if (!dlc_writer_open(dlc_runtime_options.dir, dlc_runtime_options.max_recording, problem, sizeof problem)) {
        dlc_report_line("no memory for a recording; going on without dlcheck");
        return DLC_RUNTIME_OFF;
    }
    if (problem[0])
        dlc_report_line("%s", problem);
    dlc_launch_start();
    describe_process();
    return DLC_RUNTIME_ON;
}

bool dlc_runtime_start(void)
{
    struct dlc_runtime_state *mine = dlc_runtime_state();
    bool is_on;

    if (!mine)
        return false;
    if (__atomic_load_n(&mine->phase, __ATOMIC_ACQUIRE) == DLC_RUNTIME_ON)
        return true;
    dlc_futex_lock_acquire(&mine->lock);
    if (mine->phase == DLC_RUNTIME_NEW) {
        dlc_runtime_read_options();
        mine->pid = (uint32_t)getpid();
        __atomic_store_n(&mine->phase, start_recording(), __ATOMIC_RELEASE);
    }
    is_on = mine->phase == DLC_RUNTIME_ON;
    dlc_futex_lock_release(&mine->lock);
    return is_on;
}

/* Before any code of the program or of its libraries, as far as the loader lets us; but events may come even
   earlier (from a constructor or a malloc that locks), so that nothing but the call-backs depends on this having
   run. */
static void __attribute__((constructor(101))) construct(void)
{
    int saved_errno = errno;
    struct dlc_thread *thread = NULL;

    dlc_thread_ignore_begin();
    dlc_runtime_read_options();
    dlc_report_start();
    if (dlc_runtime_options.help) {
        struct dlc_output output;

        dlc_output_open(&output, 2);
        dlc_options_help(&output);
        dlc_output_flush(&output);
    }
    if (!dlc_peek((uint64_t)(uintptr_t)&thread, &thread, sizeof thread))
        dlc_report_line("process_vm_readv is not allowed here: threads that are stuck are not recognised");
    if (!dlc_layout_is_known()) {
        dlc_report_line(
            "this C library keeps its mutexes in a way that dlcheck does not know; going on without it");
        dlc_threads_set_enabled(false);
    }
    dlc_stack_start(dlc_runtime_options.frames);
    dlc_ending_start();
    dlc_launch_watch_forks(dlc_fork_begins);
    dlc_thread_ignore_end();
    /* Call sites learned before libunwind was there have one frame. */
    thread = dlc_thread_current() || dlc_runtime_options.root == (uint64_t)getpid() ? dlc_thread_enter() : NULL;
    if (thread) {
        dlc_site_void(thread);
        dlc_thread_leave(thread);
    }
    errno = saved_errno;
}

/* Set at link time, for events that come before the constructor. */
bool (*dlc_thread_start_runtime)(void) = dlc_runtime_start;
void (*dlc_thread_attached)(struct dlc_thread *thread) = dlc_launch_watch_end;
int (*dlc_stack_unwinder_begin)(void) = dlc_unwinder_begin;
void (*dlc_stack_unwinder_end)(int before) = dlc_unwinder_end;
void (*dlc_live_found)(const struct dlc_event_record *event, bool stuck) = dlc_ending_live;
