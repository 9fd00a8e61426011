#include "libdlcheck/record/writer_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "libdlcheck/base/output.h"
#include "libdlcheck/base/system.h"

/* High enough for programs that hand out low descriptors themselves, low enough not to blow up the kernel's table.
 */
#define PREFERRED_DESCRIPTOR   1000
#define DESCRIPTORS_LEFT_ALONE 64u
#define MAX_FILES_PER_PID      100000u

int dlc_writer_file_move_descriptor(int descriptor)
{
    struct rlimit limit;
    int lowest = PREFERRED_DESCRIPTOR;
    int moved = -1;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < PREFERRED_DESCRIPTOR + 16)
        lowest = limit.rlim_cur > DESCRIPTORS_LEFT_ALONE ? (int)limit.rlim_cur - 16 : -1;
    if (lowest > 0)
        moved = fcntl(descriptor, F_DUPFD_CLOEXEC, lowest);
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
    if (fstat(file->descriptor, &status) != 0)
        return errno;
    file->device = status.st_dev;
    file->inode = status.st_ino;
    file->descriptor = dlc_writer_file_move_descriptor(file->descriptor);
    return 0;
}

static bool is_ours(const struct dlc_writer_file *file, int descriptor)
{
    struct stat status;

    return descriptor >= 0 && fstat(descriptor, &status) == 0 && status.st_dev == file->device &&
           status.st_ino == file->inode;
}

/* Programs close descriptors they did not open, and the number may by now name a file of theirs: then, and where
   none could be kept, the file is opened again. -1: it cannot be, or is another one. */
static int open_again(const struct dlc_writer_file *file)
{
    int descriptor = dlc_system_open(file->path, O_RDWR | O_NOFOLLOW, 0);

    if (descriptor >= 0 && !is_ours(file, descriptor)) {
        dlc_system_close(descriptor);
        return -1;
    }
    return descriptor;
}

static int allocate(int descriptor, uint64_t old_bytes, uint64_t size_bytes)
{
    static const char zeros[4096];

    if (syscall(SYS_fallocate, descriptor, 0, old_bytes, size_bytes - old_bytes) == 0)
        return 0;
    if (errno != EOPNOTSUPP && errno != ENOSYS)
        return errno;
    for (uint64_t at = old_bytes; at < size_bytes; at += sizeof zeros)
        if (dlc_system_pwrite(descriptor, zeros, sizeof zeros, at) != (ssize_t)sizeof zeros)
            return errno ? errno : ENOSPC;
    return 0;
}

int dlc_writer_file_map(struct dlc_writer_file *file, void *place, uint64_t old_bytes, uint64_t size_bytes)
{
    bool kept = is_ours(file, file->descriptor);
    int descriptor = kept ? file->descriptor : open_again(file);
    struct rlimit limit;
    int error;

    if (descriptor < 0)
        return EBADF;
    if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && size_bytes > limit.rlim_cur)
        error = EFBIG;
    else
        error = allocate(descriptor, old_bytes, size_bytes);
    if (!error && mmap(place, size_bytes - old_bytes, PROT_READ | PROT_WRITE, MAP_FIXED | MAP_SHARED, descriptor,
                       (off_t)old_bytes) == MAP_FAILED)
        error = errno;
    if (!kept)
        file->descriptor = dlc_writer_file_move_descriptor(descriptor);
    return error;
}

void dlc_writer_file_close(struct dlc_writer_file *file)
{
    if (is_ours(file, file->descriptor))
        dlc_system_close(file->descriptor);
    file->descriptor = -1;
}

void dlc_writer_file_discard(struct dlc_writer_file *file)
{
    if (file->inode == 0)
        return;
    dlc_writer_file_close(file);
    unlink(file->path);
}
