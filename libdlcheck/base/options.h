/*
 * The runtime's options: one table (options.def: name, type, default, help), from which the parser, `help=1`, the
 * flags of `dlcheck run` and the man page come.
 */
#ifndef DLC_BASE_OPTIONS_H
#define DLC_BASE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libdlcheck/base/output.h"

enum dlc_on_deadlock { DLC_ON_DEADLOCK_EXIT = 0, DLC_ON_DEADLOCK_CONTINUE, DLC_ON_DEADLOCK_ABORT };

#define DLC_OPTION_TEXT_BYTES 1024

/* One member per row of options.def. */
struct dlc_options {
#define DLC_OPTION_TEXT(name, initial, argument, help)                     char name[DLC_OPTION_TEXT_BYTES];
#define DLC_OPTION_NUMBER(name, initial, minimum, maximum, argument, help) uint64_t name;
#define DLC_OPTION_CHOICE(name, initial, choices, help)                    uint32_t name;
#define DLC_OPTION_INTERNAL(name, initial, minimum, maximum, help)         uint64_t name;
#include "libdlcheck/base/options.def"
};

/* A row as data, for help texts and for the flags of `dlcheck run`. */
struct dlc_option_row {
    const char *name;
    const char *argument; /* "FILE", "N", or the choices "exit|continue|abort" */
    const char *initial;  /* default, as one would write it */
    const char *help;
    bool internal; /* set by dlcheck itself; not shown */
};
extern const struct dlc_option_row dlc_option_rows[];
extern const size_t dlc_option_row_count;

/* Sets every option to its default. */
void dlc_options_defaults(struct dlc_options *options);

/* Sets one option. False: the name is unknown or the value is wrong; `problem` then says so in one sentence that
   names the option and what was expected. */
bool dlc_options_set(struct dlc_options *options, const char *name, size_t name_length, const char *value,
                     size_t value_length, char *problem, size_t problem_bytes);

/* Parses "key=value:key=value"; within a value, ':' is written "\:" and '\' may be written "\\". Wrong parts are
   skipped; the first problem is told. False when there was one. */
bool dlc_options_parse(struct dlc_options *options, const char *text, char *problem, size_t problem_bytes);

/* The table, as `help=1` prints it. */
void dlc_options_help(struct dlc_output *output);

#endif
