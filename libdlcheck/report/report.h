/*
 * Findings to text. All wording of reports lives in report/, for the runtime and for the tools alike.
 * No malloc, no stdio.
 */
#ifndef DLC_REPORT_REPORT_H
#define DLC_REPORT_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "libdlcheck/analyze/findings.h"
#include "libdlcheck/base/output.h"
#include "libdlcheck/report/symbols.h"

struct dlc_report_style {
    bool all;    /* also the findings that are only counted */
    bool colour; /* ANSI colours */
};

/* One finding, with the title as its first line. False: there was no memory, and a line says so. */
bool dlc_report_finding(struct dlc_output *output, const struct dlc_reader *reader,
                        const struct dlc_finding *finding, struct dlc_symboliser *symboliser,
                        const struct dlc_report_style *style);

/* One process's findings. Returns how many were printed (0: nothing reported). Each finding answers, in this
   order: what, which threads, which locks, each hold and each wait with its stack, whether it can really happen,
   what to do, and the suppression line. */
size_t dlc_report_findings(struct dlc_output *output, const struct dlc_reader *reader,
                           const struct dlc_findings *findings, struct dlc_symboliser *symboliser,
                           const struct dlc_report_style *style);

/* What was counted, not shown (nothing when `all` findings were shown), and not seen: nothing at all when all is
 * 0. */
void dlc_report_footer(struct dlc_output *output, const struct dlc_reader *reader,
                       const struct dlc_findings *findings, bool all);

/* Where to find more than the program itself can say: the last line of what it prints about itself. `folder` has
   its recording. */
void dlc_report_pointer(struct dlc_output *output, const char *folder);

/* Whether the footer says anything. */
bool dlc_report_has_footer(const struct dlc_reader *reader, const struct dlc_findings *findings, bool all);

/* Fingerprint of a finding: 64 bits from module base names, functions, offsets within them, and lock classes;
   never from addresses, pids or build-ids. Equal across runs of one binary, and across rebuilds that leave the
   functions alone. */
uint64_t dlc_report_fingerprint(const struct dlc_reader *reader, const struct dlc_finding *finding,
                                struct dlc_symboliser *symboliser);

/* The title ("POSSIBLE DEADLOCK: func1 (A, B) and func2 (B, A)"), equal for equal bugs. Always terminated. */
void dlc_report_title(char *buffer, size_t size_bytes, const struct dlc_reader *reader,
                      const struct dlc_finding *finding, struct dlc_symboliser *symboliser);

/* How a lock is called: "mutexA", "mutex initialised at pool.c:17 in pool_new", ... Always terminated. */
void dlc_report_lock_name(char *buffer, size_t size_bytes, const struct dlc_reader *reader, dlc_ref lock,
                          uint64_t address, struct dlc_symboliser *symboliser);

/* Machine names, as in JSON: "possible-deadlock", "same-thread", "relock", "contexts_dropped". */
const char *dlc_report_kind_name(enum dlc_finding_kind kind);
const char *dlc_report_label_name(enum dlc_label label);
const char *dlc_report_rule_name(enum dlc_misuse_rule rule);
const char *dlc_report_counter_name(enum dlc_counter counter);

#endif
