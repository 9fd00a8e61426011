/*
 * Names from the symbol tables of the files that were loaded, read with pread: what the runtime has inside a
 * program. Not dladdr, which takes the loader's lock (a hung program may hold it) and does not know static
 * functions. No malloc, no stdio, no demangling, no lines.
 */
#ifndef DLC_REPORT_SYMBOLS_ELF_H
#define DLC_REPORT_SYMBOLS_ELF_H

#include "libdlcheck/base/arena.h"
#include "libdlcheck/report/symbols.h"

#define DLC_SYMBOLS_ELF_MEMO 256

struct dlc_elf_file;

struct dlc_elf_memo {
    uint64_t address;
    const struct dlc_module_record *module;
    const char *name;
    uint64_t offset;
    int type;
};

struct dlc_symbols_elf {
    struct dlc_symboliser symboliser; /* hand this to report/ */
    struct dlc_arena arena;
    struct dlc_elf_file *files;
    struct dlc_elf_memo memo[DLC_SYMBOLS_ELF_MEMO]; /* a report asks for the same addresses several times */
};

/* For the addresses of one recording. */
void dlc_symbols_elf_open(struct dlc_symbols_elf *symbols);

/* Gives back the names too. */
void dlc_symbols_elf_close(struct dlc_symbols_elf *symbols);

#endif
