/* The ways in which a process ends on its own. */
#ifndef DLC_INTERPOSE_ENDING_H
#define DLC_INTERPOSE_ENDING_H

/* Called when the process is about to end with `status`; returns the status to end with. Set by runtime/; NULL:
   nobody listens. A child of vfork, which runs in its parent's memory, is for the listener to tell apart. */
extern int (*dlc_ending)(int status);

#endif
