#include "libdlcheck/track/modules.h"

#include <elf.h>
#include <link.h>
#include <string.h>
#include <unistd.h>

#include "libdlcheck/base/arena.h"
#include "libdlcheck/base/futex_lock.h"
#include "libdlcheck/base/output.h"
#include "libdlcheck/record/writer.h"
#include "libdlcheck/track/locks.h"
#include "libdlcheck/track/stack.h"
#include "libdlcheck/track/thread.h"

#define PATH_BYTES     4096
#define BUILD_ID_BYTES 32

/* A module as the loader shows it. */
struct sight {
    struct sight *next;
    uint64_t bias;
    uint64_t start;
    uint64_t end;
    uint32_t build_id_bytes;
    uint8_t build_id[BUILD_ID_BYTES];
    char path[];
};

struct sights {
    struct dlc_arena arena;
    struct sight *first;
    struct sight **last;
    char *path; /* PATH_BYTES each, for one module at a time: too large for a small stack */
    char *folder;
};

/* A module that has a record. */
struct known {
    struct known *next;
    struct dlc_module_record *record;
};

static struct {
    struct dlc_futex_lock lock;
    struct dlc_arena arena;
    struct known *known;
    struct known *unused;
    uint32_t unload_epoch;
} modules;

static void find_build_id(struct sight *sight, const struct dl_phdr_info *info, const ElfW(Phdr) * header)
{
    const char *at = (const char *)(uintptr_t)(info->dlpi_addr + header->p_vaddr);
    const char *end = at + header->p_memsz;

    while (at + sizeof(ElfW(Nhdr)) <= end) {
        const ElfW(Nhdr) *note = (const ElfW(Nhdr) *)(const void *)at;
        const char *name = at + sizeof *note;
        const char *bytes = name + ((note->n_namesz + 3) & ~3u);

        if (bytes + note->n_descsz > end)
            return;
        if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 && memcmp(name, "GNU", 4) == 0 &&
            note->n_descsz <= BUILD_ID_BYTES) {
            sight->build_id_bytes = note->n_descsz;
            memcpy(sight->build_id, bytes, note->n_descsz);
            return;
        }
        at = bytes + ((note->n_descsz + 3) & ~3u);
    }
}

static size_t path_of(const struct dl_phdr_info *info, const struct sights *sights)
{
    char *path = sights->path;
    ssize_t length;

    if (info->dlpi_name[0] == '\0' && !sights->first) {
        length = readlink("/proc/self/exe", path, PATH_BYTES - 1);
        return length > 0 ? (size_t)length : 0;
    }
    if (strchr(info->dlpi_name, '/') == NULL)
        return dlc_format(path, PATH_BYTES, "[%s]", info->dlpi_name[0] ? "vdso" : "unknown");
    if (info->dlpi_name[0] != '/' && getcwd(sights->folder, PATH_BYTES))
        length = (ssize_t)dlc_format(path, PATH_BYTES, "%s/%s", sights->folder, info->dlpi_name);
    else
        length = (ssize_t)dlc_format(path, PATH_BYTES, "%s", info->dlpi_name);
    return (size_t)length < PATH_BYTES ? (size_t)length : PATH_BYTES - 1;
}

static int see(struct dl_phdr_info *info, size_t size_bytes, void *argument)
{
    struct sights *sights = argument;
    size_t length = path_of(info, sights);
    struct sight *sight = dlc_arena_alloc(&sights->arena, sizeof *sight + length + 1);

    (void)size_bytes;
    if (!sight)
        return 1;
    memcpy(sight->path, sights->path, length);
    sight->bias = info->dlpi_addr;
    sight->start = UINT64_MAX;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        uint64_t start = info->dlpi_addr + header->p_vaddr;

        if (header->p_type == PT_NOTE && !sight->build_id_bytes)
            find_build_id(sight, info, header);
        if (header->p_type != PT_LOAD)
            continue;
        if (start < sight->start)
            sight->start = start;
        if (start + header->p_memsz > sight->end)
            sight->end = start + header->p_memsz;
    }
    *sights->last = sight;
    sights->last = &sight->next;
    return 0;
}

static bool same(const struct sight *sight, const struct dlc_module_record *record)
{
    return sight->bias == record->bias && sight->start == record->start && sight->end == record->end &&
           strcmp(sight->path, record->path) == 0;
}

static void add(const struct sight *sight)
{
    size_t path_bytes = strlen(sight->path) + 1;
    size_t size_bytes = sizeof(struct dlc_module_record) + path_bytes;
    struct known *known = modules.unused;
    struct dlc_module_record *record;
    dlc_ref ref;

    if (known)
        modules.unused = known->next;
    else
        known = dlc_arena_alloc(&modules.arena, sizeof *known);
    record = known ? dlc_writer_add(DLC_KIND_MODULE, size_bytes, &ref) : NULL;
    if (!record) {
        dlc_writer_count(DLC_COUNT_RECORDS_DROPPED, 1);
        return;
    }
    record->bias = sight->bias;
    record->start = sight->start;
    record->end = sight->end;
    record->first_epoch = modules.unload_epoch;
    record->end_epoch = UINT32_MAX;
    record->build_id_bytes = sight->build_id_bytes;
    memcpy(record->build_id, sight->build_id, sight->build_id_bytes);
    record->path_bytes = (uint32_t)path_bytes;
    memcpy(record->path, sight->path, path_bytes);
    dlc_writer_finish(record, size_bytes);
    known->record = record;
    known->next = modules.known;
    modules.known = known;
}

/* Takes one module out of the known ones that is not in `sights` any more; NULL when all still are. */
static struct dlc_module_record *take_vanished(const struct sights *sights)
{
    for (struct known **link = &modules.known; *link; link = &(*link)->next) {
        struct known *known = *link;
        const struct sight *sight = sights->first;

        while (sight && !same(sight, known->record))
            sight = sight->next;
        if (!sight) {
            *link = known->next;
            known->next = modules.unused;
            modules.unused = known;
            return known->record;
        }
    }
    return NULL;
}

static void add_new(const struct sights *sights)
{
    for (const struct sight *sight = sights->first; sight; sight = sight->next) {
        const struct known *known = modules.known;

        while (known && !same(sight, known->record))
            known = known->next;
        if (!known && sight->end > sight->start)
            add(sight);
    }
}

void dlc_modules_scan(void)
{
    struct sights sights = {.arena = DLC_ARENA_EMPTY};
    struct dlc_module_record *vanished;
    bool any_vanished = false;

    sights.last = &sights.first;
    sights.path = dlc_arena_alloc(&sights.arena, PATH_BYTES);
    sights.folder = dlc_arena_alloc(&sights.arena, PATH_BYTES);
    if (!sights.path || !sights.folder || dl_iterate_phdr(see, &sights) != 0) {
        /* Half a list would look as if modules had been unloaded. */
        dlc_arena_release(&sights.arena);
        return;
    }
    dlc_futex_lock_acquire(&modules.lock);
    while ((vanished = take_vanished(&sights)) != NULL) {
        if (!any_vanished)
            modules.unload_epoch++;
        any_vanished = true;
        vanished->end_epoch = modules.unload_epoch;
        dlc_locks_end_between(vanished->start, vanished->end);
    }
    add_new(&sights);
    dlc_futex_lock_release(&modules.lock);
    dlc_arena_release(&sights.arena);
    if (any_vanished) {
        dlc_stack_set_unload_epoch(modules.unload_epoch);
        dlc_threads_void_sites();
    }
}

bool dlc_modules_know(uint64_t address)
{
    const struct known *known;
    bool found;

    dlc_futex_lock_acquire(&modules.lock);
    for (known = modules.known; known; known = known->next)
        if (address >= known->record->start && address < known->record->end)
            break;
    found = known != NULL;
    dlc_futex_lock_release(&modules.lock);
    return found;
}

void dlc_modules_reset(void)
{
    dlc_arena_release(&modules.arena);
    memset(&modules, 0, sizeof modules);
}
