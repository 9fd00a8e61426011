#include "tools/suppressions.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libdlcheck/report/report.h"
#include "tools/command.h"
#include "tools/memory.h"

/* "possible-deadlock fingerprint=0123456789abcdef" */
static bool parse(const char *line, struct dlc_suppression *suppression)
{
    char kind[32], rest[2], digits[17];

    if (sscanf(line, "%31s fingerprint=%16[0-9a-f] %1s", kind, digits, rest) != 2 || strlen(digits) != 16)
        return false;
    suppression->fingerprint = strtoull(digits, NULL, 16);
    for (unsigned known = 0; known < DLC_FINDING_KIND_COUNT; known++) {
        suppression->kind = (enum dlc_finding_kind)known;
        if (!strcmp(kind, dlc_report_kind_name(suppression->kind)))
            return true;
    }
    return false;
}

bool dlc_suppressions_read(struct dlc_suppressions *suppressions, const char *path)
{
    FILE *stream = fopen(path, "re");
    char *line = NULL;
    size_t room = 0;
    bool good = true;

    if (!stream) {
        dlc_say("the suppressions %s cannot be read: %s", path, strerror(errno));
        return false;
    }
    for (unsigned number = 1; good && getline(&line, &room, stream) >= 0; number++) {
        struct dlc_suppression suppression;

        line[strcspn(line, "#\n")] = '\0';
        if (line[strspn(line, " \t\r")] == '\0')
            continue;
        good = parse(line, &suppression);
        if (!good) {
            dlc_say("%s:%u: \"%s\" is no suppression; one reads: possible-deadlock fingerprint=0123456789abcdef",
                    path, number, line);
            break;
        }
        suppressions->items =
            dlc_resize(suppressions->items, (suppressions->count + 1) * sizeof(*suppressions->items));
        suppressions->items[suppressions->count++] = suppression;
    }
    if (good && ferror(stream)) {
        dlc_say("the suppressions %s cannot be read: %s", path, strerror(errno));
        good = false;
    }
    free(line);
    fclose(stream);
    return good;
}

bool dlc_suppressions_match(const struct dlc_suppressions *suppressions, enum dlc_finding_kind kind,
                            uint64_t fingerprint)
{
    for (size_t i = 0; i < suppressions->count; i++) {
        if (suppressions->items[i].fingerprint == fingerprint && suppressions->items[i].kind == kind)
            return true;
    }
    return false;
}

void dlc_suppressions_release(struct dlc_suppressions *suppressions)
{
    free(suppressions->items);
    *suppressions = (struct dlc_suppressions){0};
}
