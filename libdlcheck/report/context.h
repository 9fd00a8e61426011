/* What the parts of one finding's report share. */
#ifndef DLC_REPORT_CONTEXT_H
#define DLC_REPORT_CONTEXT_H

#include "libdlcheck/report/backtrace.h"
#include "libdlcheck/report/cast.h"
#include "libdlcheck/report/report.h"

#define DLC_REPORT_NAME_BYTES 512

struct dlc_report_context {
    struct dlc_output *output;
    const struct dlc_reader *reader;
    const struct dlc_finding *finding;
    struct dlc_symboliser *symboliser;
    const struct dlc_report_style *style;
    struct dlc_arena arena;
    struct dlc_cast cast;
    struct dlc_backtrace backtrace;
};

/* "M1 (mutexA)". Always terminated. */
void dlc_report_lock_label(struct dlc_report_context *context, char *buffer, size_t size_bytes, dlc_ref lock,
                           uint64_t address);

/* "T2". Always terminated. */
void dlc_report_thread_label(const struct dlc_report_context *context, char *buffer, size_t size_bytes,
                             dlc_ref thread);

/* "thread T2", or "another thread (here T2 again)" where one thread came through several steps of a cycle. Always
   terminated. */
void dlc_report_step_label(const struct dlc_report_context *context, char *buffer, size_t size_bytes,
                           const struct dlc_step *step);

/* "How it can happen": the steps side by side, where they are few enough to stand so. */
void dlc_report_scenario(struct dlc_report_context *context);

/* Who holds and wants what, with every stack. */
void dlc_report_steps(struct dlc_report_context *context);

/* "Can it really happen?" and "What to do" of the finding. */
void dlc_report_doubts(struct dlc_report_context *context);
void dlc_report_advice(struct dlc_report_context *context);

#endif
