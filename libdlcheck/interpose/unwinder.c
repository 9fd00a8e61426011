/*
 * What libunwind does behind our back in the program.
 *
 * It opens a pipe at its start and keeps it: it tests addresses by writing from them. In a program that closes and
 * numbers its own descriptors these numbers soon name files of the program, so they are high ones, and before each
 * use it is checked that they are still that pipe.
 *
 * And it writes, reads and syncs, all of them cancellation points, inside lock calls, which are none.
 */
#include "libdlcheck/interpose/unwinder.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libdlcheck/base/futex_lock.h"
#include "libdlcheck/interpose/real.h"
#include "libdlcheck/record/writer_file.h"
#include "libdlcheck/track/stack.h"

static struct {
    struct dlc_futex_lock lock;
    int *descriptors; /* libunwind's own variable; NULL: it has no pipe */
    dev_t device;
    ino_t inode;
} probe;

static bool is_the_probe(int descriptor)
{
    struct stat status;

    return fstat(descriptor, &status) == 0 && status.st_dev == probe.device && status.st_ino == probe.inode;
}

/* Both -1 where no high numbers are to be had: then libunwind takes every address for invalid, and stacks are
 * short. */
static void open_probe(int descriptors[2])
{
    struct stat status;

    if (dlc_real.pipe2(descriptors, O_CLOEXEC | O_NONBLOCK) != 0) {
        descriptors[0] = descriptors[1] = -1;
        return;
    }
    if (fstat(descriptors[0], &status) == 0) {
        probe.device = status.st_dev;
        probe.inode = status.st_ino;
    }
    descriptors[0] = dlc_writer_file_move_descriptor(descriptors[0]);
    descriptors[1] = dlc_writer_file_move_descriptor(descriptors[1]);
}

DLC_EXPORT int pipe2(int descriptors[2], int flags)
{
    if (!dlc_stack_is_unwinders(DLC_CALLER().return_address))
        return dlc_real.pipe2(descriptors, flags);
    probe.descriptors = descriptors;
    open_probe(descriptors);
    return 0;
}

int dlc_unwinder_begin(void)
{
    int before;

    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
    dlc_futex_lock_acquire(&probe.lock);
    if (probe.descriptors && probe.descriptors[0] >= 0 &&
        (!is_the_probe(probe.descriptors[0]) || !is_the_probe(probe.descriptors[1])))
        open_probe(probe.descriptors);
    dlc_futex_lock_release(&probe.lock);
    return before;
}

void dlc_unwinder_end(int before)
{
    int held;

    pthread_setcancelstate(before, &held);
}
