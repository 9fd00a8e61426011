#include "libdlcheck/report/symbols_elf.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "libdlcheck/base/hash.h"

/* Larger tables are not read: the file is damaged, or too big to hold in somebody else's process. */
#define TABLE_BYTES_MAXIMUM ((uint64_t)1 << 28)

struct dlc_elf_file {
    struct dlc_elf_file *next;
    const struct dlc_module_record *module;
    const Elf64_Sym *symbols;
    size_t symbol_count;
    const char *strings; /* its last byte is a NUL that we added */
    size_t strings_bytes;
};

/* Reads a range of the file into the arena with a NUL behind it; NULL when it is not all there. Raw system calls
   here and below: open, pread and close are cancellation points. */
static void *read_range(struct dlc_arena *arena, int descriptor, uint64_t offset, uint64_t size_bytes)
{
    char *memory;
    uint64_t done = 0;

    if (!size_bytes || size_bytes > TABLE_BYTES_MAXIMUM)
        return NULL;
    memory = dlc_arena_alloc(arena, size_bytes + 1);
    while (memory && done < size_bytes) {
        long part = syscall(SYS_pread64, descriptor, memory + done, size_bytes - done, offset + done);

        if (part > 0)
            done += (uint64_t)part;
        else if (part == 0 || errno != EINTR)
            return NULL;
    }
    return memory;
}

/* Whether the notes contain this build-id. */
static bool notes_have(const char *notes, uint64_t size_bytes, const uint8_t *build_id, uint32_t build_id_bytes)
{
    uint64_t at = 0;

    while (at + sizeof(Elf64_Nhdr) <= size_bytes) {
        Elf64_Nhdr note;
        uint64_t name_at = at + sizeof(note), content_at;

        memcpy(&note, notes + at, sizeof(note));
        content_at = name_at + ((note.n_namesz + UINT64_C(3)) & ~UINT64_C(3));
        if (content_at + note.n_descsz > size_bytes)
            return false;
        if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && !memcmp(notes + name_at, "GNU", 4))
            return note.n_descsz >= build_id_bytes && !memcmp(notes + content_at, build_id, build_id_bytes);
        at = content_at + ((note.n_descsz + UINT64_C(3)) & ~UINT64_C(3));
    }
    return false;
}

/* Names from another build would be wrong names: the file may have been replaced since it was loaded. */
static bool same_build(struct dlc_arena *arena, int descriptor, const Elf64_Ehdr *header,
                       const struct dlc_module_record *module)
{
    const Elf64_Phdr *segments;

    if (!module->build_id_bytes)
        return true;
    segments = read_range(arena, descriptor, header->e_phoff, (uint64_t)header->e_phnum * sizeof(*segments));
    for (size_t i = 0; segments && i < header->e_phnum; i++) {
        const char *notes;

        if (segments[i].p_type != PT_NOTE)
            continue;
        notes = read_range(arena, descriptor, segments[i].p_offset, segments[i].p_filesz);
        if (notes && notes_have(notes, segments[i].p_filesz, module->build_id,
                                module->build_id_bytes < sizeof(module->build_id) ? module->build_id_bytes
                                                                                  : sizeof(module->build_id)))
            return true;
    }
    return false;
}

/* Takes the full symbol table, or the dynamic one of a stripped file. */
static void read_symbols(struct dlc_arena *arena, struct dlc_elf_file *file, int descriptor)
{
    const Elf64_Ehdr *header = read_range(arena, descriptor, 0, sizeof(*header));
    const Elf64_Shdr *sections, *table = NULL;

    if (!header || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 || header->e_ident[EI_CLASS] != ELFCLASS64 ||
        header->e_shentsize != sizeof(Elf64_Shdr) || header->e_phentsize != sizeof(Elf64_Phdr) ||
        !same_build(arena, descriptor, header, file->module))
        return;
    sections = read_range(arena, descriptor, header->e_shoff, (uint64_t)header->e_shnum * sizeof(*sections));
    for (size_t i = 0; sections && i < header->e_shnum; i++) {
        if (sections[i].sh_type == SHT_SYMTAB || (sections[i].sh_type == SHT_DYNSYM && !table))
            table = &sections[i];
    }
    if (!table || table->sh_link >= header->e_shnum)
        return;
    file->symbols = read_range(arena, descriptor, table->sh_offset, table->sh_size);
    file->strings_bytes = sections[table->sh_link].sh_size;
    file->strings = read_range(arena, descriptor, sections[table->sh_link].sh_offset, file->strings_bytes);
    if (file->symbols && file->strings)
        file->symbol_count = table->sh_size / sizeof(Elf64_Sym);
}

static const struct dlc_elf_file *file_of(struct dlc_symbols_elf *symbols, const struct dlc_module_record *module)
{
    struct dlc_elf_file *file = symbols->files;
    struct stat status;
    int descriptor, saved = errno;

    while (file && file->module != module)
        file = file->next;
    if (file)
        return file;
    file = dlc_arena_alloc(&symbols->arena, sizeof(*file));
    if (!file)
        return NULL;
    file->module = module;
    file->next = symbols->files;
    symbols->files = file;
    /* O_NONBLOCK: a recording may name a pipe. */
    descriptor = (int)syscall(SYS_openat, AT_FDCWD, module->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor >= 0) {
        if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode))
            read_symbols(&symbols->arena, file, descriptor);
        syscall(SYS_close, descriptor);
    }
    errno = saved;
    return file;
}

/* Of several names for one place the table's first global one is taken, so that every run takes the same. */
static const Elf64_Sym *find_symbol(const struct dlc_elf_file *file, uint64_t value, int type)
{
    const Elf64_Sym *best = NULL;

    for (size_t i = 0; i < file->symbol_count; i++) {
        const Elf64_Sym *symbol = &file->symbols[i];

        if (ELF64_ST_TYPE(symbol->st_info) != type || symbol->st_shndx == SHN_UNDEF || symbol->st_value > value ||
            value - symbol->st_value >= symbol->st_size || symbol->st_name >= file->strings_bytes)
            continue;
        if (!best || symbol->st_value > best->st_value ||
            (symbol->st_value == best->st_value && ELF64_ST_BIND(best->st_info) != STB_GLOBAL &&
             ELF64_ST_BIND(symbol->st_info) == STB_GLOBAL))
            best = symbol;
    }
    return best;
}

static const char *name_of(struct dlc_symbols_elf *symbols, const struct dlc_module_record *module,
                           uint64_t address, int type, uint64_t *offset)
{
    struct dlc_elf_memo *memo = &symbols->memo[dlc_hash_mix(address) % DLC_SYMBOLS_ELF_MEMO];
    const struct dlc_elf_file *file;
    const Elf64_Sym *symbol;

    if (memo->address != address || memo->module != module || memo->type != type) {
        file = file_of(symbols, module);
        symbol = file ? find_symbol(file, address - module->bias, type) : NULL;
        *memo = (struct dlc_elf_memo){.address = address, .module = module, .type = type};
        if (symbol) {
            memo->name = file->strings + symbol->st_name;
            memo->offset = address - module->bias - symbol->st_value;
        }
    }
    *offset = memo->offset;
    return memo->name;
}

static size_t frames(struct dlc_symboliser *self, const struct dlc_reader *reader, uint64_t address,
                     uint32_t unload_epoch, struct dlc_frame *frame, size_t capacity)
{
    struct dlc_symbols_elf *symbols = self->state;
    const struct dlc_module_record *module = dlc_reader_module_at(reader, address, unload_epoch);

    if (!capacity)
        return 0;
    memset(frame, 0, sizeof(*frame));
    frame->module_offset = address;
    if (module) {
        frame->module = module->path;
        frame->module_offset = address - module->bias;
        frame->symbol = name_of(symbols, module, address, STT_FUNC, &frame->function_offset);
        frame->function = frame->symbol;
    }
    return 1;
}

static const char *object(struct dlc_symboliser *self, const struct dlc_reader *reader, uint64_t address,
                          uint32_t unload_epoch, uint64_t *offset, const char **module_path)
{
    const struct dlc_module_record *module = dlc_reader_module_at(reader, address, unload_epoch);

    *offset = 0;
    *module_path = module ? module->path : NULL;
    return module ? name_of(self->state, module, address, STT_OBJECT, offset) : NULL;
}

void dlc_symbols_elf_open(struct dlc_symbols_elf *symbols)
{
    memset(symbols, 0, sizeof(*symbols));
    symbols->symboliser.frames = frames;
    symbols->symboliser.object = object;
    symbols->symboliser.state = symbols;
}

void dlc_symbols_elf_close(struct dlc_symbols_elf *symbols)
{
    dlc_arena_release(&symbols->arena);
    symbols->files = NULL;
}
