#include "tests/support/recording_builder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t round_up(size_t value, size_t unit)
{
    return (value + unit - 1) / unit * unit;
}

/* Adds zeroed chunks and returns the number of the first. */
static uint32_t add_chunks(struct recording_builder *builder, size_t count)
{
    size_t size_bytes = builder->size_bytes + count * DLC_CHUNK_BYTES;
    uint32_t first = (uint32_t)(builder->size_bytes / DLC_CHUNK_BYTES);

    if (size_bytes > builder->room_bytes) {
        size_t room_bytes = round_up(size_bytes * 2, DLC_CHUNK_BYTES);
        uint8_t *bytes = aligned_alloc(DLC_CHUNK_BYTES, room_bytes);

        if (!bytes)
            abort();
        if (builder->size_bytes)
            memcpy(bytes, builder->bytes, builder->size_bytes);
        free(builder->bytes);
        builder->bytes = bytes;
        builder->room_bytes = room_bytes;
    }
    memset(builder->bytes + builder->size_bytes, 0, count * DLC_CHUNK_BYTES);
    builder->size_bytes = size_bytes;
    recording_header(builder)->chunk_count += (uint32_t)count;
    return first;
}

void recording_begin(struct recording_builder *builder)
{
    struct dlc_header *header;

    memset(builder, 0, sizeof(*builder));
    add_chunks(builder, 1);
    header = recording_header(builder);
    memcpy(header->magic, DLC_FORMAT_MAGIC, sizeof(header->magic));
    header->version = DLC_FORMAT_VERSION;
    header->byte_order = DLC_FORMAT_BYTE_ORDER;
    header->header_bytes = sizeof(*header);
    header->chunk_bytes = DLC_CHUNK_BYTES;
    header->pointer_bytes = sizeof(void *);
    header->pid = 1234;
    header->state = DLC_PROCESS_EXITED;
}

void recording_end(struct recording_builder *builder)
{
    free(builder->bytes);
    memset(builder, 0, sizeof(*builder));
}

struct dlc_header *recording_header(struct recording_builder *builder)
{
    return (struct dlc_header *)(void *)builder->bytes;
}

void *recording_at(struct recording_builder *builder, dlc_ref ref)
{
    return builder->bytes + (size_t)ref * DLC_REF_BYTES;
}

static struct dlc_chunk *chunk_at(struct recording_builder *builder, uint32_t chunk)
{
    return (struct dlc_chunk *)(void *)(builder->bytes + (size_t)chunk * DLC_CHUNK_BYTES);
}

dlc_ref recording_add(struct recording_builder *builder, enum dlc_record_kind kind, size_t size_bytes)
{
    size_t room_bytes = round_up(size_bytes, DLC_REF_BYTES);
    size_t chunks = round_up(sizeof(struct dlc_chunk) + room_bytes, DLC_CHUNK_BYTES) / DLC_CHUNK_BYTES;
    uint32_t number = builder->open_chunks[kind];
    struct dlc_chunk *chunk;
    dlc_ref ref;

    if (number == 0 || chunk_at(builder, number)->used_bytes + room_bytes > DLC_CHUNK_BYTES) {
        number = add_chunks(builder, chunks);
        chunk = chunk_at(builder, number);
        *chunk = (struct dlc_chunk){DLC_CHUNK_MAGIC, kind, sizeof(*chunk), (uint32_t)chunks, {0, 0}};
        builder->open_chunks[kind] = number;
    }
    chunk = chunk_at(builder, number);
    ref = (dlc_ref)(((size_t)number * DLC_CHUNK_BYTES + chunk->used_bytes) / DLC_REF_BYTES);
    chunk->used_bytes += (uint32_t)room_bytes;
    *(uint32_t *)recording_at(builder, ref) = (uint32_t)size_bytes;
    if (kind != DLC_KIND_NODE && kind != DLC_KIND_TRAIL)
        ((struct dlc_record *)recording_at(builder, ref))->room_bytes = (uint32_t)room_bytes;
    return ref;
}

dlc_ref recording_text(struct recording_builder *builder, const char *text)
{
    size_t text_bytes = strlen(text) + 1;
    dlc_ref ref = recording_add(builder, DLC_KIND_TEXT, sizeof(struct dlc_text_record) + text_bytes);
    struct dlc_text_record *record = recording_at(builder, ref);

    record->text_bytes = (uint32_t)text_bytes;
    memcpy(record->text, text, text_bytes);
    return ref;
}

dlc_ref recording_module(struct recording_builder *builder, const char *path, uint64_t start, uint64_t end)
{
    size_t path_bytes = strlen(path) + 1;
    dlc_ref ref = recording_add(builder, DLC_KIND_MODULE, sizeof(struct dlc_module_record) + path_bytes);
    struct dlc_module_record *record = recording_at(builder, ref);

    record->bias = start;
    record->start = start;
    record->end = end;
    record->end_epoch = UINT32_MAX;
    record->path_bytes = (uint32_t)path_bytes;
    memcpy(record->path, path, path_bytes);
    return ref;
}

dlc_ref recording_stack(struct recording_builder *builder, const uint64_t *frames, uint32_t frame_count)
{
    size_t frames_bytes = frame_count * sizeof(*frames);
    dlc_ref ref = recording_add(builder, DLC_KIND_STACK, sizeof(struct dlc_stack_record) + frames_bytes);
    struct dlc_stack_record *record = recording_at(builder, ref);

    record->frame_count = frame_count;
    memcpy(record->frames, frames, frames_bytes);
    return ref;
}

dlc_ref recording_lock(struct recording_builder *builder, uint64_t address, dlc_ref init_stack)
{
    dlc_ref ref = recording_add(builder, DLC_KIND_LOCK, sizeof(struct dlc_lock_record));
    struct dlc_lock_record *record = recording_at(builder, ref);

    record->address = address;
    record->flags = DLC_LOCK_SHARED;
    record->generation = 1;
    record->init_stack = init_stack;
    return ref;
}

dlc_ref recording_thread(struct recording_builder *builder, dlc_ref parent, uint32_t parent_segment)
{
    dlc_ref ref = recording_add(builder, DLC_KIND_THREAD, sizeof(struct dlc_thread_record));
    struct dlc_thread_record *record = recording_at(builder, ref);

    record->number = ++builder->thread_count;
    record->tid = 1233 + record->number;
    record->parent = parent;
    record->parent_segment = parent_segment;
    return ref;
}

dlc_ref recording_node(struct recording_builder *builder, dlc_ref parent, dlc_ref lock, dlc_ref stack,
                       dlc_ref thread, uint32_t segment)
{
    dlc_ref ref = recording_add(builder, DLC_KIND_NODE, sizeof(struct dlc_node_record));
    struct dlc_node_record *record = recording_at(builder, ref);

    record->parent = parent;
    record->lock = lock;
    record->stack = stack;
    record->thread = thread;
    record->segment = segment;
    return ref;
}

void recording_trail(struct recording_builder *builder, dlc_ref node, dlc_ref thread, uint32_t segment)
{
    dlc_ref ref = recording_add(builder, DLC_KIND_TRAIL, sizeof(struct dlc_trail_record));
    struct dlc_trail_record *record = recording_at(builder, ref);
    struct dlc_node_record *owner = recording_at(builder, node);

    record->thread = thread;
    record->segment = segment;
    record->next = owner->more;
    owner->more = ref;
}

dlc_ref recording_event(struct recording_builder *builder, enum dlc_event_kind kind,
                        const struct dlc_event_part *parts, uint32_t part_count)
{
    size_t parts_bytes = part_count * sizeof(*parts);
    dlc_ref ref = recording_add(builder, DLC_KIND_EVENT, sizeof(struct dlc_event_record) + parts_bytes);
    struct dlc_event_record *record = recording_at(builder, ref);

    record->kind = kind;
    record->count = 1;
    record->part_count = part_count;
    memcpy(record->parts, parts, parts_bytes);
    return ref;
}

dlc_ref recording_held(struct recording_builder *builder, const struct dlc_held_slot *slots, uint32_t slot_count)
{
    size_t slots_bytes = slot_count * sizeof(*slots);
    dlc_ref ref = recording_add(builder, DLC_KIND_HELD, sizeof(struct dlc_held_record) + slots_bytes);
    struct dlc_held_record *record = recording_at(builder, ref);

    record->slot_count = slot_count;
    memcpy(record->slots, slots, slots_bytes);
    return ref;
}

bool recording_save(const struct recording_builder *builder, const char *path)
{
    FILE *file = fopen(path, "wb");
    bool written = file && fwrite(builder->bytes, 1, builder->size_bytes, file) == builder->size_bytes;

    return file && fclose(file) == 0 && written;
}
