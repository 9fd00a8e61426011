/* Keeps the calling thread from being cancelled inside libunwind: around it, in pairs. */
#ifndef DLC_INTERPOSE_UNWINDER_H
#define DLC_INTERPOSE_UNWINDER_H

int dlc_unwinder_hold_cancellation(void);
void dlc_unwinder_allow_cancellation(int before);

#endif
