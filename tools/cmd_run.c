#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libdlcheck/base/options.h"
#include "tools/arguments.h"
#include "tools/command.h"
#include "tools/elf_check.h"
#include "tools/launch.h"
#include "tools/library.h"
#include "tools/memory.h"
#include "tools/show.h"

#define PROBLEM_BYTES 8192

struct run {
    struct dlc_options options;
    struct dlc_show show;
    struct dlc_run_folder folder;
    char *settings; /* DLCHECK_OPTIONS for the program */
    int finding_status;
    char **command; /* the program and its arguments */
};

/* Appends ":name=value" with the value's separators escaped. */
static void add_setting(struct run *run, const char *name, const char *value)
{
    char *escaped = dlc_allocate(2 * strlen(value) + 1), *at = escaped, *longer;

    for (; *value; value++) {
        if (*value == ':' || *value == '\\')
            *at++ = '\\';
        *at++ = *value;
    }
    longer = dlc_print("%s%s%s=%s", run->settings, *run->settings ? ":" : "", name, escaped);
    free(run->settings);
    free(escaped);
    run->settings = longer;
}

static bool set_option(struct run *run, const char *name, const char *value)
{
    char problem[PROBLEM_BYTES];

    if (!dlc_options_set(&run->options, name, strlen(name), value, strlen(value), problem, sizeof(problem))) {
        dlc_say_usage("run", "%s", problem);
        return false;
    }
    add_setting(run, name, value);
    return true;
}

static const struct dlc_option_row *find_row(const struct dlc_arguments *arguments)
{
    for (size_t i = 0; i < dlc_option_row_count; i++) {
        if (!dlc_option_rows[i].internal && dlc_arguments_is(arguments, dlc_option_rows[i].name))
            return &dlc_option_rows[i];
    }
    return NULL;
}

/* A flag that is an option of the runtime. */
static bool take_option(struct run *run, struct dlc_arguments *arguments)
{
    const struct dlc_option_row *row = find_row(arguments);
    const char *value;

    if (!row) {
        dlc_say_usage("run", "there is no option --%.*s", (int)arguments->name_length, arguments->name);
        return false;
    }
    value = dlc_arguments_value(arguments);
    if (!value) {
        dlc_say_usage("run", "--%s takes a value: %s", row->name, row->argument);
        return false;
    }
    if (!set_option(run, row->name, value))
        return false;
    if (!strcmp(row->name, "exitcode"))
        run->finding_status = (int)run->options.exitcode;
    return true;
}

static enum dlc_flag take_flag(struct run *run, struct dlc_arguments *arguments)
{
    enum dlc_flag taken = dlc_show_flag(&run->show, arguments, "run");

    if (taken != DLC_FLAG_OTHER)
        return taken;
    if (dlc_arguments_is(arguments, "error-exitcode")) {
        arguments->name = "exitcode";
        arguments->name_length = strlen(arguments->name);
    }
    return take_option(run, arguments) ? DLC_FLAG_TAKEN : DLC_FLAG_WRONG;
}

/* DLC_FLAG_TAKEN: the command line is right and names a program. */
static enum dlc_flag take_command_line(struct run *run, int argc, char **argv)
{
    struct dlc_arguments arguments;

    dlc_arguments_start(&arguments, argc, argv);
    while (dlc_arguments_flag(&arguments)) {
        enum dlc_flag taken = take_flag(run, &arguments);

        if (taken != DLC_FLAG_TAKEN)
            return taken;
    }
    run->show.all = run->show.all || run->options.all;
    run->command = argv + arguments.next;
    if (!*run->command) {
        dlc_say_usage("run", "there is no program to run");
        return DLC_FLAG_WRONG;
    }
    if (run->options.log[0] && run->show.path) {
        dlc_say_usage("run", "--log and --output both say where the report goes; give one of them");
        return DLC_FLAG_WRONG;
    }
    return DLC_FLAG_TAKEN;
}

static bool take_environment(struct run *run)
{
    const char *inherited = getenv("DLCHECK_OPTIONS");
    char problem[PROBLEM_BYTES];

    dlc_options_defaults(&run->options);
    run->settings = dlc_print("%s", inherited ? inherited : "");
    if (inherited && !dlc_options_parse(&run->options, inherited, problem, sizeof(problem))) {
        dlc_say_usage("options", "DLCHECK_OPTIONS is wrong: %s", problem);
        return false;
    }
    run->finding_status = run->options.exitcode ? (int)run->options.exitcode : DLC_EXIT_FINDINGS;
    return true;
}

/* The program may go to another folder. */
static char *absolute(const char *path)
{
    char folder[PATH_MAX];

    if (path[0] == '/' || !getcwd(folder, sizeof(folder)))
        return dlc_print("%s", path);
    return dlc_print("%s/%s", folder, path);
}

/* Everything the program is to find in its environment. The tool prints, so the runtime does not, and the program
   keeps its exit status. */
static bool prepare(struct run *run)
{
    char problem[PROBLEM_BYTES], *wanted;
    bool done;

    if (run->options.log[0]) {
        run->show.path = absolute(run->options.log);
        run->show.append = true;
        add_setting(run, "log", run->show.path);
    }
    if (!dlc_show_possible(&run->show))
        return false;
    wanted = absolute(run->options.dir);
    done = dlc_library_preload(problem, sizeof(problem)) &&
           dlc_run_folder_take(&run->folder, wanted, problem, sizeof(problem));
    free(wanted);
    if (!done) {
        dlc_say("%s", problem);
        return false;
    }
    add_setting(run, "dir", run->folder.path);
    add_setting(run, "exitcode", "0");
    add_setting(run, "help", "0");
    add_setting(run, "print", "0");
    return true;
}

static int program_status(const struct run *run, int status)
{
    if (!WIFSIGNALED(status))
        return WEXITSTATUS(status);
    dlc_say("%s was ended by signal %d (%s)", run->command[0], WTERMSIG(status), strsignal(WTERMSIG(status)));
    return DLC_EXIT_SIGNAL + WTERMSIG(status);
}

/* Reports what the recordings show; `code` is the program's own status. Returns the status of the run. */
static int conclude(struct run *run, int code)
{
    struct dlc_paths paths = {0};
    struct dlc_session session;

    if (!dlc_folder_list(run->folder.path, &paths) || !paths.count) {
        dlc_say("%s left no recording in %s, so nothing is known about it: was the library kept from loading, or "
                "is the "
                "disk full?",
                run->command[0], run->folder.path);
        return code ? code : DLC_EXIT_TROUBLE;
    }
    dlc_session_load(&session, &paths, run->show.all, &run->show.suppressions);
    dlc_show_unreadable(&session);
    if (!dlc_show_session(&run->show, &session))
        code = DLC_EXIT_TROUBLE;
    else if (session.reported_count && run->finding_status)
        code = run->finding_status;
    else if (session.unreadable_count && !code)
        code = DLC_EXIT_UNREADABLE;
    if (session.reported_count)
        dlc_say("the recordings are in %s; `dlcheck report` shows them again", run->folder.path);
    dlc_session_release(&session);
    dlc_paths_release(&paths);
    return code;
}

static int run_program(struct run *run, const char *path)
{
    int status;

    if (!dlc_launch(path, run->command, run->settings, &status)) {
        int code = errno == ENOENT ? DLC_EXIT_NOT_FOUND : DLC_EXIT_NOT_EXECUTABLE;

        dlc_say("%s cannot be started: %s", run->command[0], strerror(errno));
        return code;
    }
    return conclude(run, program_status(run, status));
}

/* The file to execute, or NULL after saying why there is none; `code` then is the exit status. */
static char *find_program(const struct run *run, int *code)
{
    char *path = dlc_program_find(run->command[0]);
    char problem[PROBLEM_BYTES];

    if (!path) {
        *code = errno == EACCES ? DLC_EXIT_NOT_EXECUTABLE : DLC_EXIT_NOT_FOUND;
        dlc_say("%s %s", run->command[0],
                *code == DLC_EXIT_NOT_FOUND
                    ? "was not found"
                    : "cannot be executed: it is not a file, or its mode does not allow it");
    } else if (!dlc_program_check(path, problem, sizeof(problem))) {
        *code = DLC_EXIT_TROUBLE;
        dlc_say("%s", problem);
        free(path);
        path = NULL;
    }
    return path;
}

int dlc_command_run(int argc, char **argv)
{
    struct run run = {.show = {.quiet = true, .descriptor = STDERR_FILENO}};
    int code = DLC_EXIT_TROUBLE;
    enum dlc_flag taken;
    char *path;

    if (!take_environment(&run))
        return code;
    taken = take_command_line(&run, argc, argv);
    if (taken != DLC_FLAG_TAKEN)
        return taken == DLC_FLAG_HELP ? DLC_EXIT_NOTHING : code;
    path = find_program(&run, &code);
    if (path && prepare(&run)) {
        code = run_program(&run, path);
        dlc_run_folder_release(&run.folder);
    }
    dlc_suppressions_release(&run.show.suppressions);
    free(run.settings);
    free(path);
    return code;
}
