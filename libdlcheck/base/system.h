/*
 * System calls made raw: the C library's versions of these are cancellation points, and dlcheck's work inside a
 * lock call, which is none, must not become one.
 */
#ifndef DLC_BASE_SYSTEM_H
#define DLC_BASE_SYSTEM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* As open(2), read(2), pwrite(2) and close(2), but close-on-exec always; errors in errno. */
int dlc_system_open(const char *path, int flags, mode_t mode);
ssize_t dlc_system_read(int descriptor, void *bytes, size_t size_bytes);
ssize_t dlc_system_pwrite(int descriptor, const void *bytes, size_t size_bytes, uint64_t offset_bytes);
void dlc_system_close(int descriptor);

/* Reads a file of /proc into `text`, NUL-terminated, cut when longer. The length, or 0 when there is nothing.
   errno is kept. */
size_t dlc_system_read_file(const char *path, char *text, size_t size_bytes);

void dlc_system_pause(uint64_t pause_ns);

/* Blocks all signals of the calling thread but those of faults, the C library's own included, and returns those
   that were blocked before; and sets them back. Around what takes long under a lock of ours: a handler could wait
   for a thread that waits for that lock. */
uint64_t dlc_system_block_signals(void);
void dlc_system_restore_signals(uint64_t before);

#endif
