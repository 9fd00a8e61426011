/*
 * A recorded call stack as a reader wants to see it: our own frames, thread start-up and the plumbing of the
 * standard library around a lock are left out.
 */
#ifndef DLC_REPORT_BACKTRACE_H
#define DLC_REPORT_BACKTRACE_H

#include "libdlcheck/report/symbols.h"

/* Most source-level frames looked at of one stack; deeper callers are left out. */
#define DLC_BACKTRACE_FRAMES 256

/* Room for one stack at a time. Too large for a small thread stack: allocate it. */
struct dlc_backtrace {
    struct dlc_frame frames[DLC_BACKTRACE_FRAMES];
    size_t first; /* frames[first .. end - 1] are to be shown, innermost first */
    size_t end;
    size_t loaded; /* frames in all, shown or not */
    bool cut;      /* callers are missing */
};

/* Fills `stack` from the STACK at `ref`; empty when there is none. */
void dlc_backtrace_load(struct dlc_backtrace *stack, const struct dlc_reader *reader, dlc_ref ref,
                        struct dlc_symboliser *symboliser);

/* The place where the program itself called: the innermost frame to be shown. NULL when there is none. */
const struct dlc_frame *dlc_backtrace_top(const struct dlc_backtrace *stack);

/* The file name at the end of a path. */
const char *dlc_backtrace_base_name(const char *path);

/* Whether the frame lies in dlcheck itself; whether in the C library or the loader. */
bool dlc_backtrace_is_own(const struct dlc_frame *frame);
bool dlc_backtrace_is_libc(const struct dlc_frame *frame);

#endif
