/* What the kernel says about this process: whether anything but a known thread could still set it in motion. */
#ifndef DLC_LIVE_OUTSIDE_H
#define DLC_LIVE_OUTSIDE_H

#include <stdbool.h>
#include <stdint.h>

/* Number of tasks of this process; 0 where the kernel does not tell. */
uint32_t dlc_outside_task_count(void);

/* Whether the task `tid` of this process sleeps in a futex call; then `word` is the address of the futex. */
bool dlc_outside_sleeps_on_futex(uint32_t tid, uint64_t *word);

/* Whether a timer or a signal handler of the program could interrupt the silence. Where the kernel does not tell:
 * yes. */
bool dlc_outside_may_wake(void);

#endif
