/* Starts a program with the library preloaded and waits for it, as a shell would. */
#ifndef DLC_TOOLS_LAUNCH_H
#define DLC_TOOLS_LAUNCH_H

#include <stdbool.h>

/* Runs `path` with `argv` in the current environment, DLCHECK_OPTIONS being `settings` with "root=" for the
   program's own process, and waits until it ends. While it runs, INT and QUIT (which the terminal sends to it too)
   are left to it, TERM and HUP are passed on. False: it could not be started (errno); else `status` is as waitpid
   has it. */
bool dlc_launch(const char *path, char *const argv[], const char *settings, int *status);

#endif
