/*
 * What an analysis yields: plain data, no words (report/ has those), memory from one arena.
 * Prediction (predict.h) adds possible deadlocks, events.h adds what live detection recorded.
 */
#ifndef DLC_ANALYZE_FINDINGS_H
#define DLC_ANALYZE_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libdlcheck/base/arena.h"
#include "libdlcheck/record/format.h"
#include "libdlcheck/record/reader.h"

enum dlc_finding_kind {
    DLC_FINDING_DEADLOCK = 0,
    DLC_FINDING_HANG,
    DLC_FINDING_POSSIBLE_DEADLOCK,
    DLC_FINDING_MISUSE,
    DLC_FINDING_KIND_COUNT
};

/* Labels of a possible deadlock; the table in libdlcheck/README.md defines each. Those from DLC_LABEL_GUARDED on
   keep a cycle out of the report: it is counted. */
enum dlc_label {
    DLC_LABEL_PARALLEL = 0,
    DLC_LABEL_ORDERED,
    DLC_LABEL_SAME_THREAD,
    DLC_LABEL_TIMED,
    DLC_LABEL_UNKNOWN, /* too many threads came through to know whether `ordered` or `same-thread` holds */
    DLC_LABEL_GUARDED,
    DLC_LABEL_READ_ONLY,
    DLC_LABEL_UNSHARED,
    DLC_LABEL_TRIED,
    DLC_LABEL_COUNT
};
#define DLC_LABEL_BIT(label) (1u << (label))
#define DLC_LABELS_COUNTED_ONLY                                                                                   \
    (DLC_LABEL_BIT(DLC_LABEL_GUARDED) | DLC_LABEL_BIT(DLC_LABEL_READ_ONLY) | DLC_LABEL_BIT(DLC_LABEL_UNSHARED) |  \
     DLC_LABEL_BIT(DLC_LABEL_TRIED))

/* A lock held by a participant while it waits. */
struct dlc_hold {
    uint64_t address;
    dlc_ref lock;  /* LOCK or 0 */
    dlc_ref stack; /* STACK where it was taken; 0: unknown */
    uint8_t mode;  /* enum dlc_mode */
    bool in_cycle; /* the step before waits for this one; in a HANG: nobody is left to release it */
};

/* One participant. Steps form a ring: each waits for a lock that the next one holds, the last for one that the
   first holds. In a HANG they are the threads that live, and after them, for each mutex whose owner has ended,
   that owner: it waits for nothing (DLC_WAIT_NONE) and its one hold is `in_cycle`. */
struct dlc_step {
    dlc_ref thread;        /* THREAD; in a possible deadlock: one that came through here */
    uint32_t wait_kind;    /* enum dlc_wait_kind */
    uint64_t wait_address; /* address of the lock or object waited for (or misused) */
    dlc_ref wait_lock;     /* LOCK or 0 */
    dlc_ref wait_stack;    /* STACK */
    uint8_t wait_mode;     /* enum dlc_mode */
    uint8_t wait_how;      /* enum dlc_how */
    bool wait_timed;
    uint64_t wait_since_ns; /* CLOCK_MONOTONIC, 0: unknown */
    dlc_ref node;           /* NODE, 0 in a live finding */
    struct dlc_hold *holds; /* outermost first */
    size_t hold_count;
};

struct dlc_finding {
    enum dlc_finding_kind kind;
    uint32_t labels; /* bits of enum dlc_label */
    enum dlc_misuse_rule rule;
    uint64_t pattern; /* equal for instances of one pattern in this recording: from lock classes and code places
                         relative to their modules, never from heap or stack addresses or thread numbers */
    uint64_t count;   /* instances of the pattern found */
    uint64_t time_ns; /* CLOCK_MONOTONIC of a live finding, else 0 */
    struct dlc_step *steps;
    size_t step_count;
};

struct dlc_findings {
    struct dlc_arena arena;
    struct dlc_finding *items; /* reported ones first: deadlock, hang, possible (parallel, ordered, ...), misuse;
                                  then those that are only counted */
    size_t count;
    uint64_t label_counts[DLC_LABEL_COUNT]; /* patterns that carry each label */
    bool budget_hit; /* the cycle search stopped early: longer or further cycles may exist */
};

/* Whether a finding belongs in a report without --all. */
bool dlc_finding_reported(const struct dlc_finding *finding);

/* The live events alone: quick, whatever the size of the recording. Otherwise as dlc_analyze. */
bool dlc_analyze_events(struct dlc_findings *findings, const struct dlc_reader *reader);

/* Analyses a whole recording: live events, then prediction. `findings` is to be empty (all zero) and is released
   by the caller. False: out of memory. Cost: see predict.h. */
bool dlc_analyze(struct dlc_findings *findings, const struct dlc_reader *reader);

void dlc_findings_release(struct dlc_findings *findings);

#endif
