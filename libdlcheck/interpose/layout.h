/* Proof, on a real mutex, that the layout which base/glibc_mutex.h describes is the one of this C library. */
#ifndef DLC_INTERPOSE_LAYOUT_H
#define DLC_INTERPOSE_LAYOUT_H

#include <stdbool.h>

bool dlc_layout_is_known(void);

#endif
