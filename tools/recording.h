/* Recordings as the commands use them: read, analysed, with names at hand; and findings that several processes
   share, as one. */
#ifndef DLC_TOOLS_RECORDING_H
#define DLC_TOOLS_RECORDING_H

#include "libdlcheck/analyze/findings.h"
#include "libdlcheck/record/reader.h"
#include "tools/folder.h"
#include "tools/suppressions.h"
#include "tools/symbols_dwarf.h"

struct dlc_recording {
    char *path;
    struct dlc_arena arena;
    struct dlc_reader reader;
    struct dlc_findings findings;
    struct dlc_symbols_dwarf symbols;
};

/* One bug: an instance of it, and every process that has it. */
struct dlc_bug {
    uint64_t fingerprint;
    struct dlc_recording *recording; /* of the instance that is shown */
    const struct dlc_finding *finding;
    uint64_t count; /* instances in all processes */
    struct dlc_recording **processes;
    size_t process_count;
};

/* A recording that could not be read, and why, as a sentence. */
struct dlc_unreadable {
    char *path;
    char *problem;
    uint64_t offset_bytes;
};

struct dlc_session {
    struct dlc_recording **recordings; /* in the order in which their processes started */
    size_t recording_count;
    struct dlc_unreadable *unreadable;
    size_t unreadable_count;
    struct dlc_bug *bugs; /* most certain first */
    size_t bug_count;
    size_t reported_count;   /* of them, those that count as findings */
    size_t suppressed_count; /* left out: findings in processes, not bugs */
};

/* Reads and analyses every path. `all` takes in findings that are otherwise only counted. To be released. */
void dlc_session_load(struct dlc_session *session, const struct dlc_paths *paths, bool all,
                      const struct dlc_suppressions *suppressions);
void dlc_session_release(struct dlc_session *session);

#endif
