/* Parts of a finding's fingerprint (report.h has the whole). */
#ifndef DLC_REPORT_FINGERPRINT_H
#define DLC_REPORT_FINGERPRINT_H

#include "libdlcheck/report/backtrace.h"

/* A number for the `depth` innermost places of the STACK at `ref`: module base names, functions and offsets within
   them, from symbol tables alone. `scratch` is overwritten. */
uint64_t dlc_fingerprint_stack(const struct dlc_reader *reader, dlc_ref ref, size_t depth,
                               struct dlc_symboliser *symboliser, struct dlc_backtrace *scratch);

#endif
