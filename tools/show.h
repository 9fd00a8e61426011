/* A session's findings to a file descriptor, as text or JSON: what `run` and `report` have in common. */
#ifndef DLC_TOOLS_SHOW_H
#define DLC_TOOLS_SHOW_H

#include "tools/arguments.h"
#include "tools/recording.h"

enum dlc_format { DLC_FORMAT_TEXT = 0, DLC_FORMAT_JSON };

struct dlc_show {
    enum dlc_format format;
    struct dlc_suppressions suppressions;
    bool all;         /* also what is otherwise only counted */
    bool quiet;       /* nothing at all where there is nothing to tell */
    const char *path; /* file to write to; NULL: `descriptor` */
    bool append;      /* to that file, rather than replacing it */
    int descriptor;
};

enum dlc_flag {
    DLC_FLAG_TAKEN,
    DLC_FLAG_OTHER, /* not one of these */
    DLC_FLAG_WRONG, /* and this was said */
    DLC_FLAG_HELP   /* help on `topic` was asked for, and printed */
};

/* The flags that `run` and `report` share: --format, --all, --output, --suppressions, --help. */
enum dlc_flag dlc_show_flag(struct dlc_show *show, struct dlc_arguments *arguments, const char *topic);

/* False: the file cannot be written, and a sentence on stderr says so. To be asked before work is put in. */
bool dlc_show_possible(const struct dlc_show *show);

/* False: it could not be written, and a sentence on stderr says so. */
bool dlc_show_session(const struct dlc_show *show, const struct dlc_session *session);

/* Says on stderr which recordings could not be read, and what to do. */
void dlc_show_unreadable(const struct dlc_session *session);

/* json.c: the whole as one JSON document (schema 1). The caller frees it. */
char *dlc_json_session(const struct dlc_session *session);

#endif
