/*
 * What libunwind does behind our back in the program.
 *
 * It opens a pipe at its start (it tests addresses by writing from them), keeps the descriptors, and closes and opens
 * them again when they do not work: with a program that closes and numbers its own descriptors, these soon name its
 * files. Without the pipe libunwind takes such addresses for invalid, and a stack ends at a frame without unwind tables.
 *
 * And it writes, reads and syncs, all of them cancellation points, inside lock calls, which are none.
 */
#include "libdlcheck/interpose/unwinder.h"

#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#include "libdlcheck/interpose/real.h"
#include "libdlcheck/track/stack.h"

DLC_EXPORT int pipe2(int descriptors[2], int flags)
{
    if (dlc_stack_is_unwinders(DLC_CALLER().return_address)) {
        errno = EMFILE;
        return -1;
    }
    return dlc_real.pipe2(descriptors, flags);
}

int dlc_unwinder_hold_cancellation(void)
{
    int before;

    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
    return before;
}

void dlc_unwinder_allow_cancellation(int before)
{
    int held;

    pthread_setcancelstate(before, &held);
}
