/* What the kernel says about this process: whether anything but a known thread could still set it in motion. */
#ifndef DLC_LIVE_OUTSIDE_H
#define DLC_LIVE_OUTSIDE_H

#include <stdbool.h>
#include <stdint.h>

enum dlc_outside_tasks {
    DLC_TASKS_ASLEEP,  /* every task but the calling one sleeps, and there are as many as expected */
    DLC_TASKS_MOVING,  /* as many as expected, but some are still running */
    DLC_TASKS_UNKNOWN  /* tasks that we do not know, or no /proc to look at */
};

/* Looks at every task of the process; `expected` counts the calling one. */
enum dlc_outside_tasks dlc_outside_tasks(uint32_t expected);

/* Whether a timer or a signal handler of the program could interrupt the silence. Where the kernel does not tell: yes. */
bool dlc_outside_may_wake(void);

#endif
