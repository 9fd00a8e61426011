#include "libdlcheck/base/system.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define BIT_OF(signal) (UINT64_C(1) << ((signal)-1))

int dlc_system_open(const char *path, int flags, mode_t mode)
{
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, mode);
}

ssize_t dlc_system_read(int descriptor, void *bytes, size_t size_bytes)
{
    return syscall(SYS_read, descriptor, bytes, size_bytes);
}

ssize_t dlc_system_pwrite(int descriptor, const void *bytes, size_t size_bytes, uint64_t offset_bytes)
{
    return syscall(SYS_pwrite64, descriptor, bytes, size_bytes, offset_bytes);
}

void dlc_system_close(int descriptor)
{
    syscall(SYS_close, descriptor);
}

size_t dlc_system_read_file(const char *path, char *text, size_t size_bytes)
{
    int saved_errno = errno;
    int file = dlc_system_open(path, O_RDONLY, 0);
    size_t length = 0;
    ssize_t part = 1;

    while (file >= 0 && part > 0 && length + 1 < size_bytes) {
        part = dlc_system_read(file, text + length, size_bytes - 1 - length);
        if (part > 0)
            length += (size_t)part;
    }
    if (file >= 0)
        dlc_system_close(file);
    text[length] = '\0';
    errno = saved_errno;
    return length;
}

uint64_t dlc_system_block_signals(void)
{
    /* A fault must find its handler. */
    const uint64_t faults = BIT_OF(SIGSEGV) | BIT_OF(SIGBUS) | BIT_OF(SIGFPE) | BIT_OF(SIGILL) | BIT_OF(SIGTRAP);
    const uint64_t blocked = ~faults;
    uint64_t before = 0;

    syscall(SYS_rt_sigprocmask, SIG_BLOCK, &blocked, &before, sizeof blocked);
    return before;
}

void dlc_system_restore_signals(uint64_t before)
{
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, sizeof before);
}

void dlc_system_pause(uint64_t pause_ns)
{
    struct timespec pause = {(time_t)(pause_ns / 1000000000), (long)(pause_ns % 1000000000)};

    syscall(SYS_nanosleep, &pause, NULL);
}
