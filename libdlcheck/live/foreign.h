/* Locks that were once released by a thread that did not own them. What such a program does with its locks is
   hand-over, not ownership: no wait for one proves a deadlock. */
#ifndef DLC_LIVE_FOREIGN_H
#define DLC_LIVE_FOREIGN_H

#include <stdbool.h>
#include <stdint.h>

void dlc_foreign_note(uint64_t lock);
bool dlc_foreign_seen(uint64_t lock);

/* Another lock begins at that address. */
void dlc_foreign_forget(uint64_t lock);

void dlc_foreign_reset(void);

#endif
