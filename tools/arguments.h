/* Command line flags: "--name=value", "--name value", "--name"; "--" ends them. */
#ifndef DLC_TOOLS_ARGUMENTS_H
#define DLC_TOOLS_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>

struct dlc_arguments {
    int argc;
    char **argv;
    int next;           /* index of what has not been looked at */
    const char *name;   /* of the current flag, without "--" */
    size_t name_length; /* up to "=" */
    const char *value;  /* behind "=", or NULL */
    bool ended;         /* "--" was seen: no flag follows */
};

void dlc_arguments_start(struct dlc_arguments *arguments, int argc, char **argv);

/* Moves to the next flag. False: none follows; `next` is then the first of the rest. */
bool dlc_arguments_flag(struct dlc_arguments *arguments);

/* Whether the current flag is called `name` ("-" and "_" are the same). */
bool dlc_arguments_is(const struct dlc_arguments *arguments, const char *name);

/* The value of the current flag: behind "=", or else the next argument. NULL: there is none. */
const char *dlc_arguments_value(struct dlc_arguments *arguments);

#endif
