/* The subcommands of `dlcheck`, one file each, and what they share: exit codes and the voice for trouble. */
#ifndef DLC_TOOLS_COMMAND_H
#define DLC_TOOLS_COMMAND_H

#include <stdbool.h>

/* Documented in dlcheck.1. */
enum dlc_exit {
    DLC_EXIT_NOTHING = 0,
    DLC_EXIT_TROUBLE = 2,    /* wrong usage, or dlcheck could not do its work */
    DLC_EXIT_UNREADABLE = 3, /* a recording could not be read */
    DLC_EXIT_FINDINGS = 66,
    DLC_EXIT_NOT_EXECUTABLE = 126,
    DLC_EXIT_NOT_FOUND = 127,
    DLC_EXIT_SIGNAL = 128 /* plus the number of the signal that ended the program */
};

/* Each gets its own arguments, argv[0] being its name, and returns the exit status. */
int dlc_command_run(int argc, char **argv);
int dlc_command_report(int argc, char **argv);
int dlc_command_help(int argc, char **argv);

/* Prints the help of a command, "options", or, for NULL, of the whole, to stdout. False: there is no such topic,
   or it could not be written; and this was said. */
bool dlc_help_print(const char *topic);

/* "dlcheck: <sentence>" to stderr. */
__attribute__((format(printf, 1, 2))) void dlc_say(const char *format, ...);

/* The same with a hint at `dlcheck help <topic>`, or at `dlcheck help` for NULL. */
__attribute__((format(printf, 2, 3))) void dlc_say_usage(const char *topic, const char *format, ...);

#endif
