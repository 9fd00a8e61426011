/*
 * libunwind opens a pipe at its start (it tests addresses by writing from them) and keeps it for good. A program must not see
 * its own descriptors numbered otherwise for that, nor have libunwind write into a file of its own after it has closed and
 * opened a few.
 */
#include <fcntl.h>
#include <unistd.h>

#include "libdlcheck/interpose/real.h"
#include "libdlcheck/record/writer_file.h"
#include "libdlcheck/track/stack.h"

DLC_EXPORT int pipe2(int descriptors[2], int flags)
{
    int result = dlc_real.pipe2(descriptors, flags);

    if (result == 0 && dlc_stack_is_unwinders(DLC_CALLER().return_address)) {
        descriptors[0] = dlc_writer_file_move_descriptor(descriptors[0]);
        descriptors[1] = dlc_writer_file_move_descriptor(descriptors[1]);
    }
    return result;
}
