/*
 * Writes recordings that no program made, for tests and benchmarks of everything that reads them. Uses malloc; an
 * allocation that fails ends the process.
 */
#ifndef DLC_TESTS_RECORDING_BUILDER_H
#define DLC_TESTS_RECORDING_BUILDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libdlcheck/record/format.h"

struct recording_builder {
    uint8_t *bytes; /* a whole recording at any time, aligned to its chunks */
    size_t size_bytes;
    size_t room_bytes;
    uint32_t open_chunks[DLC_KIND_COUNT]; /* chunk of each kind that has room */
    uint32_t thread_count;
};

void recording_begin(struct recording_builder *builder);
void recording_end(struct recording_builder *builder);

struct dlc_header *recording_header(struct recording_builder *builder);

/* The record at `ref`, to be changed; valid until the next record is added. */
void *recording_at(struct recording_builder *builder, dlc_ref ref);

/* A record of `size_bytes`, all zero but for its sizes. One too large for a chunk gets chunks of its own. */
dlc_ref recording_add(struct recording_builder *builder, enum dlc_record_kind kind, size_t size_bytes);

dlc_ref recording_text(struct recording_builder *builder, const char *text);
dlc_ref recording_module(struct recording_builder *builder, const char *path, uint64_t start, uint64_t end);
dlc_ref recording_stack(struct recording_builder *builder, const uint64_t *frames, uint32_t frame_count);
dlc_ref recording_lock(struct recording_builder *builder, uint64_t address, dlc_ref init_stack);

/* A thread created by `parent` (0: none) when that was in `parent_segment`. */
dlc_ref recording_thread(struct recording_builder *builder, dlc_ref parent, uint32_t parent_segment);

/* An outermost acquisition with parent 0; DLC_MODE_EXCLUSIVE, DLC_HOW_LOCK. */
dlc_ref recording_node(struct recording_builder *builder, dlc_ref parent, dlc_ref lock, dlc_ref stack,
                       dlc_ref thread, uint32_t segment);

/* One more thread that came through the node. */
void recording_trail(struct recording_builder *builder, dlc_ref node, dlc_ref thread, uint32_t segment);

dlc_ref recording_event(struct recording_builder *builder, enum dlc_event_kind kind,
                        const struct dlc_event_part *parts, uint32_t part_count);

dlc_ref recording_held(struct recording_builder *builder, const struct dlc_held_slot *slots, uint32_t slot_count);

/* False: the file could not be written. */
bool recording_save(const struct recording_builder *builder, const char *path);

#endif
