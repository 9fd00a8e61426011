#include "tests/fuzz/property.h"

#include <stdlib.h>
#include <string.h>

#include "libdlcheck/analyze/findings.h"
#include "libdlcheck/record/reader.h"

#define EXPANDED_CHUNKS_MOST 24u

/* A chunk in a compact input. */
struct compact_chunk {
    uint32_t magic;
    uint16_t kind;
    uint16_t chunk_count;
    uint32_t used_bytes;
    uint32_t given_bytes; /* that follow, from behind struct dlc_chunk on */
};

static void require(int holds)
{
    if (!holds)
        abort();
}

static void check_finding(const struct dlc_reader *reader, const struct dlc_finding *finding)
{
    require(finding->count > 0 && finding->step_count > 0);
    for (size_t i = 0; i < finding->step_count; i++) {
        const struct dlc_step *step = &finding->steps[i];

        require(!step->thread || dlc_reader_thread(reader, step->thread));
        require(!step->wait_lock || dlc_reader_lock(reader, step->wait_lock));
        require(!step->wait_stack || dlc_reader_stack(reader, step->wait_stack));
        require(!step->node || dlc_reader_node(reader, step->node));
        for (size_t at = 0; at < step->hold_count; at++) {
            require(!step->holds[at].lock || dlc_reader_lock(reader, step->holds[at].lock));
            require(!step->holds[at].stack || dlc_reader_stack(reader, step->holds[at].stack));
        }
    }
}

static uint64_t touch(const struct dlc_reader *reader)
{
    uint64_t sum = 0;

    for (int kind = DLC_KIND_NONE; kind < DLC_KIND_COUNT; kind++) {
        for (dlc_ref ref = 0; (ref = dlc_reader_next(reader, (enum dlc_record_kind)kind, ref)) != 0;) {
            const struct dlc_stack_record *stack = dlc_reader_stack(reader, ref);
            const struct dlc_held_record *held = dlc_reader_held(reader, ref);
            const struct dlc_module_record *module = dlc_reader_module(reader, ref);

            sum += strlen(dlc_reader_string(reader, ref)) + (module ? strlen(module->path) : 0);
            for (uint32_t i = 0; stack && i < stack->frame_count; i++)
                sum += stack->frames[i];
            for (uint32_t i = 0; held && i < held->slot_count; i++)
                sum += held->slots[i].lock;
        }
    }
    return sum;
}

void fuzz_property_of_recording(const uint8_t *bytes, size_t size_bytes)
{
    struct dlc_arena arena = DLC_ARENA_EMPTY;
    struct dlc_findings findings = {.arena = DLC_ARENA_EMPTY};
    struct dlc_read_error error = {.problem = NULL};
    struct dlc_reader reader;

    if (dlc_reader_check(&reader, &arena, bytes, size_bytes, &error)) {
        volatile uint64_t sum = touch(&reader);

        (void)sum;
        require(dlc_analyze(&findings, &reader));
        for (size_t i = 0; i < findings.count; i++)
            check_finding(&reader, &findings.items[i]);
        dlc_findings_release(&findings);
    } else {
        require(error.problem != NULL && error.offset_bytes <= size_bytes);
    }
    dlc_arena_release(&arena);
}

static size_t min(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Expands a compact input into `bytes`, which is zero; returns the size of the recording. */
static size_t expand(const uint8_t *input, size_t size_bytes, uint8_t *bytes)
{
    size_t at = min(size_bytes, sizeof(struct dlc_header));
    size_t chunk = 1;

    memcpy(bytes, input, at);
    while (chunk < EXPANDED_CHUNKS_MOST && size_bytes - at >= sizeof(struct compact_chunk)) {
        struct compact_chunk compact;
        struct dlc_chunk head = {0};
        uint8_t *to = bytes + chunk * DLC_CHUNK_BYTES;
        size_t room = (EXPANDED_CHUNKS_MOST - chunk) * DLC_CHUNK_BYTES - sizeof(head);

        memcpy(&compact, input + at, sizeof(compact));
        at += sizeof(compact);
        head.magic = compact.magic;
        head.kind = compact.kind;
        head.used_bytes = compact.used_bytes;
        head.chunk_count = compact.chunk_count;
        memcpy(to, &head, sizeof(head));
        room = min(min(room, compact.given_bytes), size_bytes - at);
        memcpy(to + sizeof(head), input + at, room);
        at += room;
        chunk += compact.chunk_count > 0 ? compact.chunk_count : 1;
    }
    return min(chunk, EXPANDED_CHUNKS_MOST) * DLC_CHUNK_BYTES;
}

void fuzz_property(const uint8_t *input, size_t size_bytes)
{
    size_t room_bytes = (size_t)EXPANDED_CHUNKS_MOST * DLC_CHUNK_BYTES;
    uint8_t *copy;
    size_t copy_bytes;

    if (size_bytes == 0)
        return;
    if (input[0] & 1) {
        uint8_t *bytes = calloc(1, room_bytes);

        require(bytes != NULL);
        copy_bytes = expand(input + 1, size_bytes - 1, bytes);
        copy = aligned_alloc(DLC_CHUNK_BYTES, copy_bytes);
        require(copy != NULL);
        memcpy(copy, bytes, copy_bytes);
        free(bytes);
    } else {
        copy_bytes = size_bytes - 1;
        copy = malloc(copy_bytes + 1);
        require(copy != NULL);
        memcpy(copy, input + 1, copy_bytes);
    }
    fuzz_property_of_recording(copy, copy_bytes);
    free(copy);
}

size_t fuzz_compact(const struct recording_builder *recording, uint8_t *input)
{
    size_t at = 1 + sizeof(struct dlc_header);

    input[0] = 1;
    memcpy(input + 1, recording->bytes, sizeof(struct dlc_header));
    for (size_t chunk = 1; chunk < recording->size_bytes / DLC_CHUNK_BYTES;) {
        const uint8_t *from = recording->bytes + chunk * DLC_CHUNK_BYTES;
        struct compact_chunk compact;
        struct dlc_chunk head;

        memcpy(&head, from, sizeof(head));
        compact = (struct compact_chunk){head.magic, (uint16_t)head.kind, (uint16_t)head.chunk_count,
                                         head.used_bytes, head.used_bytes - (uint32_t)sizeof(head)};
        memcpy(input + at, &compact, sizeof(compact));
        memcpy(input + at + sizeof(compact), from + sizeof(head), compact.given_bytes);
        at += sizeof(compact) + compact.given_bytes;
        chunk += head.chunk_count;
    }
    return at;
}
