/*
 * The validating reader: everything that looks at a recording, in the runtime and in the tools, goes through
 * it. After dlc_reader_check said yes, every reference that the accessors below return is safe to follow,
 * whatever the bytes are; an accessor given a reference that is not one of its kind returns NULL.
 *
 * No malloc, no stdio: the runtime uses it inside the program. Memory comes from the caller's arena.
 */
#ifndef DLC_RECORD_READER_H
#define DLC_RECORD_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libdlcheck/base/arena.h"
#include "libdlcheck/record/format.h"

/* Why a recording cannot be read. `problem` is a constant sentence part ("the chunk header is damaged"). */
struct dlc_read_error {
    const char *problem;
    uint64_t offset_bytes; /* where in the file */
    int error_number;      /* errno of a failed system call, or 0 */
};

struct dlc_reader {
    const uint8_t *bytes;
    uint64_t size_bytes; /* of whole, checked chunks */
    uint32_t chunk_count;
    uint8_t *chunk_kinds;   /* enum dlc_record_kind of every chunk (followers of a long record: NONE) */
    uint32_t *chunk_limits; /* snapshot: bytes of each chunk that are handed out */
    uint32_t *chunk_slots;  /* number of the first slot of each chunk, for kinds of one size */
    uint32_t slot_counts[DLC_KIND_COUNT];
    uint32_t first_chunk[DLC_KIND_COUNT]; /* of each kind; 0: none */
    uint32_t last_chunk[DLC_KIND_COUNT];
    uint64_t *starts;     /* snapshot: one bit per reference, set where a finished and checked record starts */
    uint64_t owned_bytes; /* to be given back by dlc_reader_close */
};

/* Reads the file at `path` into private memory and checks it (the file may be written to meanwhile: it is the
   recording of a running process). False: `error` is filled and nothing is held. */
bool dlc_reader_open(struct dlc_reader *reader, struct dlc_arena *arena, const char *path,
                     struct dlc_read_error *error);

/* The same over memory that the caller keeps alive and mapped: the runtime's own recording while it runs (other
   threads may go on adding records; those added later are not seen), or a buffer in a test. */
bool dlc_reader_check(struct dlc_reader *reader, struct dlc_arena *arena, const void *bytes, uint64_t size_bytes,
                      struct dlc_read_error *error);

/* Gives back what dlc_reader_open took beside the arena. */
void dlc_reader_close(struct dlc_reader *reader);

const struct dlc_header *dlc_reader_header(const struct dlc_reader *reader);

/* The record at `ref` when it is a record of that kind that was finished when it was checked, else NULL.
   Variable-size records are complete: their counts lie within their size. Constant time.
   Nothing is said about what the records mean: chains (`parent`, `more`, `next`) may run in circles, and where the
   recording's process still runs, a recycled node may join a chain that it does not belong to. Who follows a chain
   bounds the walk. */
const struct dlc_thread_record *dlc_reader_thread(const struct dlc_reader *reader, dlc_ref ref);
const struct dlc_lock_record *dlc_reader_lock(const struct dlc_reader *reader, dlc_ref ref);
const struct dlc_stack_record *dlc_reader_stack(const struct dlc_reader *reader, dlc_ref ref);
const struct dlc_node_record *dlc_reader_node(const struct dlc_reader *reader, dlc_ref ref);
const struct dlc_trail_record *dlc_reader_trail(const struct dlc_reader *reader, dlc_ref ref);
const struct dlc_held_record *dlc_reader_held(const struct dlc_reader *reader, dlc_ref ref);
const struct dlc_module_record *dlc_reader_module(const struct dlc_reader *reader, dlc_ref ref);
const struct dlc_text_record *dlc_reader_text(const struct dlc_reader *reader, dlc_ref ref);
const struct dlc_event_record *dlc_reader_event(const struct dlc_reader *reader, dlc_ref ref);

/* The text at `ref`, NUL-terminated, or "" when there is none. */
const char *dlc_reader_string(const struct dlc_reader *reader, dlc_ref ref);

/* Iterates over the finished records of one kind, in file order: start with 0, get each next reference, 0 at
   the end. */
dlc_ref dlc_reader_next(const struct dlc_reader *reader, enum dlc_record_kind kind, dlc_ref after);

/* Numbers for the records of a kind of one size (THREAD, LOCK, NODE, TRAIL), for arrays beside them: each has a
   slot below dlc_reader_slot_count, in file order, with gaps. DLC_SLOT_NONE where there is no such record. */
#define DLC_SLOT_NONE UINT32_MAX
uint32_t dlc_reader_slot_count(const struct dlc_reader *reader, enum dlc_record_kind kind);
uint32_t dlc_reader_slot(const struct dlc_reader *reader, enum dlc_record_kind kind, dlc_ref ref);

/* The module that `address` belonged to at `unload_epoch`, or NULL. Linear in the number of modules. */
const struct dlc_module_record *dlc_reader_module_at(const struct dlc_reader *reader, uint64_t address,
                                                     uint32_t unload_epoch);

#endif
