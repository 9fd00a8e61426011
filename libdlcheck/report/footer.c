#include "libdlcheck/report/report.h"
#include "libdlcheck/report/words.h"

/* Counters of what was left out on purpose: losing them costs no finding. */
static bool is_loss(enum dlc_counter counter)
{
    return counter != DLC_COUNT_CONTEXTS_RECYCLED;
}

static size_t counted_only(const struct dlc_findings *findings)
{
    size_t count = 0;

    for (size_t i = 0; i < findings->count; i++)
        count += !dlc_finding_reported(&findings->items[i]);
    return count;
}

void dlc_report_footer(struct dlc_output *output, const struct dlc_reader *reader,
                       const struct dlc_findings *findings)
{
    const struct dlc_header *header = dlc_reader_header(reader);
    size_t counted = counted_only(findings);
    bool headed = false;

    if (counted) {
        dlc_output_format(output,
                          "Counted but not shown, because they cannot happen as they are (--all shows them):\n");
        for (unsigned label = DLC_LABEL_GUARDED; label < DLC_LABEL_COUNT; label++) {
            if (findings->label_counts[label])
                dlc_output_format(output, "  %lu %s: %s\n", findings->label_counts[label],
                                  dlc_report_label_name(label), dlc_words_label_counted(label));
        }
    }
    for (unsigned counter = 0; counter < DLC_COUNTER_COUNT; counter++) {
        if (!header->counters[counter] || !is_loss(counter))
            continue;
        if (!headed)
            dlc_output_format(output, "Not seen, so findings may be missing:\n");
        headed = true;
        dlc_output_format(output, "  %lu %s\n", header->counters[counter], dlc_words_counter(counter));
    }
    if (findings->budget_hit)
        dlc_output_format(output,
                          "The search for cycles stopped at its limit: longer or further ones may exist.\n");
    if (header->internal_error)
        dlc_output_format(output, "dlcheck switched itself off in this process: what came later was not seen.\n");
}
