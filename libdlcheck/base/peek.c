#include "libdlcheck/base/peek.h"

#include <errno.h>
#include <sys/uio.h>
#include <unistd.h>

bool dlc_peek(uint64_t address, void *copy, size_t size_bytes)
{
    struct iovec here = {copy, size_bytes};
    struct iovec there = {(void *)(uintptr_t)address, size_bytes};
    int saved_errno = errno;
    bool copied = process_vm_readv(getpid(), &here, 1, &there, 1, 0) == (ssize_t)size_bytes;

    errno = saved_errno;
    return copied;
}
