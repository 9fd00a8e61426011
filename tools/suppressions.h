/* Findings that the user does not want to see: the lines that reports end with, in a file. */
#ifndef DLC_TOOLS_SUPPRESSIONS_H
#define DLC_TOOLS_SUPPRESSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libdlcheck/analyze/findings.h"

struct dlc_suppression {
    enum dlc_finding_kind kind;
    uint64_t fingerprint;
};

struct dlc_suppressions {
    struct dlc_suppression *items;
    size_t count;
};

/* Adds what the file holds. False: it cannot be read or a line of it is wrong, and this was said. */
bool dlc_suppressions_read(struct dlc_suppressions *suppressions, const char *path);

bool dlc_suppressions_match(const struct dlc_suppressions *suppressions, enum dlc_finding_kind kind,
                            uint64_t fingerprint);

void dlc_suppressions_release(struct dlc_suppressions *suppressions);

#endif
