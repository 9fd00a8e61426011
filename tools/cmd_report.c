#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/command.h"
#include "tools/show.h"

#define DEFAULT_FOLDER "dlcheck.out"

/* A folder stands for the recordings in it. */
static bool add_path(struct dlc_paths *paths, const char *path)
{
    struct stat status;
    size_t before = paths->count;

    if (stat(path, &status) != 0) {
        if (errno == ENOENT && !strcmp(path, DEFAULT_FOLDER))
            dlc_say("there is no folder " DEFAULT_FOLDER
                    " here: run a program with `dlcheck run` first, or name the "
                    "folder");
        else
            dlc_say("%s cannot be read: %s", path, strerror(errno));
        return false;
    }
    if (!S_ISDIR(status.st_mode)) {
        dlc_paths_add(paths, path);
        return true;
    }
    if (!dlc_folder_list(path, paths)) {
        dlc_say("the folder %s cannot be read: %s", path, strerror(errno));
        return false;
    }
    if (paths->count == before) {
        dlc_say("there are no recordings (*.dlc) in %s", path);
        return false;
    }
    return true;
}

static int report(const struct dlc_show *show, const struct dlc_paths *paths)
{
    struct dlc_session session;
    int code = DLC_EXIT_NOTHING;

    dlc_session_load(&session, paths, show->all, &show->suppressions);
    dlc_show_unreadable(&session);
    if (session.recording_count || show->format == DLC_FORMAT_JSON) {
        if (!dlc_show_session(show, &session))
            code = DLC_EXIT_TROUBLE;
    }
    if (code == DLC_EXIT_NOTHING && session.reported_count)
        code = DLC_EXIT_FINDINGS;
    else if (code == DLC_EXIT_NOTHING && session.unreadable_count)
        code = DLC_EXIT_UNREADABLE;
    dlc_session_release(&session);
    return code;
}

int dlc_command_report(int argc, char **argv)
{
    struct dlc_show show = {.descriptor = STDOUT_FILENO};
    struct dlc_paths paths = {0};
    struct dlc_arguments arguments;
    bool all_there = true;
    int code;

    dlc_arguments_start(&arguments, argc, argv);
    do {
        while (dlc_arguments_flag(&arguments)) {
            switch (dlc_show_flag(&show, &arguments, "report")) {
            case DLC_FLAG_TAKEN:
                break;
            case DLC_FLAG_OTHER:
                dlc_say_usage("report", "there is no option --%.*s", (int)arguments.name_length, arguments.name);
                return DLC_EXIT_TROUBLE;
            case DLC_FLAG_WRONG:
                return DLC_EXIT_TROUBLE;
            case DLC_FLAG_HELP:
                return DLC_EXIT_NOTHING;
            }
        }
        if (arguments.next < argc)
            all_there = add_path(&paths, argv[arguments.next]) && all_there;
    } while (++arguments.next < argc);
    if (!paths.count && all_there)
        all_there = add_path(&paths, DEFAULT_FOLDER);
    code = all_there ? report(&show, &paths) : DLC_EXIT_TROUBLE;
    dlc_paths_release(&paths);
    dlc_suppressions_release(&show.suppressions);
    return code;
}
