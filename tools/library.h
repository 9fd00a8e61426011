/* Where libdlcheck.so is, and how a program is told to load it. */
#ifndef DLC_TOOLS_LIBRARY_H
#define DLC_TOOLS_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

/* Puts the library first in LD_PRELOAD, keeping what is there. It is the file that DLCHECK_LIBRARY names, or else
   the one that belongs to this tool. False: `problem` says why not. */
bool dlc_library_preload(char *problem, size_t problem_bytes);

#endif
