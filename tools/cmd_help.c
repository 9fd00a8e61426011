#include <string.h>
#include <unistd.h>

#include "libdlcheck/base/options.h"
#include "libdlcheck/report/prose.h"
#include "tools/command.h"

static const char overview[] =
    "dlcheck finds deadlocks, locks taken in clashing orders, and misused locks in programs that use pthreads.\n"
    "\n"
    "  dlcheck run [OPTIONS] [--] PROGRAM [ARGUMENTS]   run a program and report what was found\n"
    "  dlcheck report [OPTIONS] [FOLDER | FILE.dlc ...] report again what a run recorded\n"
    "  dlcheck help [run | report | options]            explain\n"
    "  dlcheck --version\n"
    "\n"
    "The program need not be recompiled; build it with -g to see lines. Exit status: 66 when something was "
    "found.\n";

static const char run_help[] =
    "dlcheck run [OPTIONS] [--] PROGRAM [ARGUMENTS]\n"
    "\n"
    "Runs the program and everything it starts under dlcheck, and afterwards writes what was found to stderr.\n"
    "The recordings are kept in dlcheck.out; those of the run before are moved to dlcheck.out.old.\n"
    "\n"
    "  --format=text|json\n"
    "          how to report (default: text)\n"
    "  --output=FILE\n"
    "          write the report to FILE instead of stderr\n"
    "  --all\n"
    "          show also what is otherwise only counted, because it cannot happen as it is\n"
    "  --suppressions=FILE\n"
    "          leave out the findings that FILE names, by the lines that reports end with\n"
    "  --error-exitcode=N\n"
    "          exit status when something was found (default: 66); 0: the program's own\n"
    "\n"
    "and the options of the library:\n"
    "\n";

static const char run_status[] =
    "\n"
    "Exit status: 66 when something was found in any process; else the program's own, or 128 + N when signal N "
    "ended\n"
    "it. 2: wrong usage, the program cannot be looked into, or the report could not be written. 3: a recording "
    "could\n"
    "not be read and nothing else was wrong. 126: the program cannot be executed. 127: it was not found.\n"
    "Environment: DLCHECK_OPTIONS (see dlcheck help options), DLCHECK_LIBRARY (path of libdlcheck.so), "
    "NO_COLOR.\n";

static const char report_help[] =
    "dlcheck report [OPTIONS] [FOLDER | FILE.dlc ...]\n"
    "\n"
    "Reports what recordings show, also those of programs that hang or were killed. Without arguments: "
    "dlcheck.out.\n"
    "\n"
    "  --format=text|json\n"
    "          how to report (default: text)\n"
    "  --output=FILE\n"
    "          write the report to FILE instead of stdout\n"
    "  --all\n"
    "          show also what is otherwise only counted, because it cannot happen as it is\n"
    "  --suppressions=FILE\n"
    "          leave out the findings that FILE names, by the lines that reports end with\n"
    "\n"
    "Exit status: 0 nothing was found, 66 something was, 2 wrong usage or the report could not be written,\n"
    "3 a recording could not be read (the others are reported; 66 if they have findings).\n";

static const char options_help[] =
    "Options of the library, for programs run without `dlcheck run`:\n"
    "\n"
    "  LD_PRELOAD=libdlcheck.so DLCHECK_OPTIONS=name=value:name=value ./program\n"
    "\n"
    "In a value, write \\: for a colon. `dlcheck run` takes them as flags: --name=value, with - or _ in names.\n"
    "\n";

static bool shown(const struct dlc_option_row *row, bool as_flag)
{
    static const char *const not_as_flag[] = {"all", "exitcode", "help"}; /* `run` has its own words for them */

    for (size_t i = 0; as_flag && i < sizeof(not_as_flag) / sizeof(not_as_flag[0]); i++) {
        if (!strcmp(row->name, not_as_flag[i]))
            return false;
    }
    return !row->internal;
}

static void print_options(struct dlc_output *output, bool as_flags)
{
    for (size_t i = 0; i < dlc_option_row_count; i++) {
        const struct dlc_option_row *row = &dlc_option_rows[i];

        if (!shown(row, as_flags))
            continue;
        dlc_output_format(output, "  %s", as_flags ? "--" : "");
        for (const char *at = row->name; *at; at++)
            dlc_output_format(output, "%c", as_flags && *at == '_' ? '-' : *at);
        dlc_output_format(output, "=%s\n", row->argument);
        dlc_prose_format(output, 10, *row->initial ? "%s (default: %s)" : "%s", row->help, row->initial);
    }
}

static bool print_topic(struct dlc_output *output, const char *topic)
{
    if (!topic) {
        dlc_output_format(output, "%s", overview);
    } else if (!strcmp(topic, "run")) {
        dlc_output_format(output, "%s", run_help);
        print_options(output, true);
        dlc_output_format(output, "%s", run_status);
    } else if (!strcmp(topic, "report")) {
        dlc_output_format(output, "%s", report_help);
    } else if (!strcmp(topic, "options")) {
        dlc_output_format(output, "%s", options_help);
        print_options(output, false);
    } else {
        return false;
    }
    return true;
}

bool dlc_help_print(const char *topic)
{
    struct dlc_output output;

    dlc_output_open(&output, STDOUT_FILENO);
    if (!print_topic(&output, topic)) {
        dlc_say_usage(NULL, "there is no help on \"%s\"", topic);
        return false;
    }
    dlc_output_flush(&output);
    if (output.failed)
        dlc_say("the help could not be written: %s", strerror(output.error_number));
    return !output.failed;
}

int dlc_command_help(int argc, char **argv)
{
    if (argc > 2) {
        dlc_say_usage(NULL, "help takes one topic");
        return DLC_EXIT_TROUBLE;
    }
    return dlc_help_print(argv[1]) ? DLC_EXIT_NOTHING : DLC_EXIT_TROUBLE;
}
