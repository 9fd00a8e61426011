#include "libdlcheck/record/writer_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "libdlcheck/base/output.h"
#include "libdlcheck/base/system.h"

/* High enough for programs that hand out low descriptors themselves, low enough not to blow up the kernel's table. */
#define PREFERRED_DESCRIPTOR 1000
#define MAX_FILES_PER_PID 100000u

int dlc_writer_file_move_descriptor(int descriptor)
{
    struct rlimit limit;
    int lowest = PREFERRED_DESCRIPTOR;
    int moved;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < PREFERRED_DESCRIPTOR + 16)
        lowest = limit.rlim_cur > 32 ? (int)limit.rlim_cur - 16 : 3;
    moved = fcntl(descriptor, F_DUPFD_CLOEXEC, lowest);
    if (moved < 0)
        return descriptor;
    dlc_system_close(descriptor);
    return moved;
}

int dlc_writer_file_create(struct dlc_writer_file *file, const char *folder)
{
    struct stat status;

    file->descriptor = -1;
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        return errno;
    for (unsigned number = 0; number < MAX_FILES_PER_PID; number++) {
        if (dlc_format(file->path, sizeof file->path, "%s/%d.%u.dlc", folder, getpid(), number) >=
            sizeof file->path)
            return ENAMETOOLONG;
        file->descriptor = dlc_system_open(file->path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0666);
        if (file->descriptor >= 0 || errno != EEXIST)
            break;
    }
    if (file->descriptor < 0)
        return errno;
    file->descriptor = dlc_writer_file_move_descriptor(file->descriptor);
    if (fstat(file->descriptor, &status) != 0)
        return errno;
    file->device = status.st_dev;
    file->inode = status.st_ino;
    return 0;
}

static bool is_ours(const struct dlc_writer_file *file, int descriptor)
{
    struct stat status;

    return descriptor >= 0 && fstat(descriptor, &status) == 0 && status.st_dev == file->device &&
           status.st_ino == file->inode;
}

/* Programs close descriptors they did not open, and the number may by now name a file of theirs. */
static int usable_descriptor(struct dlc_writer_file *file)
{
    if (!is_ours(file, file->descriptor)) {
        int descriptor = dlc_system_open(file->path, O_RDWR | O_NOFOLLOW, 0);

        if (descriptor >= 0 && !is_ours(file, descriptor)) {
            dlc_system_close(descriptor);
            descriptor = -1;
        }
        file->descriptor = descriptor >= 0 ? dlc_writer_file_move_descriptor(descriptor) : -1;
    }
    return file->descriptor;
}

int dlc_writer_file_grow(struct dlc_writer_file *file, uint64_t old_bytes, uint64_t size_bytes)
{
    int descriptor = usable_descriptor(file);
    static const char zeros[4096];
    struct rlimit limit;

    if (descriptor < 0)
        return EBADF;
    if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && size_bytes > limit.rlim_cur)
        return EFBIG;
    if (syscall(SYS_fallocate, descriptor, 0, old_bytes, size_bytes - old_bytes) == 0)
        return 0;
    if (errno != EOPNOTSUPP && errno != ENOSYS)
        return errno;
    for (uint64_t at = old_bytes; at < size_bytes; at += sizeof zeros)
        if (dlc_system_pwrite(descriptor, zeros, sizeof zeros, at) != (ssize_t)sizeof zeros)
            return errno ? errno : ENOSPC;
    return 0;
}
