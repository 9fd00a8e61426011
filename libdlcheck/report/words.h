/*
 * The words of a report for every kind, label, rule and counter: all in words.c, beside their machine names
 * (report.h).
 */
#ifndef DLC_REPORT_WORDS_H
#define DLC_REPORT_WORDS_H

#include <stdint.h>

#include "libdlcheck/analyze/findings.h"

/* The first word of a report: how certain it is. */
const char *dlc_words_certainty(enum dlc_finding_kind kind);

/* What a label says about a finding, as a sentence. */
const char *dlc_words_label(enum dlc_label label);

/* Why a label keeps a cycle out of the report, in a few words; "" for the others. */
const char *dlc_words_label_counted(enum dlc_label label);

/* What the rule says is wrong, as a sentence; and what to do about it. */
const char *dlc_words_rule(enum dlc_misuse_rule rule);
const char *dlc_words_rule_advice(enum dlc_misuse_rule rule);

/* Completes "what was not seen: <number>". */
const char *dlc_words_counter(enum dlc_counter counter);

/* What a lock of this kind is called. */
const char *dlc_words_lock_kind(uint32_t kind);

#endif
