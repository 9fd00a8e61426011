#include "tools/symbols_dwarf.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "libdlcheck/base/uthash_arena.h"
#include "tools/dwarf_module.h"
#include "tools/dwarf_unit.h"
#include "tools/dwarf_variable.h"
#include "tools/memory.h"

/* Inlining deeper than this loses its outer frames. */
#define FRAMES_MOST 32

struct place_key {
    uint64_t address;
    uint64_t unload_epoch;
};

struct dlc_dwarf_memo {
    struct place_key key;
    struct dlc_frame *frames;
    size_t count;
    UT_hash_handle hh;
};

struct dlc_dwarf_object {
    struct place_key key;
    const char *name;       /* NULL: nothing better than the symbol */
    const char *class_name; /* the same without element numbers */
    UT_hash_handle hh;
};

static struct dlc_dwarf_module *module_of(struct dlc_symbols_dwarf *symbols,
                                          const struct dlc_module_record *record)
{
    struct dlc_dwarf_module *module = symbols->modules;

    while (module && module->record != record)
        module = module->next;
    if (!module) {
        module = dlc_allocate(sizeof(*module));
        dlc_dwarf_module_open(module, record);
        module->next = symbols->modules;
        symbols->modules = module;
    }
    return module;
}

/* Moves a string from malloc to the arena, where names live. */
static const char *keep(struct dlc_symbols_dwarf *symbols, char *text)
{
    const char *kept = text ? dlc_arena_copy(&symbols->arena, text, strlen(text)) : NULL;

    free(text);
    return kept;
}

static const char *absolute_path(struct dlc_symbols_dwarf *symbols, const char *folder, const char *file)
{
    if (!file)
        return NULL;
    if (file[0] == '/' || !folder)
        return keep(symbols, dlc_print("%s", file));
    return keep(symbols, dlc_print("%s/%s", folder, file));
}

/* Where the code at `address` was written. */
static void set_line(struct dlc_symbols_dwarf *symbols, struct dlc_frame *frame, Dwarf_Die *unit,
                     Dwarf_Addr address)
{
    Dwarf_Attribute attribute;
    Dwarf_Line *line = dwarf_getsrc_die(unit, address);
    int number = 0;

    if (!line)
        return;
    dwarf_lineno(line, &number);
    frame->file = absolute_path(symbols, dwarf_formstring(dwarf_attr(unit, DW_AT_comp_dir, &attribute)),
                                dwarf_linesrc(line, NULL, NULL));
    frame->line = (unsigned)number;
}

/* Where the call of an inlined function stands, which is where the frame around it is. */
static void set_call_site(struct dlc_symbols_dwarf *symbols, struct dlc_frame *frame, Dwarf_Die *unit,
                          Dwarf_Die *inlined)
{
    Dwarf_Attribute attribute;
    Dwarf_Word file = 0, line = 0;
    Dwarf_Files *files;
    const char *folder = dwarf_formstring(dwarf_attr(unit, DW_AT_comp_dir, &attribute));

    if (dwarf_formudata(dwarf_attr(inlined, DW_AT_call_file, &attribute), &file) != 0 ||
        dwarf_getsrcfiles(unit, &files, NULL) != 0)
        return;
    frame->file = absolute_path(symbols, folder, dwarf_filesrc(files, file, NULL, NULL));
    dwarf_formudata(dwarf_attr(inlined, DW_AT_call_line, &attribute), &line);
    frame->line = (unsigned)line;
}

/* Replaces frames[0] (what the symbol table knows) by the source-level frames at `address`. */
static size_t expand_inlined(struct dlc_symbols_dwarf *symbols, struct dlc_frame *frames, Dwarf_Die *unit,
                             Dwarf_Addr address)
{
    Dwarf_Die *found = NULL, *scopes = NULL, innermost;
    int scope_count = dwarf_getscopes(unit, address, &found);
    size_t count = 0;

    /* dwarf_getscopes leaves the path at the first inlined call for where that function was written; the scopes of
       its DIE follow the calls. */
    if (scope_count <= 0 ||
        !dwarf_offdie(dwarf_cu_getdwarf(found[0].cu), dwarf_dieoffset(&found[0]), &innermost)) {
        free(found);
        return 1;
    }
    free(found);
    scope_count = dwarf_getscopes_die(&innermost, &scopes);
    for (int i = 0; i < scope_count && count < FRAMES_MOST; i++) {
        int tag = dwarf_tag(&scopes[i]);
        const char *name;

        if (tag != DW_TAG_inlined_subroutine && tag != DW_TAG_subprogram)
            continue;
        name = keep(symbols, dlc_dwarf_name(&scopes[i]));
        if (name)
            frames[count].function = name;
        count++;
        if (tag == DW_TAG_subprogram)
            break;
        frames[count - 1].inlined = true;
        if (count < FRAMES_MOST) {
            frames[count] = frames[0];
            frames[count].inlined = false;
            frames[count].file = NULL;
            frames[count].line = 0;
            set_call_site(symbols, &frames[count], unit, &scopes[i]);
        }
    }
    free(scopes);
    return count ? count : 1;
}

static size_t look_up(struct dlc_symbols_dwarf *symbols, const struct dlc_module_record *record, uint64_t address,
                      struct dlc_frame *frames)
{
    struct dlc_dwarf_module *module = module_of(symbols, record);
    Dwarf_Addr at = address - record->bias + module->bias, dwarf_bias;
    const char *symbol;
    Dwarf_Die *unit;

    if (!module->module)
        return 1;
    if (!frames->symbol) {
        GElf_Off offset;
        GElf_Sym details;

        symbol = dwfl_module_addrinfo(module->module, at, &offset, &details, NULL, NULL, NULL);
        if (symbol && offset < details.st_size) {
            frames->function = keep(symbols, dlc_dwarf_demangle(symbol));
            frames->function_offset = offset;
        }
    }
    unit = dlc_dwarf_unit_at(module, at, &dwarf_bias);
    if (!unit)
        return 1;
    set_line(symbols, frames, unit, at - dwarf_bias);
    return expand_inlined(symbols, frames, unit, at - dwarf_bias);
}

static size_t frames(struct dlc_symboliser *self, const struct dlc_reader *reader, uint64_t address,
                     uint32_t unload_epoch, struct dlc_frame *result, size_t capacity)
{
    struct dlc_symbols_dwarf *symbols = self->state;
    struct dlc_arena *uthash_arena = &symbols->arena;
    struct place_key key = {address, unload_epoch};
    struct dlc_frame found[FRAMES_MOST] = {0};
    struct dlc_dwarf_memo *memo = NULL;
    size_t count;

    HASH_FIND(hh, symbols->memos, &key, sizeof(key), memo);
    if (!memo) {
        const struct dlc_module_record *record = dlc_reader_module_at(reader, address, unload_epoch);

        memo = dlc_certain(dlc_arena_alloc(&symbols->arena, sizeof(*memo)));
        memo->key = key;
        memo->count =
            symbols->elf.symboliser.frames(&symbols->elf.symboliser, reader, address, unload_epoch, found, 1);
        if (found->symbol)
            found->function = keep(symbols, dlc_dwarf_demangle(found->symbol));
        if (record)
            memo->count = look_up(symbols, record, address, found);
        memo->frames = dlc_certain(dlc_arena_alloc(&symbols->arena, memo->count * sizeof(*memo->frames)));
        memcpy(memo->frames, found, memo->count * sizeof(*memo->frames));
        HASH_ADD(hh, symbols->memos, key, sizeof(memo->key), memo);
    }
    count = memo->count < capacity ? memo->count : capacity;
    memcpy(result, memo->frames, count * sizeof(*result));
    return count;
}

static const char *object(struct dlc_symboliser *self, const struct dlc_reader *reader, uint64_t address,
                          uint32_t unload_epoch, uint64_t *offset, const char **module)
{
    struct dlc_symbols_dwarf *symbols = self->state;

    return symbols->elf.symboliser.object(&symbols->elf.symboliser, reader, address, unload_epoch, offset, module);
}

static void name_object(struct dlc_symbols_dwarf *symbols, const struct dlc_reader *reader,
                        struct dlc_dwarf_object *known)
{
    uint32_t epoch = (uint32_t)known->key.unload_epoch;
    const struct dlc_module_record *record = dlc_reader_module_at(reader, known->key.address, epoch);
    const char *symbol, *path;
    uint64_t offset;

    symbol = object(&symbols->symboliser, reader, known->key.address, epoch, &offset, &path);
    if (record) {
        struct dlc_dwarf_module *module = module_of(symbols, record);
        uint64_t address = known->key.address - record->bias;

        known->name = keep(symbols, dlc_dwarf_variable_name(module, address, false));
        known->class_name = keep(symbols, dlc_dwarf_variable_name(module, address, true));
    }
    if (!known->name && symbol) {
        char *name = dlc_dwarf_demangle(symbol);

        known->class_name = keep(symbols, dlc_print("%s", name));
        known->name = keep(symbols, offset ? dlc_print("%s+%lu", name, offset) : dlc_print("%s", name));
        free(name);
    }
}

static const char *object_part(struct dlc_symboliser *self, const struct dlc_reader *reader, uint64_t address,
                               uint32_t unload_epoch, bool as_class)
{
    struct dlc_symbols_dwarf *symbols = self->state;
    struct dlc_arena *uthash_arena = &symbols->arena;
    struct place_key key = {address, unload_epoch};
    struct dlc_dwarf_object *known = NULL;

    HASH_FIND(hh, symbols->objects, &key, sizeof(key), known);
    if (!known) {
        known = dlc_certain(dlc_arena_alloc(&symbols->arena, sizeof(*known)));
        known->key = key;
        name_object(symbols, reader, known);
        HASH_ADD(hh, symbols->objects, key, sizeof(known->key), known);
    }
    return as_class ? known->class_name : known->name;
}

static const char *source_line(struct dlc_symboliser *self, const char *file, unsigned line)
{
    struct dlc_symbols_dwarf *symbols = self->state;

    return dlc_sources_line(&symbols->sources, file, line);
}

void dlc_symbols_dwarf_open(struct dlc_symbols_dwarf *symbols, const struct dlc_reader *reader)
{
    memset(symbols, 0, sizeof(*symbols));
    dlc_symbols_elf_open(&symbols->elf);
    symbols->symboliser.frames = frames;
    symbols->symboliser.object = object;
    symbols->symboliser.object_part = object_part;
    symbols->symboliser.source_line = source_line;
    symbols->symboliser.state = symbols;
    symbols->sources.newest_seconds = (int64_t)(dlc_reader_header(reader)->start_realtime_ns / 1000000000);
}

void dlc_symbols_dwarf_close(struct dlc_symbols_dwarf *symbols)
{
    while (symbols->modules) {
        struct dlc_dwarf_module *module = symbols->modules;

        symbols->modules = module->next;
        dlc_dwarf_units_release(module);
        dlc_dwarf_variables_release(module);
        dlc_dwarf_module_close(module);
        free(module);
    }
    dlc_sources_release(&symbols->sources);
    dlc_symbols_elf_close(&symbols->elf);
    dlc_arena_release(&symbols->arena);
}
