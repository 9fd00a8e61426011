#include "libdlcheck/report/process.h"
#include "libdlcheck/report/report.h"
#include "libdlcheck/report/words.h"

/* The others cost no finding: what was left out on purpose, and what a finding itself shows (a stack that is cut,
   the label `unknown`). */
static bool is_loss(enum dlc_counter counter)
{
    return counter != DLC_COUNT_CONTEXTS_RECYCLED && counter != DLC_COUNT_STACKS_SHORT &&
           counter != DLC_COUNT_TRAILS_DROPPED;
}

static bool any_counted_only(const struct dlc_findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        if (!dlc_finding_reported(&findings->items[i]))
            return true;
    }
    return false;
}

static bool any_loss(const struct dlc_header *header)
{
    for (unsigned counter = 0; counter < DLC_COUNTER_COUNT; counter++) {
        if (header->counters[counter] && is_loss(counter))
            return true;
    }
    return false;
}

bool dlc_report_has_footer(const struct dlc_reader *reader, const struct dlc_findings *findings, bool all)
{
    const struct dlc_header *header = dlc_reader_header(reader);

    return (!all && any_counted_only(findings)) || any_loss(header) || findings->budget_hit ||
           header->internal_error;
}

void dlc_report_footer(struct dlc_output *output, const struct dlc_reader *reader,
                       const struct dlc_findings *findings, bool all)
{
    const struct dlc_header *header = dlc_reader_header(reader);

    if (!dlc_report_has_footer(reader, findings, all))
        return;
    dlc_output_format(output, "About ");
    dlc_report_process(output, reader);
    dlc_output_format(output, "\n");
    if (!all && any_counted_only(findings)) {
        dlc_output_format(output,
                          "  Counted but not shown, because it cannot happen as it is (--all shows it):\n");
        for (unsigned label = DLC_LABEL_GUARDED; label < DLC_LABEL_COUNT; label++) {
            if (findings->label_counts[label])
                dlc_output_format(output, "    %lu %s: %s\n", findings->label_counts[label],
                                  dlc_report_label_name(label), dlc_words_label_counted(label));
        }
    }
    if (any_loss(header))
        dlc_output_format(output, "  Not seen, so findings may be missing:\n");
    for (unsigned counter = 0; counter < DLC_COUNTER_COUNT; counter++) {
        if (header->counters[counter] && is_loss(counter))
            dlc_output_format(output, "    %lu %s\n", header->counters[counter], dlc_words_counter(counter));
    }
    if (findings->budget_hit)
        dlc_output_format(output,
                          "  The search for cycles stopped at its limit: longer or further ones may exist.\n");
    if (header->internal_error)
        dlc_output_format(output,
                          "  dlcheck switched itself off in this process: what came later was not seen.\n");
}

void dlc_report_pointer(struct dlc_output *output, const char *folder)
{
    dlc_output_format(output, "For source lines: dlcheck report %s\n", folder);
}
