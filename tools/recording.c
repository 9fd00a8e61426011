#include "tools/recording.h"

#include <stdlib.h>
#include <string.h>

#include "libdlcheck/report/report.h"
#include "tools/memory.h"

static void add_unreadable(struct dlc_session *session, const char *path, const struct dlc_read_error *error)
{
    struct dlc_unreadable *items = session->unreadable;
    const char *reason = error->error_number ? strerror(error->error_number) : NULL;

    items = dlc_resize(items, (session->unreadable_count + 1) * sizeof(*items));
    items[session->unreadable_count++] = (struct dlc_unreadable){
        .path = dlc_print("%s", path),
        .problem = reason ? dlc_print("%s: %s", error->problem, reason) : dlc_print("%s", error->problem),
        .offset_bytes = error->offset_bytes,
    };
    session->unreadable = items;
}

static void release_recording(struct dlc_recording *recording)
{
    dlc_symbols_dwarf_close(&recording->symbols);
    dlc_findings_release(&recording->findings);
    dlc_reader_close(&recording->reader);
    dlc_arena_release(&recording->arena);
    free(recording->path);
    free(recording);
}

static void load_recording(struct dlc_session *session, const char *path)
{
    struct dlc_recording *recording = dlc_allocate(sizeof(*recording));
    struct dlc_read_error error = {0};

    if (!dlc_reader_open(&recording->reader, &recording->arena, path, &error)) {
        add_unreadable(session, path, &error);
        dlc_arena_release(&recording->arena);
        free(recording);
        return;
    }
    recording->path = dlc_print("%s", path);
    dlc_symbols_dwarf_open(&recording->symbols, &recording->reader);
    if (!dlc_analyze(&recording->findings, &recording->reader)) {
        error = (struct dlc_read_error){.problem = "there is not enough memory to analyse it"};
        add_unreadable(session, path, &error);
        release_recording(recording);
        return;
    }
    session->recordings =
        dlc_resize(session->recordings, (session->recording_count + 1) * sizeof(*session->recordings));
    session->recordings[session->recording_count++] = recording;
}

static int by_start(const void *left, const void *right)
{
    uint64_t first = dlc_reader_header(&(*(struct dlc_recording *const *)left)->reader)->start_realtime_ns;
    uint64_t second = dlc_reader_header(&(*(struct dlc_recording *const *)right)->reader)->start_realtime_ns;

    return (first > second) - (first < second);
}

/* The bug that the finding is an instance of: one seen before, or a new one. */
static struct dlc_bug *bug_of(struct dlc_session *session, uint64_t fingerprint, struct dlc_recording *recording,
                              const struct dlc_finding *finding)
{
    struct dlc_bug *bug;

    for (size_t i = 0; i < session->bug_count; i++) {
        bug = &session->bugs[i];
        if (bug->fingerprint == fingerprint && bug->finding->kind == finding->kind)
            return bug;
    }
    session->bugs = dlc_resize(session->bugs, (session->bug_count + 1) * sizeof(*session->bugs));
    bug = &session->bugs[session->bug_count++];
    *bug = (struct dlc_bug){.fingerprint = fingerprint, .recording = recording, .finding = finding};
    session->reported_count += dlc_finding_reported(finding);
    return bug;
}

static void add_finding(struct dlc_session *session, struct dlc_recording *recording,
                        const struct dlc_finding *finding, const struct dlc_suppressions *suppressions)
{
    uint64_t fingerprint = dlc_report_fingerprint(&recording->reader, finding, &recording->symbols.symboliser);
    struct dlc_bug *bug;

    if (dlc_suppressions_match(suppressions, finding->kind, fingerprint)) {
        session->suppressed_count++;
        return;
    }
    bug = bug_of(session, fingerprint, recording, finding);
    bug->count += finding->count;
    if (bug->process_count && bug->processes[bug->process_count - 1] == recording)
        return;
    bug->processes = dlc_resize(bug->processes, (bug->process_count + 1) * sizeof(*bug->processes));
    bug->processes[bug->process_count++] = recording;
}

/* Reported ones first, then by certainty. Within a recording findings are in order already; qsort may mix equals,
   so what was first stays first by its place. */
static int compare_bugs(const struct dlc_bug *left, const struct dlc_bug *right)
{
    int counted_only = !dlc_finding_reported(left->finding) - !dlc_finding_reported(right->finding);

    return counted_only ? counted_only : (int)left->finding->kind - (int)right->finding->kind;
}

static void sort_bugs(struct dlc_session *session)
{
    for (size_t i = 1; i < session->bug_count; i++) {
        struct dlc_bug bug = session->bugs[i];
        size_t at = i;

        for (; at > 0 && compare_bugs(&session->bugs[at - 1], &bug) > 0; at--)
            session->bugs[at] = session->bugs[at - 1];
        session->bugs[at] = bug;
    }
}

void dlc_session_load(struct dlc_session *session, const struct dlc_paths *paths, bool all,
                      const struct dlc_suppressions *suppressions)
{
    *session = (struct dlc_session){0};
    for (size_t i = 0; i < paths->count; i++)
        load_recording(session, paths->items[i]);
    if (session->recording_count)
        qsort(session->recordings, session->recording_count, sizeof(*session->recordings), by_start);
    for (size_t i = 0; i < session->recording_count; i++) {
        struct dlc_recording *recording = session->recordings[i];

        for (size_t j = 0; j < recording->findings.count; j++) {
            if (all || dlc_finding_reported(&recording->findings.items[j]))
                add_finding(session, recording, &recording->findings.items[j], suppressions);
        }
    }
    sort_bugs(session);
}

void dlc_session_release(struct dlc_session *session)
{
    for (size_t i = 0; i < session->recording_count; i++)
        release_recording(session->recordings[i]);
    for (size_t i = 0; i < session->unreadable_count; i++) {
        free(session->unreadable[i].path);
        free(session->unreadable[i].problem);
    }
    for (size_t i = 0; i < session->bug_count; i++)
        free(session->bugs[i].processes);
    free(session->recordings);
    free(session->unreadable);
    free(session->bugs);
    *session = (struct dlc_session){0};
}
