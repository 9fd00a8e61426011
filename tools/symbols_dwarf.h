/*
 * The symboliser of the tools: functions, files, lines and inlined callers from DWARF (also in separate debug
 * files, looked up in the standard places), names from ELF symbol tables, C++ names demangled. A file whose
 * build-id is not the recorded one is not believed: unknown is better than a wrong line.
 */
#ifndef DLC_TOOLS_SYMBOLS_DWARF_H
#define DLC_TOOLS_SYMBOLS_DWARF_H

#include "libdlcheck/report/symbols_elf.h"
#include "tools/source.h"

struct dlc_dwarf_module;
struct dlc_dwarf_memo;
struct dlc_dwarf_object;

struct dlc_symbols_dwarf {
    struct dlc_symboliser symboliser; /* hand this to report/ */
    struct dlc_symbols_elf elf;
    struct dlc_arena arena; /* names */
    struct dlc_dwarf_module *modules;
    struct dlc_dwarf_memo *memos;     /* code addresses looked up before */
    struct dlc_dwarf_object *objects; /* the same for static objects */
    struct dlc_sources sources;
};

/* For the addresses of one recording. */
void dlc_symbols_dwarf_open(struct dlc_symbols_dwarf *symbols, const struct dlc_reader *reader);

/* Gives back the names too. */
void dlc_symbols_dwarf_close(struct dlc_symbols_dwarf *symbols);

#endif
