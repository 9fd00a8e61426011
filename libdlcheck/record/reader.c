#include "libdlcheck/record/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libdlcheck/record/reader_check.h"

static bool read_whole(int descriptor, uint8_t *bytes, uint64_t size_bytes, struct dlc_read_error *error)
{
    uint64_t done = 0;

    while (done < size_bytes) {
        ssize_t got = pread(descriptor, bytes + done, size_bytes - done, (off_t)done);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return dlc_reader_fail_errno(error, "the recording cannot be read", done);
        if (got == 0)
            return dlc_reader_fail(error, "the file ends before its last chunk", done);
        done += (uint64_t)got;
    }
    return true;
}

/* How much of the file is in use: it may have been grown ahead, and it may grow now. */
static bool measure(int descriptor, uint64_t *size_bytes, struct dlc_read_error *error)
{
    struct stat status;
    struct dlc_header header;
    uint32_t chunk_count;

    if (fstat(descriptor, &status) != 0)
        return dlc_reader_fail_errno(error, "the recording cannot be examined", 0);
    if (!S_ISREG(status.st_mode))
        return dlc_reader_fail(error, "this is not a file", 0);
    if ((uint64_t)status.st_size < sizeof(header))
        return dlc_reader_fail(error, "the file is shorter than a recording's header", (uint64_t)status.st_size);
    if (!read_whole(descriptor, (uint8_t *)&header, sizeof(header), error) ||
        !dlc_reader_check_header(&header, (uint64_t)status.st_size, &chunk_count, error))
        return false;
    *size_bytes = (uint64_t)chunk_count * DLC_CHUNK_BYTES;
    return true;
}

bool dlc_reader_open(struct dlc_reader *reader, struct dlc_arena *arena, const char *path,
                     struct dlc_read_error *error)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    uint8_t *bytes = NULL;
    uint64_t size_bytes = 0;
    bool done;

    memset(reader, 0, sizeof(*reader));
    if (descriptor < 0)
        return dlc_reader_fail_errno(error, "the recording cannot be opened", 0);
    done = measure(descriptor, &size_bytes, error);
    if (done) {
        bytes = dlc_pages_map(size_bytes);
        done = bytes ? read_whole(descriptor, bytes, size_bytes, error)
                     : dlc_reader_fail_errno(error, "there is no memory for the recording", 0);
    }
    close(descriptor);
    done = done && dlc_reader_check(reader, arena, bytes, size_bytes, error);
    if (done) {
        reader->owned_bytes = size_bytes;
        return true;
    }
    dlc_pages_unmap(bytes, size_bytes);
    memset(reader, 0, sizeof(*reader));
    return false;
}

void dlc_reader_close(struct dlc_reader *reader)
{
    if (reader->owned_bytes)
        dlc_pages_unmap((void *)(uintptr_t)reader->bytes, reader->owned_bytes);
    memset(reader, 0, sizeof(*reader));
}

const struct dlc_header *dlc_reader_header(const struct dlc_reader *reader)
{
    return (const void *)reader->bytes;
}

static const void *record_at(const struct dlc_reader *reader, dlc_ref ref, uint8_t kind)
{
    uint32_t chunk = ref / DLC_REFS_PER_CHUNK;

    if (chunk >= reader->chunk_count || reader->chunk_kinds[chunk] != kind ||
        !(reader->starts[ref / 64] >> (ref % 64) & 1))
        return NULL;
    return reader->bytes + (uint64_t)ref * DLC_REF_BYTES;
}

const struct dlc_thread_record *dlc_reader_thread(const struct dlc_reader *reader, dlc_ref ref)
{
    return record_at(reader, ref, DLC_KIND_THREAD);
}

const struct dlc_lock_record *dlc_reader_lock(const struct dlc_reader *reader, dlc_ref ref)
{
    return record_at(reader, ref, DLC_KIND_LOCK);
}

const struct dlc_stack_record *dlc_reader_stack(const struct dlc_reader *reader, dlc_ref ref)
{
    return record_at(reader, ref, DLC_KIND_STACK);
}

const struct dlc_node_record *dlc_reader_node(const struct dlc_reader *reader, dlc_ref ref)
{
    return record_at(reader, ref, DLC_KIND_NODE);
}

const struct dlc_trail_record *dlc_reader_trail(const struct dlc_reader *reader, dlc_ref ref)
{
    return record_at(reader, ref, DLC_KIND_TRAIL);
}

const struct dlc_held_record *dlc_reader_held(const struct dlc_reader *reader, dlc_ref ref)
{
    return record_at(reader, ref, DLC_KIND_HELD);
}

const struct dlc_module_record *dlc_reader_module(const struct dlc_reader *reader, dlc_ref ref)
{
    return record_at(reader, ref, DLC_KIND_MODULE);
}

const struct dlc_text_record *dlc_reader_text(const struct dlc_reader *reader, dlc_ref ref)
{
    return record_at(reader, ref, DLC_KIND_TEXT);
}

const struct dlc_event_record *dlc_reader_event(const struct dlc_reader *reader, dlc_ref ref)
{
    return record_at(reader, ref, DLC_KIND_EVENT);
}

const char *dlc_reader_string(const struct dlc_reader *reader, dlc_ref ref)
{
    const struct dlc_text_record *text = dlc_reader_text(reader, ref);

    return text ? text->text : "";
}

dlc_ref dlc_reader_next(const struct dlc_reader *reader, enum dlc_record_kind kind, dlc_ref after)
{
    uint64_t end = ((uint64_t)reader->last_chunk[kind] + 1) * DLC_REFS_PER_CHUNK;
    uint64_t at = after ? (uint64_t)after + 1 : (uint64_t)reader->first_chunk[kind] * DLC_REFS_PER_CHUNK;

    while (at < end) {
        uint64_t word;

        if (reader->chunk_kinds[at / DLC_REFS_PER_CHUNK] != kind) {
            at = (at / DLC_REFS_PER_CHUNK + 1) * DLC_REFS_PER_CHUNK;
            continue;
        }
        word = reader->starts[at / 64] >> (at % 64);
        if (word != 0)
            return (dlc_ref)(at + (uint64_t)__builtin_ctzll(word));
        at = (at / 64 + 1) * 64;
    }
    return 0;
}

uint32_t dlc_reader_slot_count(const struct dlc_reader *reader, enum dlc_record_kind kind)
{
    return reader->slot_counts[kind];
}

uint32_t dlc_reader_slot(const struct dlc_reader *reader, enum dlc_record_kind kind, dlc_ref ref)
{
    uint32_t within = ref % DLC_REFS_PER_CHUNK - sizeof(struct dlc_chunk) / DLC_REF_BYTES;

    if (!record_at(reader, ref, (uint8_t)kind))
        return DLC_SLOT_NONE;
    return reader->chunk_slots[ref / DLC_REFS_PER_CHUNK] + within / (dlc_reader_stride(kind) / DLC_REF_BYTES);
}

const struct dlc_module_record *dlc_reader_module_at(const struct dlc_reader *reader, uint64_t address,
                                                     uint32_t unload_epoch)
{
    for (dlc_ref ref = 0; (ref = dlc_reader_next(reader, DLC_KIND_MODULE, ref)) != 0;) {
        const struct dlc_module_record *module = dlc_reader_module(reader, ref);

        if (module->start <= address && address < module->end && module->first_epoch <= unload_epoch &&
            unload_epoch < __atomic_load_n(&module->end_epoch, __ATOMIC_RELAXED))
            return module;
    }
    return NULL;
}
