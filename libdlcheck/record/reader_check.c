#include "libdlcheck/record/reader_check.h"

#include <errno.h>
#include <string.h>

/* As far as references reach: more chunks than this cannot be referred to. */
#define CHUNKS_MOST ((uint64_t)1 << 20)

_Static_assert(sizeof(struct dlc_header) <= DLC_CHUNK_BYTES, "the header fits into chunk 0");
_Static_assert(sizeof(struct dlc_chunk) % DLC_REF_BYTES == 0, "the first record of a chunk is aligned");
_Static_assert(DLC_CHUNK_BYTES *CHUNKS_MOST / DLC_REF_BYTES == (uint64_t)UINT32_MAX + 1, "refs reach all chunks");

/* The runtime may be writing what we read: each of these is read once, and what follows it after it. */
static uint32_t load(const uint32_t *at)
{
    return __atomic_load_n(at, __ATOMIC_ACQUIRE);
}

static uint32_t round_to_ref(uint32_t bytes)
{
    return (bytes + DLC_REF_BYTES - 1) & ~(DLC_REF_BYTES - 1);
}

/* Size of a record whose kind has one size, 0 for the others. */
static uint32_t fixed_bytes(uint32_t kind)
{
    switch (kind) {
    case DLC_KIND_THREAD:
        return sizeof(struct dlc_thread_record);
    case DLC_KIND_LOCK:
        return sizeof(struct dlc_lock_record);
    case DLC_KIND_NODE:
        return sizeof(struct dlc_node_record);
    case DLC_KIND_TRAIL:
        return sizeof(struct dlc_trail_record);
    default:
        return 0;
    }
}

uint32_t dlc_reader_stride(uint32_t kind)
{
    return round_to_ref(fixed_bytes(kind));
}

bool dlc_reader_fail(struct dlc_read_error *error, const char *problem, uint64_t offset_bytes)
{
    error->problem = problem;
    error->offset_bytes = offset_bytes;
    error->error_number = 0;
    return false;
}

bool dlc_reader_fail_errno(struct dlc_read_error *error, const char *problem, uint64_t offset_bytes)
{
    int number = errno;

    dlc_reader_fail(error, problem, offset_bytes);
    error->error_number = number;
    return false;
}

bool dlc_reader_check_header(const struct dlc_header *header, uint64_t size_bytes, uint32_t *chunk_count,
                             struct dlc_read_error *error)
{
    if (size_bytes < sizeof(*header))
        return dlc_reader_fail(error, "the file is shorter than a recording's header", size_bytes);
    if (memcmp(header->magic, DLC_FORMAT_MAGIC, sizeof(header->magic)) != 0)
        return dlc_reader_fail(error, "this is not a recording of dlcheck", 0);
    if (header->byte_order != DLC_FORMAT_BYTE_ORDER)
        return dlc_reader_fail(error, "the recording comes from a machine of another byte order",
                               offsetof(struct dlc_header, byte_order));
    if (header->version != DLC_FORMAT_VERSION)
        return dlc_reader_fail(error, "the recording has another format version",
                               offsetof(struct dlc_header, version));
    if (header->header_bytes != sizeof(*header))
        return dlc_reader_fail(error, "the header has a wrong size", offsetof(struct dlc_header, header_bytes));
    if (header->chunk_bytes != DLC_CHUNK_BYTES)
        return dlc_reader_fail(error, "the chunks have a wrong size", offsetof(struct dlc_header, chunk_bytes));
    if (header->pointer_bytes != sizeof(uint64_t))
        return dlc_reader_fail(error, "the recording comes from a program of another word size",
                               offsetof(struct dlc_header, pointer_bytes));
    *chunk_count = load(&header->chunk_count);
    if (*chunk_count == 0 || *chunk_count > CHUNKS_MOST)
        return dlc_reader_fail(error, "the number of chunks is impossible",
                               offsetof(struct dlc_header, chunk_count));
    if ((uint64_t)*chunk_count * DLC_CHUNK_BYTES > size_bytes)
        return dlc_reader_fail(error, "the file ends before its last chunk", size_bytes);
    return true;
}

static bool text_is_whole(const char *text, uint32_t text_bytes, uint64_t room_bytes)
{
    return text_bytes >= 1 && text_bytes <= room_bytes && text[text_bytes - 1] == '\0';
}

/* Whether the counts in a finished record of variable size stay within it. */
static bool counts_fit(uint32_t kind, const void *record, uint32_t size_bytes)
{
    switch (kind) {
    case DLC_KIND_STACK: {
        const struct dlc_stack_record *stack = record;
        return size_bytes >= sizeof(*stack) &&
               stack->frame_count <= (size_bytes - sizeof(*stack)) / sizeof(stack->frames[0]);
    }
    case DLC_KIND_HELD: {
        const struct dlc_held_record *held = record;
        return size_bytes >= sizeof(*held) &&
               held->slot_count <= (size_bytes - sizeof(*held)) / sizeof(held->slots[0]);
    }
    case DLC_KIND_MODULE: {
        const struct dlc_module_record *module = record;
        return size_bytes >= sizeof(*module) && module->build_id_bytes <= sizeof(module->build_id) &&
               text_is_whole(module->path, module->path_bytes,
                             size_bytes - offsetof(struct dlc_module_record, path));
    }
    case DLC_KIND_TEXT: {
        const struct dlc_text_record *text = record;
        return size_bytes >= sizeof(*text) &&
               text_is_whole(text->text, text->text_bytes, size_bytes - sizeof(*text));
    }
    case DLC_KIND_EVENT: {
        const struct dlc_event_record *event = record;
        return size_bytes >= sizeof(*event) &&
               event->part_count <= (size_bytes - sizeof(*event)) / sizeof(event->parts[0]);
    }
    default:
        return false;
    }
}

static void mark_start(struct dlc_reader *reader, uint64_t offset_bytes)
{
    uint64_t ref = offset_bytes / DLC_REF_BYTES;

    reader->starts[ref / 64] |= UINT64_C(1) << (ref % 64);
}

static bool check_fixed_records(struct dlc_reader *reader, uint32_t chunk, uint32_t size_bytes,
                                struct dlc_read_error *error)
{
    uint32_t stride = round_to_ref(size_bytes);
    uint64_t base = (uint64_t)chunk * DLC_CHUNK_BYTES;

    for (uint64_t at = sizeof(struct dlc_chunk); at + size_bytes <= reader->chunk_limits[chunk]; at += stride) {
        uint32_t found = load((const uint32_t *)(reader->bytes + base + at));

        if (found == 0)
            continue;
        if (found != size_bytes)
            return dlc_reader_fail(error, "a record has a wrong size", base + at);
        mark_start(reader, base + at);
    }
    return true;
}

static bool check_sized_records(struct dlc_reader *reader, uint32_t chunk, struct dlc_read_error *error)
{
    uint64_t base = (uint64_t)chunk * DLC_CHUNK_BYTES;
    uint64_t limit = reader->chunk_limits[chunk];
    uint64_t at = sizeof(struct dlc_chunk);

    while (at + sizeof(struct dlc_record) <= limit) {
        const struct dlc_record *record = (const void *)(reader->bytes + base + at);
        uint32_t size_bytes = load(&record->size_bytes);
        uint32_t room_bytes = load(&record->room_bytes);

        if (room_bytes == 0)
            break;
        if (room_bytes % DLC_REF_BYTES != 0 || room_bytes > limit - at)
            return dlc_reader_fail(error, "a record does not fit into its chunk", base + at);
        if (size_bytes > room_bytes)
            return dlc_reader_fail(error, "a record is larger than its room", base + at);
        if (size_bytes != 0) {
            if (!counts_fit(reader->chunk_kinds[chunk], record, size_bytes))
                return dlc_reader_fail(error, "a record's counts do not fit its size", base + at);
            mark_start(reader, base + at);
        }
        at += room_bytes;
    }
    return true;
}

/* Checks the chunk that starts at number `chunk` with its records; `followers` receives how many chunks more it
   takes. */
static bool check_chunk(struct dlc_reader *reader, uint32_t chunk, uint32_t *followers,
                        struct dlc_read_error *error)
{
    uint64_t base = (uint64_t)chunk * DLC_CHUNK_BYTES;
    const struct dlc_chunk *head = (const void *)(reader->bytes + base);
    uint32_t kind = load(&head->kind);
    uint32_t used_bytes = load(&head->used_bytes);
    uint32_t chunks = load(&head->chunk_count);
    uint64_t room = (uint64_t)chunks * DLC_CHUNK_BYTES;
    uint32_t record_bytes = fixed_bytes(kind);

    if (kind <= DLC_KIND_HEADER || kind >= DLC_KIND_COUNT)
        return dlc_reader_fail(error, "a chunk is of no known kind", base + offsetof(struct dlc_chunk, kind));
    if (chunks == 0 || chunks > reader->chunk_count - chunk || (chunks > 1 && record_bytes != 0))
        return dlc_reader_fail(error, "a chunk has an impossible length",
                               base + offsetof(struct dlc_chunk, chunk_count));
    reader->chunk_kinds[chunk] = (uint8_t)kind;
    if (reader->first_chunk[kind] == 0)
        reader->first_chunk[kind] = chunk;
    reader->last_chunk[kind] = chunk + chunks - 1;
    reader->chunk_limits[chunk] =
        used_bytes < room ? used_bytes : (uint32_t)(room <= UINT32_MAX ? room : UINT32_MAX);
    *followers = chunks - 1;
    if (record_bytes == 0)
        return check_sized_records(reader, chunk, error);
    reader->chunk_slots[chunk] = reader->slot_counts[kind];
    reader->slot_counts[kind] += (DLC_CHUNK_BYTES - (uint32_t)sizeof(*head)) / dlc_reader_stride(kind);
    return check_fixed_records(reader, chunk, record_bytes, error);
}

static bool check_chunks(struct dlc_reader *reader, struct dlc_read_error *error)
{
    bool unborn = false;

    for (uint32_t chunk = 1; chunk < reader->chunk_count; chunk++) {
        uint64_t base = (uint64_t)chunk * DLC_CHUNK_BYTES;
        uint32_t magic = load(&((const struct dlc_chunk *)(const void *)(reader->bytes + base))->magic);
        uint32_t followers = 0;

        /* A writer counts chunks before it labels them, so one without a label may just have been begun, and those
           after it may be its followers. */
        if (magic != DLC_CHUNK_MAGIC) {
            unborn = unborn || magic == 0;
            if (!unborn)
                return dlc_reader_fail(error, "a chunk's start is damaged", base);
            continue;
        }
        unborn = false;
        if (!check_chunk(reader, chunk, &followers, error))
            return false;
        chunk += followers;
    }
    return true;
}

bool dlc_reader_check(struct dlc_reader *reader, struct dlc_arena *arena, const void *bytes, uint64_t size_bytes,
                      struct dlc_read_error *error)
{
    uint32_t chunk_count;

    memset(reader, 0, sizeof(*reader));
    if (!dlc_reader_check_header(bytes, size_bytes, &chunk_count, error))
        return false;
    reader->bytes = bytes;
    reader->chunk_count = chunk_count;
    reader->size_bytes = (uint64_t)chunk_count * DLC_CHUNK_BYTES;
    reader->chunk_kinds = dlc_arena_alloc(arena, chunk_count);
    reader->chunk_limits = dlc_arena_alloc(arena, chunk_count * sizeof(uint32_t));
    reader->chunk_slots = dlc_arena_alloc(arena, chunk_count * sizeof(uint32_t));
    reader->starts = dlc_arena_alloc(arena, (size_t)chunk_count * (DLC_REFS_PER_CHUNK / 8));
    if (!reader->chunk_kinds || !reader->chunk_limits || !reader->chunk_slots || !reader->starts) {
        errno = ENOMEM;
        return dlc_reader_fail_errno(error, "there is no memory to check the recording", 0);
    }
    reader->chunk_kinds[0] = DLC_KIND_HEADER;
    return check_chunks(reader, error);
}
