/* Around every use of libunwind: see unwinder.c. In pairs; the second gets what the first returned. */
#ifndef DLC_INTERPOSE_UNWINDER_H
#define DLC_INTERPOSE_UNWINDER_H

int dlc_unwinder_begin(void);
void dlc_unwinder_end(int before);

#endif
