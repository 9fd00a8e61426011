/*
 * The file under a recording: creating it, growing it, and surviving a program that closes every descriptor.
 */
#ifndef DLC_RECORD_WRITER_FILE_H
#define DLC_RECORD_WRITER_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define DLC_PATH_BYTES 4096

struct dlc_writer_file {
    int descriptor; /* -1: none */
    dev_t device;   /* the descriptor is ours only while it still names this file */
    ino_t inode;
    char path[DLC_PATH_BYTES];
};

/* Creates FOLDER/PID.N.dlc with the first N that is free. 0, or errno. */
int dlc_writer_file_create(struct dlc_writer_file *file, const char *folder);

/* Makes sure that the file's first `size_bytes` exist on the disk, so that touching their mapping cannot fail. 0, or
   errno: EFBIG beyond RLIMIT_FSIZE (asked first: going there would raise SIGXFSZ), ENOSPC on a full disk. */
int dlc_writer_file_grow(struct dlc_writer_file *file, uint64_t old_bytes, uint64_t size_bytes);

/* Moves `descriptor` out of the way of the program's own low numbers, close-on-exec. The new one, or the old one
   when that is not possible. */
int dlc_writer_file_move_descriptor(int descriptor);

#endif
