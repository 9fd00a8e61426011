#include "libdlcheck/live/outside.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "libdlcheck/base/output.h"
#include "libdlcheck/base/system.h"

#define LINE_BYTES    256
#define ENTRIES_BYTES 2048

/* As getdents64 gives it; readdir would allocate. */
struct entry {
    uint64_t inode;
    int64_t offset;
    uint16_t size_bytes;
    uint8_t type;
    char name[];
};

uint32_t dlc_outside_task_count(void)
{
    char entries[ENTRIES_BYTES] __attribute__((aligned(8)));
    uint32_t tasks = 0;
    long length;
    int folder = dlc_system_open("/proc/self/task", O_RDONLY | O_DIRECTORY, 0);

    if (folder < 0)
        return 0;
    while ((length = syscall(SYS_getdents64, folder, entries, sizeof entries)) > 0) {
        for (long at = 0; at < length;) {
            const struct entry *entry = (const struct entry *)(const void *)(entries + at);

            tasks += entry->name[0] != '.';
            at += entry->size_bytes;
        }
    }
    dlc_system_close(folder);
    return length < 0 ? 0 : tasks;
}

bool dlc_outside_sleeps_on_futex(uint32_t tid, uint64_t *word)
{
    char path[64];
    char line[LINE_BYTES];
    char *end;

    /* "running", or the number of the system call and its arguments. */
    dlc_format(path, sizeof path, "/proc/self/task/%u/syscall", tid);
    if (dlc_system_read_file(path, line, sizeof line) == 0 || strtoul(line, &end, 10) != SYS_futex || end == line)
        return false;
    *word = strtoull(end, NULL, 16);
    return true;
}

static bool is_usual(int signal)
{
    static const int usual[] = {SIGINT, SIGTERM, SIGHUP,  SIGSEGV, SIGBUS,
                                SIGFPE, SIGILL,  SIGTRAP, SIGABRT, SIGSYS};

    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++)
        if (signal == usual[i])
            return true;
    /* The two that glibc keeps for itself (cancellation, setuid). */
    return signal == __SIGRTMIN || signal == __SIGRTMIN + 1;
}

static bool has_handler(void)
{
    for (int signal = 1; signal <= SIGRTMAX; signal++) {
        struct sigaction action;

        if (!is_usual(signal) && sigaction(signal, NULL, &action) == 0 && action.sa_handler != SIG_DFL &&
            action.sa_handler != SIG_IGN)
            return true;
    }
    return false;
}

static bool has_interval_timer(void)
{
    static const __itimer_which_t kinds[] = {ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF};

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct itimerval timer;

        if (getitimer(kinds[i], &timer) != 0 || timer.it_value.tv_sec || timer.it_value.tv_usec)
            return true;
    }
    return false;
}

/* Timers of timer_create. A kernel that does not list them may have some; but one whose expiry runs no handler
   (there is none, see above) could only end the process. */
static bool has_posix_timer(void)
{
    char text[2];

    return dlc_system_read_file("/proc/self/timers", text, sizeof text) > 0;
}

bool dlc_outside_may_wake(void)
{
    return has_handler() || has_interval_timer() || has_posix_timer();
}
