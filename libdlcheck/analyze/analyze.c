#include "libdlcheck/analyze/collect.h"
#include "libdlcheck/analyze/events.h"
#include "libdlcheck/analyze/findings.h"
#include "libdlcheck/analyze/pattern.h"
#include "libdlcheck/analyze/predict.h"

static bool analyze(struct dlc_findings *findings, const struct dlc_reader *reader, bool predict)
{
    struct dlc_arena scratch = DLC_ARENA_EMPTY;
    struct dlc_collection collection = {&findings->arena, NULL};
    struct dlc_patterns patterns;
    bool done;

    dlc_patterns_open(&patterns, reader, &scratch);
    done = dlc_events_collect(&collection, &patterns) &&
           (!predict || dlc_predict(&collection, &patterns, &findings->budget_hit)) &&
           dlc_collection_finish(&collection, findings);
    dlc_arena_release(&scratch);
    return done;
}

bool dlc_analyze(struct dlc_findings *findings, const struct dlc_reader *reader)
{
    return analyze(findings, reader, true);
}

bool dlc_analyze_events(struct dlc_findings *findings, const struct dlc_reader *reader)
{
    return analyze(findings, reader, false);
}

void dlc_findings_release(struct dlc_findings *findings)
{
    dlc_arena_release(&findings->arena);
    *findings = (struct dlc_findings){.arena = DLC_ARENA_EMPTY};
}
