/*
 * The recording while it is written: a file mapped at a fixed place, grown chunk by chunk. Records are handed out
 * zeroed and never move. Where no file can be had (read-only folder, full disk, RLIMIT_FSIZE), the recording lives
 * in anonymous memory instead, so that the process can still report about itself.
 *
 * One recording per process. Only threads that have entered the runtime call this.
 */
#ifndef DLC_RECORD_WRITER_H
#define DLC_RECORD_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libdlcheck/record/format.h"

/* Where the recording is mapped; NULL before dlc_writer_open. */
extern uint8_t *dlc_writer_base;

/* Creates `folder` when it is missing and in it a new file PID.N.dlc, and maps it. On failure the recording goes
   to memory alone and `problem` gets one sentence saying why (else it is empty). False only when there is no
   memory at all. `max_bytes` caps the recording. */
bool dlc_writer_open(const char *folder, uint64_t max_bytes, char *problem, size_t problem_bytes);

/* Whether there is a file, so that others can read the recording. */
bool dlc_writer_has_file(void);

/* Forgets the mapping without touching the file: in a forked child, whose parent it belongs to. Memory takes its
   place, for code that a signal handler interrupted before it forked, and that still has a pointer into it. */
void dlc_writer_abandon(void);

/* In a forked child, as soon as it runs: closes the parent's file, which stays mapped. */
void dlc_writer_close_descriptor(void);

/* Room for a record of `size_bytes`, zeroed, unfinished, and its reference; NULL when the recording cannot grow
   (counted as growth failure: the caller counts what it could not keep). Serialised inside. */
void *dlc_writer_add(enum dlc_record_kind kind, size_t size_bytes, dlc_ref *ref);

/* Makes a record visible to readers; its fields are final, but for those that format.h calls mutable. */
void dlc_writer_finish(void *record, size_t size_bytes);

/* Calls `visit` for every place of a record of a kind that has one size, finished or not. */
void dlc_writer_each(enum dlc_record_kind kind, size_t record_bytes,
                     void (*visit)(void *record, dlc_ref ref, void *argument), void *argument);

/* Writes a TEXT record. 0 when there was no room. */
dlc_ref dlc_writer_text(const char *bytes, size_t size_bytes);

/* Adds to one of the header's counters. Async-signal-safe. */
void dlc_writer_count(enum dlc_counter counter, uint64_t amount);

/* Bytes in use, from the start of the recording: what a reader needs to see. */
uint64_t dlc_writer_size_bytes(void);

static inline void *dlc_writer_at(dlc_ref ref)
{
    return dlc_writer_base + (uint64_t)ref * DLC_REF_BYTES;
}

static inline struct dlc_header *dlc_writer_header(void)
{
    return (struct dlc_header *)dlc_writer_base;
}

#endif
