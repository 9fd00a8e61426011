#include "libdlcheck/interpose/ending.h"

#include <stdlib.h>
#include <unistd.h>

#include "libdlcheck/interpose/real.h"

int (*dlc_ending)(int status);

static int final_status(int status)
{
    return dlc_ending ? dlc_ending(status) : status;
}

DLC_EXPORT void _exit(int status)
{
    dlc_real._exit(final_status(status));
    __builtin_unreachable();
}

DLC_EXPORT void _Exit(int status)
{
    dlc_real._Exit(final_status(status));
    __builtin_unreachable();
}

DLC_EXPORT void quick_exit(int status)
{
    dlc_real.quick_exit(final_status(status));
    __builtin_unreachable();
}
