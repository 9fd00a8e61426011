/*
 * Text to a file descriptor by write(2), through a buffer of the caller's: no stdio, no malloc. Usable inside the
 * program under test, also when it hangs.
 */
#ifndef DLC_BASE_OUTPUT_H
#define DLC_BASE_OUTPUT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct dlc_output {
    int descriptor;
    bool failed; /* a write failed (error_number says why); what followed was dropped */
    int error_number;
    size_t used_bytes;
    char buffer[4096];
};

void dlc_output_open(struct dlc_output *output, int descriptor);

/* Appends formatted text. Knows %s %c %d %u %x and %%, with l or z, the flags 0 and -, a width and, for %s, a
   precision (both may be *); nothing else. */
__attribute__((format(printf, 2, 3))) void dlc_output_format(struct dlc_output *output, const char *format, ...);

void dlc_output_bytes(struct dlc_output *output, const char *bytes, size_t size_bytes);

/* Writes what is buffered: whole, restarting after signals, raising none, no cancellation point. errno is kept. */
void dlc_output_flush(struct dlc_output *output);

/* The same format into a buffer: always NUL-terminated, cut when too long; returns the length without the cut. */
__attribute__((format(printf, 3, 4))) size_t dlc_format(char *buffer, size_t size_bytes, const char *format, ...);
__attribute__((format(printf, 3, 0))) size_t dlc_format_list(char *buffer, size_t size_bytes, const char *format,
                                                             va_list arguments);

#endif
