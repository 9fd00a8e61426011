#include "libdlcheck/live/outside.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "libdlcheck/base/output.h"

#define STAT_BYTES 512
#define ENTRIES_BYTES 4096

/* As getdents64 gives it; readdir would allocate. */
struct entry {
    uint64_t inode;
    int64_t offset;
    uint16_t size_bytes;
    uint8_t type;
    char name[];
};

/* The letter for a task's state, or 0 when it is gone. It follows the last ')' of its stat line: the name before may
   contain anything. */
static char state_of(const char *tid)
{
    char path[64];
    char text[STAT_BYTES];
    const char *end;
    ssize_t length;
    int file;

    dlc_format(path, sizeof path, "/proc/self/task/%s/stat", tid);
    file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return 0;
    length = read(file, text, sizeof text - 1);
    close(file);
    if (length <= 0)
        return 0;
    text[length] = '\0';
    end = strrchr(text, ')');
    return end && end[1] == ' ' ? end[2] : 0;
}

enum dlc_outside_tasks dlc_outside_tasks(uint32_t expected)
{
    char entries[ENTRIES_BYTES] __attribute__((aligned(8)));
    char self[16];
    enum dlc_outside_tasks verdict = DLC_TASKS_ASLEEP;
    uint32_t tasks = 0;
    long length;
    int folder = open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (folder < 0)
        return DLC_TASKS_UNKNOWN;
    dlc_format(self, sizeof self, "%d", (int)syscall(SYS_gettid));
    while ((length = syscall(SYS_getdents64, folder, entries, sizeof entries)) > 0) {
        for (long at = 0; at < length;) {
            const struct entry *entry = (const struct entry *)(const void *)(entries + at);

            at += entry->size_bytes;
            if (entry->name[0] == '.')
                continue;
            tasks++;
            if (verdict == DLC_TASKS_ASLEEP && strcmp(entry->name, self) != 0 && state_of(entry->name) != 'S')
                verdict = DLC_TASKS_MOVING;
        }
    }
    close(folder);
    if (length < 0 || tasks > expected)
        return DLC_TASKS_UNKNOWN;
    return tasks == expected ? verdict : DLC_TASKS_MOVING;
}

static bool is_usual(int signal)
{
    static const int usual[] = {SIGINT, SIGTERM, SIGHUP, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS};

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

/* Timers of timer_create. A kernel that does not list them may have some; but one whose expiry runs no handler (there is none,
   see above) could only end the process. */
static bool has_posix_timer(void)
{
    char byte;
    int file = open("/proc/self/timers", O_RDONLY | O_CLOEXEC);
    bool any = false;

    if (file >= 0) {
        any = read(file, &byte, 1) > 0;
        close(file);
    }
    return any;
}

bool dlc_outside_may_wake(void)
{
    return has_handler() || has_interval_timer() || has_posix_timer();
}
