/* Whether a program can be looked into by preloading at all. */
#ifndef DLC_TOOLS_ELF_CHECK_H
#define DLC_TOOLS_ELF_CHECK_H

#include <stdbool.h>
#include <stddef.h>

/* Finds the program as execvp would. The caller frees the path. NULL, with errno: not found (ENOENT), or found but
   not executable (EACCES). */
char *dlc_program_find(const char *name);

/* False: preloading cannot work, and `problem` says why, as a sentence that starts with the program's name. Of a
   script, its interpreter is checked. What is not known is let through. */
bool dlc_program_check(const char *path, char *problem, size_t problem_bytes);

#endif
