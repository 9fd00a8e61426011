/* Where a frame is, in words. */
#ifndef DLC_REPORT_PLACE_H
#define DLC_REPORT_PLACE_H

#include "libdlcheck/report/symbols.h"

/* "at pool.c:17 in pool_new", "in pool_new+0x1c of libpool.so", "in libpool.so+0x1234". Always terminated. */
void dlc_place_format(char *buffer, size_t size_bytes, const struct dlc_reader *reader,
                      const struct dlc_frame *frame);

/* A source path as the user would write it: relative to the folder the program was started in, where it lies
 * there. */
const char *dlc_place_path(const struct dlc_reader *reader, const char *file);

#endif
