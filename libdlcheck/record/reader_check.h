/*
 * What the parts of the reader share.
 */
#ifndef DLC_RECORD_READER_CHECK_H
#define DLC_RECORD_READER_CHECK_H

#include "libdlcheck/record/reader.h"

#define DLC_REFS_PER_CHUNK (DLC_CHUNK_BYTES / DLC_REF_BYTES)

/* How far apart records of a kind of one size lie, 0 for the other kinds. */
uint32_t dlc_reader_stride(uint32_t kind);

/* Whether the header is one, and fits a file of that size; how many chunks it says are in use. */
bool dlc_reader_check_header(const struct dlc_header *header, uint64_t size_bytes, uint32_t *chunk_count,
                             struct dlc_read_error *error);

/* Fill `error`, the second one with errno; false, to be returned. */
bool dlc_reader_fail(struct dlc_read_error *error, const char *problem, uint64_t offset_bytes);
bool dlc_reader_fail_errno(struct dlc_read_error *error, const char *problem, uint64_t offset_bytes);

#endif
