#include "libdlcheck/record/writer.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "libdlcheck/base/arena.h"
#include "libdlcheck/base/futex_lock.h"
#include "libdlcheck/base/output.h"
#include "libdlcheck/base/system.h"
#include "libdlcheck/record/writer_file.h"

#define FIRST_CHUNKS    8u
#define GROW_CHUNKS_MAX 256u

uint8_t *dlc_writer_base;

static struct {
    struct dlc_futex_lock lock;
    struct dlc_writer_file file;
    bool in_memory; /* no file: mapped_bytes is all there is, as far as it may grow */
    uint64_t reserved_bytes;
    uint64_t mapped_bytes;
    uint32_t open_chunks[DLC_KIND_COUNT]; /* the chunk that records of a kind currently go to; 0: none */
} writer;

static uint64_t round_to_chunks(uint64_t bytes)
{
    return (bytes + DLC_CHUNK_BYTES - 1) & ~(uint64_t)(DLC_CHUNK_BYTES - 1);
}

/* Address space for the largest recording, so that records never move. Less where the program runs under a limit.
 */
static bool reserve(uint64_t max_bytes)
{
    struct rlimit limit;
    uint64_t bytes = round_to_chunks(max_bytes);

    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && bytes > limit.rlim_cur / 16)
        bytes = round_to_chunks(limit.rlim_cur / 16);
    for (; bytes >= FIRST_CHUNKS * DLC_CHUNK_BYTES; bytes = round_to_chunks(bytes / 2)) {
        void *place = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

        if (place != MAP_FAILED) {
            dlc_writer_base = place;
            writer.reserved_bytes = bytes;
            return true;
        }
    }
    return false;
}

/* 0, or errno. */
static int map_more(uint64_t size_bytes)
{
    void *place = dlc_writer_base + writer.mapped_bytes;
    uint64_t blocked;
    int error = 0;

    if (size_bytes > writer.reserved_bytes)
        return EFBIG;
    blocked = dlc_system_block_signals();
    if (!writer.in_memory)
        error = dlc_writer_file_map(&writer.file, place, writer.mapped_bytes, size_bytes);
    else if (mprotect(place, size_bytes - writer.mapped_bytes, PROT_READ | PROT_WRITE) != 0)
        error = errno;
    if (!error)
        writer.mapped_bytes = size_bytes;
    dlc_system_restore_signals(blocked);
    return error;
}

static void start_header(void)
{
    struct dlc_header *header = dlc_writer_header();

    header->version = DLC_FORMAT_VERSION;
    header->byte_order = DLC_FORMAT_BYTE_ORDER;
    header->header_bytes = sizeof *header;
    header->chunk_bytes = DLC_CHUNK_BYTES;
    header->chunk_count = 1;
    header->pointer_bytes = sizeof(void *);
    header->pid = (uint32_t)getpid();
    header->parent_pid = (uint32_t)getppid();
    /* Last: a file without the magic is no recording yet. */
    __atomic_thread_fence(__ATOMIC_RELEASE);
    memcpy(header->magic, DLC_FORMAT_MAGIC, sizeof DLC_FORMAT_MAGIC);
}

bool dlc_writer_open(const char *folder, uint64_t max_bytes, char *problem, size_t problem_bytes)
{
    int error;

    memset(&writer, 0, sizeof writer);
    problem[0] = '\0';
    if (!reserve(max_bytes))
        return false;
    error = dlc_writer_file_create(&writer.file, folder);
    if (!error)
        error = map_more(FIRST_CHUNKS * DLC_CHUNK_BYTES);
    if (error) {
        dlc_format(problem, problem_bytes, "cannot keep a recording in %s (%s); going on in memory only", folder,
                   strerrordesc_np(error));
        dlc_writer_file_discard(&writer.file);
        writer.in_memory = true;
        if (map_more(FIRST_CHUNKS * DLC_CHUNK_BYTES) != 0)
            return false;
    }
    start_header();
    return true;
}

bool dlc_writer_has_file(void)
{
    return !writer.in_memory;
}

void dlc_writer_close_descriptor(void)
{
    if (dlc_writer_base)
        dlc_writer_file_close(&writer.file);
}

void dlc_writer_abandon(void)
{
    if (dlc_writer_base) {
        mmap(dlc_writer_base, writer.mapped_bytes, PROT_READ | PROT_WRITE, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS,
             -1, 0);
        dlc_pages_unmap(dlc_writer_base + writer.mapped_bytes, writer.reserved_bytes - writer.mapped_bytes);
    }
    dlc_writer_base = NULL;
}

void dlc_writer_count(enum dlc_counter counter, uint64_t amount)
{
    if (dlc_writer_base)
        __atomic_fetch_add(&dlc_writer_header()->counters[counter], amount, __ATOMIC_RELAXED);
}

uint64_t dlc_writer_size_bytes(void)
{
    return (uint64_t)__atomic_load_n(&dlc_writer_header()->chunk_count, __ATOMIC_ACQUIRE) * DLC_CHUNK_BYTES;
}

/* A chunk (or several, for a long record) of `kind`; 0 when the recording cannot grow. */
static uint32_t add_chunk(enum dlc_record_kind kind, uint32_t chunks)
{
    struct dlc_header *header = dlc_writer_header();
    uint64_t used = (uint64_t)header->chunk_count * DLC_CHUNK_BYTES;
    uint64_t wanted = used + (uint64_t)chunks * DLC_CHUNK_BYTES;
    uint32_t number = header->chunk_count;
    struct dlc_chunk *chunk;

    if (wanted > writer.mapped_bytes) {
        uint64_t ahead = writer.mapped_bytes / 4;
        uint64_t most = (uint64_t)GROW_CHUNKS_MAX * DLC_CHUNK_BYTES;
        uint64_t target = round_to_chunks(wanted + (ahead < most ? ahead : most));

        if (target > writer.reserved_bytes)
            target = writer.reserved_bytes;
        /* Near a limit the generous step may fail where the needed one fits. */
        if (target < wanted || (map_more(target) != 0 && map_more(wanted) != 0)) {
            dlc_writer_count(DLC_COUNT_GROWTH_FAILED, 1);
            return 0;
        }
    }
    chunk = (struct dlc_chunk *)(dlc_writer_base + used);
    chunk->kind = kind;
    chunk->used_bytes = sizeof *chunk;
    chunk->chunk_count = chunks;
    chunk->magic = DLC_CHUNK_MAGIC;
    __atomic_store_n(&header->chunk_count, number + chunks, __ATOMIC_RELEASE);
    return number;
}

static size_t room_of(size_t size_bytes)
{
    return (size_bytes + DLC_REF_BYTES - 1) & ~(size_t)(DLC_REF_BYTES - 1);
}

void *dlc_writer_add(enum dlc_record_kind kind, size_t size_bytes, dlc_ref *ref)
{
    size_t room_bytes = room_of(size_bytes);
    size_t needed_bytes = room_bytes + sizeof(struct dlc_chunk);
    uint32_t chunks = (uint32_t)((needed_bytes + DLC_CHUNK_BYTES - 1) / DLC_CHUNK_BYTES);
    struct dlc_chunk *chunk = NULL;
    void *record = NULL;
    uint32_t number;

    dlc_futex_lock_acquire(&writer.lock);
    number = chunks > 1 ? 0 : writer.open_chunks[kind];
    if (number)
        chunk = (struct dlc_chunk *)(dlc_writer_base + (uint64_t)number * DLC_CHUNK_BYTES);
    if (!chunk || chunk->used_bytes + room_bytes > DLC_CHUNK_BYTES) {
        number = add_chunk(kind, chunks);
        chunk = number ? (struct dlc_chunk *)(dlc_writer_base + (uint64_t)number * DLC_CHUNK_BYTES) : NULL;
        if (chunk && chunks == 1)
            writer.open_chunks[kind] = number;
    }
    if (chunk) {
        record = (uint8_t *)chunk + chunk->used_bytes;
        *ref = (dlc_ref)(((uint64_t)number * DLC_CHUNK_BYTES + chunk->used_bytes) / DLC_REF_BYTES);
        if (kind != DLC_KIND_NODE && kind != DLC_KIND_TRAIL)
            ((struct dlc_record *)record)->room_bytes = (uint32_t)room_bytes;
        __atomic_store_n(&chunk->used_bytes, chunk->used_bytes + (uint32_t)room_bytes, __ATOMIC_RELEASE);
    }
    dlc_futex_lock_release(&writer.lock);
    return record;
}

void dlc_writer_each(enum dlc_record_kind kind, size_t record_bytes,
                     void (*visit)(void *record, dlc_ref ref, void *argument), void *argument)
{
    uint32_t chunks = __atomic_load_n(&dlc_writer_header()->chunk_count, __ATOMIC_ACQUIRE);

    for (uint32_t number = 1; number < chunks; number++) {
        uint64_t start = (uint64_t)number * DLC_CHUNK_BYTES;
        const struct dlc_chunk *chunk = (const struct dlc_chunk *)(dlc_writer_base + start);

        if (chunk->magic != DLC_CHUNK_MAGIC || chunk->kind != (uint32_t)kind)
            continue;
        for (uint64_t at = sizeof *chunk; at + record_bytes <= chunk->used_bytes; at += room_of(record_bytes))
            visit(dlc_writer_base + start + at, (dlc_ref)((start + at) / DLC_REF_BYTES), argument);
    }
}

void dlc_writer_finish(void *record, size_t size_bytes)
{
    __atomic_store_n((uint32_t *)record, (uint32_t)size_bytes, __ATOMIC_RELEASE);
}

dlc_ref dlc_writer_text(const char *bytes, size_t size_bytes)
{
    struct dlc_text_record *text;
    size_t total_bytes = sizeof *text + size_bytes + 1;
    dlc_ref ref;

    text = dlc_writer_add(DLC_KIND_TEXT, total_bytes, &ref);
    if (!text) {
        dlc_writer_count(DLC_COUNT_RECORDS_DROPPED, 1);
        return 0;
    }
    memcpy(text->text, bytes, size_bytes);
    text->text_bytes = (uint32_t)size_bytes + 1;
    dlc_writer_finish(text, total_bytes);
    return ref;
}
