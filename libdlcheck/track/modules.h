/*
 * Which files are mapped where: MODULE records, so that addresses can be looked up after the process is gone, and
 * after a library is.
 */
#ifndef DLC_TRACK_MODULES_H
#define DLC_TRACK_MODULES_H

#include <stdbool.h>
#include <stdint.h>

/* All: inside only, none of our locks held. */

/* Records modules that are new, and ends those that are gone: then stacks and locks of another unload epoch begin,
   and locks that lay in them have ended. Some microseconds. */
void dlc_modules_scan(void);

/* Whether `address` lies in a module that has a record. */
bool dlc_modules_know(uint64_t address);

void dlc_modules_reset(void);

#endif
