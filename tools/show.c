#include "tools/show.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libdlcheck/report/report.h"
#include "tools/command.h"

#define PROCESSES_NAMED 8

enum dlc_flag dlc_show_flag(struct dlc_show *show, struct dlc_arguments *arguments, const char *topic)
{
    const char *value;

    if (dlc_arguments_is(arguments, "help") || dlc_arguments_is(arguments, "h"))
        return dlc_help_print(topic) ? DLC_FLAG_HELP : DLC_FLAG_WRONG;
    if (dlc_arguments_is(arguments, "all") && !arguments->value) {
        show->all = true;
        return DLC_FLAG_TAKEN;
    }
    if (dlc_arguments_is(arguments, "format")) {
        value = dlc_arguments_value(arguments);
        if (!value || (strcmp(value, "text") != 0 && strcmp(value, "json") != 0)) {
            dlc_say_usage(topic, "--format takes text or json, not \"%s\"", value ? value : "");
            return DLC_FLAG_WRONG;
        }
        show->format = strcmp(value, "json") ? DLC_FORMAT_TEXT : DLC_FORMAT_JSON;
        return DLC_FLAG_TAKEN;
    }
    if (dlc_arguments_is(arguments, "output")) {
        show->path = dlc_arguments_value(arguments);
        if (!show->path || !*show->path) {
            dlc_say_usage(topic, "--output takes the name of a file");
            return DLC_FLAG_WRONG;
        }
        return DLC_FLAG_TAKEN;
    }
    if (dlc_arguments_is(arguments, "suppressions")) {
        value = dlc_arguments_value(arguments);
        if (!value)
            dlc_say_usage(topic, "--suppressions takes the name of a file");
        return value && dlc_suppressions_read(&show->suppressions, value) ? DLC_FLAG_TAKEN : DLC_FLAG_WRONG;
    }
    return DLC_FLAG_OTHER;
}

static void print_other_processes(struct dlc_output *output, const struct dlc_bug *bug)
{
    if (bug->process_count < 2)
        return;
    dlc_output_format(output, "\n  Also found in %zu more process%s:", bug->process_count - 1,
                      bug->process_count == 2 ? "" : "es");
    for (size_t i = 1; i < bug->process_count && i <= PROCESSES_NAMED; i++)
        dlc_output_format(output, " %u", dlc_reader_header(&bug->processes[i]->reader)->pid);
    dlc_output_format(output, bug->process_count > PROCESSES_NAMED + 1 ? " ...\n" : "\n");
}

/* Where nothing was found and nothing need be said, a loss still is. */
static void print_footers(struct dlc_output *output, const struct dlc_show *show,
                          const struct dlc_session *session)
{
    bool losses_only = show->all || (show->quiet && !session->bug_count);

    for (size_t i = 0; i < session->recording_count; i++) {
        struct dlc_recording *recording = session->recordings[i];

        dlc_report_footer(output, &recording->reader, &recording->findings, losses_only);
    }
}

static void print_total(struct dlc_output *output, const struct dlc_session *session)
{
    dlc_output_format(output, "dlcheck: %zu finding%s in %zu process%s", session->reported_count,
                      session->reported_count == 1 ? "" : "s", session->recording_count,
                      session->recording_count == 1 ? "" : "es");
    if (session->suppressed_count)
        dlc_output_format(output, ", %zu suppressed", session->suppressed_count);
    dlc_output_format(output, "\n");
}

static void print_text(struct dlc_output *output, const struct dlc_show *show, const struct dlc_session *session)
{
    struct dlc_report_style style = {.all = show->all,
                                     .colour = isatty(output->descriptor) && !getenv("NO_COLOR")};

    for (size_t i = 0; i < session->bug_count; i++) {
        const struct dlc_bug *bug = &session->bugs[i];

        dlc_report_finding(output, &bug->recording->reader, bug->finding, &bug->recording->symbols.symboliser,
                           &style);
        print_other_processes(output, bug);
        dlc_output_format(output, "\n");
    }
    print_footers(output, show, session);
    if (session->reported_count || !show->quiet)
        print_total(output, session);
}

/* -1, after saying why: it cannot be written. */
static int open_output(const struct dlc_show *show, int flags)
{
    int descriptor =
        show->path ? open(show->path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0666) : show->descriptor;

    if (descriptor < 0)
        dlc_say("the report cannot be written to %s: %s", show->path, strerror(errno));
    return descriptor;
}

bool dlc_show_possible(const struct dlc_show *show)
{
    int descriptor = open_output(show, O_APPEND);

    if (show->path && descriptor >= 0)
        close(descriptor);
    return descriptor >= 0;
}

bool dlc_show_session(const struct dlc_show *show, const struct dlc_session *session)
{
    struct dlc_output output;
    bool written;

    dlc_output_open(&output, open_output(show, show->append ? O_APPEND : O_TRUNC));
    if (output.descriptor < 0)
        return false;
    if (show->format == DLC_FORMAT_JSON) {
        char *document = dlc_json_session(session);

        dlc_output_bytes(&output, document, strlen(document));
        free(document);
    } else {
        print_text(&output, show, session);
    }
    dlc_output_flush(&output);
    if (show->path && close(output.descriptor) != 0 && !output.failed) {
        output.failed = true;
        output.error_number = errno;
    }
    written = !output.failed;
    if (!written)
        dlc_say("the report could not be written in full%s%s: %s", show->path ? " to " : "",
                show->path ? show->path : "", strerror(output.error_number));
    return written;
}

void dlc_show_unreadable(const struct dlc_session *session)
{
    for (size_t i = 0; i < session->unreadable_count; i++) {
        const struct dlc_unreadable *unreadable = &session->unreadable[i];

        dlc_say("%s cannot be read: %s (at byte %lu). Delete it, or run the program again.", unreadable->path,
                unreadable->problem, unreadable->offset_bytes);
    }
}
