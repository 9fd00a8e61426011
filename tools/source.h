/* Lines of source files, kept as they were first read. */
#ifndef DLC_TOOLS_SOURCE_H
#define DLC_TOOLS_SOURCE_H

#include <stdint.h>

struct dlc_source_file;

struct dlc_sources {
    struct dlc_source_file *files;
    int64_t newest_seconds; /* files changed after this are not shown: their lines may have moved */
};

/* Text of line `line` (the first is 1) without its end, or NULL. Lives until dlc_sources_release. */
const char *dlc_sources_line(struct dlc_sources *sources, const char *path, unsigned line);

void dlc_sources_release(struct dlc_sources *sources);

#endif
