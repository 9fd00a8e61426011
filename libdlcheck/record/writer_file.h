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
    int descriptor; /* -1: none kept */
    dev_t device;   /* the descriptor is ours only while it still names this file */
    ino_t inode;
    char path[DLC_PATH_BYTES];
};

/* Creates FOLDER/PID.N.dlc with the first N that is free. 0, or errno. */
int dlc_writer_file_create(struct dlc_writer_file *file, const char *folder);

/* Maps the part of the file from `old_bytes` to `size_bytes` at `place`, after making sure that it exists on the
   disk, so that touching it cannot fail. 0, or errno: EFBIG beyond RLIMIT_FSIZE (asked first: going there would
   raise SIGXFSZ), ENOSPC on a full disk. */
int dlc_writer_file_map(struct dlc_writer_file *file, void *place, uint64_t old_bytes, uint64_t size_bytes);

/* Closes the descriptor, when one is kept and still ours. */
void dlc_writer_file_close(struct dlc_writer_file *file);

/* Removes a file that could not be mapped, when it was made at all. */
void dlc_writer_file_discard(struct dlc_writer_file *file);

/* Moves `descriptor` out of the way of the program's own low numbers, close-on-exec. -1 when the program may not
   have high numbers: then it is closed, for the few that there are belong to the program. */
int dlc_writer_file_move_descriptor(int descriptor);

#endif
