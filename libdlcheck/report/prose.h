/* Paragraphs: running text, indented and broken into lines. */
#ifndef DLC_REPORT_PROSE_H
#define DLC_REPORT_PROSE_H

#include "libdlcheck/base/output.h"

/* Writes `text` as lines of at most DLC_PROSE_WIDTH columns, each behind `indent` blanks. */
#define DLC_PROSE_WIDTH 100
void dlc_prose(struct dlc_output *output, size_t indent, const char *text);

/* The same with formatting (as dlc_output_format; cut after 1,023 bytes). */
__attribute__((format(printf, 3, 4))) void dlc_prose_format(struct dlc_output *output, size_t indent,
                                                            const char *format, ...);

#endif
