/* How a process is called. */
#ifndef DLC_REPORT_PROCESS_H
#define DLC_REPORT_PROCESS_H

#include "libdlcheck/base/output.h"
#include "libdlcheck/record/reader.h"

/* "./server --port 80 (process 4711)" */
void dlc_report_process(struct dlc_output *output, const struct dlc_reader *reader);

#endif
