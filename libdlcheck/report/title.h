/* What titles are made of (report.h has the whole). */
#ifndef DLC_REPORT_TITLE_H
#define DLC_REPORT_TITLE_H

#include "libdlcheck/report/backtrace.h"

/* The function in which the program itself made the call recorded at `stack`, or the place where it is not known.
   Always terminated; `scratch` is overwritten. */
void dlc_title_function(char *buffer, size_t size_bytes, const struct dlc_reader *reader, dlc_ref stack,
                        struct dlc_symboliser *symboliser, struct dlc_backtrace *scratch);

#endif
