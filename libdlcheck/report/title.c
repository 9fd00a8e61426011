#include "libdlcheck/report/title.h"

#include <string.h>

#include "libdlcheck/report/cast.h"
#include "libdlcheck/report/lock_name.h"
#include "libdlcheck/report/report.h"
#include "libdlcheck/report/words.h"

#define PART_BYTES 192
/* A title names this many different places; a bug with more says "and others". */
#define PARTS_MOST 8

struct title_parts {
    struct dlc_backtrace backtrace;
    char parts[PARTS_MOST][PART_BYTES]; /* sorted, each once */
    size_t count;
    bool more;
};

void dlc_title_function(char *buffer, size_t size_bytes, const struct dlc_reader *reader, dlc_ref stack,
                        struct dlc_symboliser *symboliser, struct dlc_backtrace *scratch)
{
    const struct dlc_frame *top;

    dlc_backtrace_load(scratch, reader, stack, symboliser);
    top = dlc_backtrace_top(scratch);
    if (top && top->function)
        dlc_format(buffer, size_bytes, "%s", top->function);
    else if (top && top->module)
        dlc_format(buffer, size_bytes, "%s+0x%lx", dlc_backtrace_base_name(top->module), top->module_offset);
    else
        dlc_format(buffer, size_bytes, "unknown code");
}

static void insert_part(struct title_parts *parts, const char *part)
{
    size_t at = 0;
    int order = 1;

    while (at < parts->count && (order = strcmp(parts->parts[at], part)) < 0)
        at++;
    if (at < parts->count && order == 0)
        return;
    if (parts->count == PARTS_MOST) {
        parts->more = true;
        if (at == PARTS_MOST)
            return;
        parts->count--;
    }
    memmove(parts->parts[at + 1], parts->parts[at], (parts->count - at) * PART_BYTES);
    memcpy(parts->parts[at], part, PART_BYTES);
    parts->count++;
}

static void format_wanted(char *buffer, size_t size_bytes, const struct dlc_reader *reader,
                          const struct dlc_step *step, struct dlc_symboliser *symboliser,
                          struct dlc_backtrace *scratch)
{
    buffer[0] = '\0';
    if (step->wait_kind == DLC_WAIT_JOIN)
        dlc_format(buffer, size_bytes, "a thread to end");
    else if (step->wait_kind == DLC_WAIT_COND)
        dlc_object_name_format(buffer, size_bytes, reader, step->wait_address, symboliser, "a condition variable");
    else if (dlc_cast_wants_lock(step))
        dlc_lock_class_format(buffer, size_bytes, reader, step->wait_lock, step->wait_address, symboliser,
                              scratch);
}

/* "func1 locked mutexA and its thread ended". */
static void format_ended_step(char *part, const struct dlc_reader *reader, const struct dlc_step *step,
                              struct dlc_symboliser *symboliser, struct dlc_backtrace *scratch)
{
    const struct dlc_hold *hold = dlc_cast_main_hold(step);
    char function[PART_BYTES / 2], held[64];

    dlc_title_function(function, sizeof(function), reader, hold->stack, symboliser, scratch);
    dlc_lock_class_format(held, sizeof(held), reader, hold->lock, hold->address, symboliser, scratch);
    dlc_format(part, PART_BYTES, "%s locked %s and its thread ended", function, held);
}

/* "func1 (mutexA, mutexB)": where, holding what, waiting for what. "func1 waits for mutexB" where no ring is
 * closed. */
static void format_step(char *part, const struct dlc_reader *reader, const struct dlc_step *step,
                        struct dlc_symboliser *symboliser, struct dlc_backtrace *scratch)
{
    const struct dlc_hold *hold = dlc_cast_main_hold(step);
    char function[PART_BYTES / 2], held[64], wanted[64];

    dlc_title_function(function, sizeof(function), reader, step->wait_stack, symboliser, scratch);
    format_wanted(wanted, sizeof(wanted), reader, step, symboliser, scratch);
    if (!hold) {
        dlc_format(part, PART_BYTES, "%s waits for %s", function, wanted);
        return;
    }
    dlc_lock_class_format(held, sizeof(held), reader, hold->lock, hold->address, symboliser, scratch);
    dlc_format(part, PART_BYTES, "%s (%s, %s)", function, held, wanted);
}

static void format_misuse(char *buffer, size_t size_bytes, const struct dlc_reader *reader,
                          const struct dlc_step *step, enum dlc_misuse_rule rule,
                          struct dlc_symboliser *symboliser, struct dlc_backtrace *scratch)
{
    char function[PART_BYTES / 2], lock[PART_BYTES / 2];

    dlc_title_function(function, sizeof(function), reader, step->wait_stack, symboliser, scratch);
    dlc_lock_class_format(lock, sizeof(lock), reader, step->wait_lock, step->wait_address, symboliser, scratch);
    switch (rule) {
    case DLC_RULE_UNLOCK_NOT_OWNER:
        dlc_format(buffer, size_bytes, "%s unlocks %s, which another thread has locked", function, lock);
        break;
    case DLC_RULE_UNLOCK_NOT_LOCKED:
        dlc_format(buffer, size_bytes, "%s unlocks %s, which is not locked", function, lock);
        break;
    case DLC_RULE_RELOCK:
        dlc_format(buffer, size_bytes, "%s locks %s, which its thread holds already", function, lock);
        break;
    case DLC_RULE_OWNER_EXITED:
        dlc_format(buffer, size_bytes, "%s waits for %s, whose owner has ended", function, lock);
        break;
    case DLC_RULE_DESTROY_LOCKED:
        dlc_format(buffer, size_bytes, "%s destroys %s, which is locked", function, lock);
        break;
    case DLC_RULE_NONE:
    case DLC_RULE_COUNT:
        dlc_format(buffer, size_bytes, "%s (%s)", function, lock);
        break;
    }
}

/* Returns the length, without the cut. */
static size_t join_parts(char *buffer, size_t size_bytes, const struct title_parts *parts)
{
    size_t length = 0;

    buffer[0] = '\0';
    for (size_t i = 0; i < parts->count && length < size_bytes; i++) {
        const char *joint = i == 0 ? "" : i + 1 < parts->count || parts->more ? ", " : " and ";

        length += dlc_format(buffer + length, size_bytes - length, "%s%s", joint, parts->parts[i]);
    }
    if (parts->more && length < size_bytes)
        length += dlc_format(buffer + length, size_bytes - length, " and others");
    return length;
}

/* What the threads do that still run, or what those did that have ended. Returns the length, without the cut. */
static size_t format_steps(char *buffer, size_t size_bytes, const struct dlc_reader *reader,
                           const struct dlc_finding *finding, bool ended, struct dlc_symboliser *symboliser,
                           struct title_parts *parts)
{
    parts->count = 0;
    parts->more = false;
    for (size_t i = 0; i < finding->step_count; i++) {
        const struct dlc_step *step = &finding->steps[i];
        char part[PART_BYTES] = "";

        if (dlc_cast_has_ended(finding, step) != ended)
            continue;
        if (ended)
            format_ended_step(part, reader, step, symboliser, &parts->backtrace);
        else
            format_step(part, reader, step, symboliser, &parts->backtrace);
        insert_part(parts, part);
    }
    return join_parts(buffer, size_bytes, parts);
}

void dlc_report_title(char *buffer, size_t size_bytes, const struct dlc_reader *reader,
                      const struct dlc_finding *finding, struct dlc_symboliser *symboliser)
{
    struct title_parts *parts = dlc_pages_map(sizeof(*parts));
    size_t length = dlc_format(buffer, size_bytes, "%s: ", dlc_words_certainty(finding->kind));

    if (!parts || !finding->step_count || length >= size_bytes) {
        dlc_pages_unmap(parts, sizeof(*parts));
        return;
    }
    if (finding->kind == DLC_FINDING_MISUSE) {
        format_misuse(buffer + length, size_bytes - length, reader, finding->steps, finding->rule, symboliser,
                      &parts->backtrace);
    } else if (finding->step_count == 1 && dlc_cast_main_hold(finding->steps)) {
        format_misuse(buffer + length, size_bytes - length, reader, finding->steps, DLC_RULE_RELOCK, symboliser,
                      &parts->backtrace);
    } else {
        length += format_steps(buffer + length, size_bytes - length, reader, finding, false, symboliser, parts);
        if (dlc_cast_any_has_ended(finding) && length < size_bytes)
            length += dlc_format(buffer + length, size_bytes - length, "; ");
        if (dlc_cast_any_has_ended(finding) && length < size_bytes)
            format_steps(buffer + length, size_bytes - length, reader, finding, true, symboliser, parts);
    }
    dlc_pages_unmap(parts, sizeof(*parts));
}
