/*
 * The seam between addresses and names. The runtime fills it from ELF symbol tables (symbols_elf.h), the tools
 * from DWARF as well (tools/symbols_dwarf.c); report/ only asks.
 */
#ifndef DLC_REPORT_SYMBOLS_H
#define DLC_REPORT_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libdlcheck/record/reader.h"

/* One source-level frame; several for one address when calls were inlined, innermost first. Strings live as long
   as the symboliser; NULL or 0 where unknown. */
struct dlc_frame {
    const char *function;     /* demangled where possible */
    const char *symbol;       /* the function that contains it, as the module's own symbol table calls it */
    uint64_t function_offset; /* of the address within the function that contains it (not the inlined one) */
    const char *file;
    unsigned line;
    const char *module;     /* path of the module */
    uint64_t module_offset; /* address as the file has it */
    bool inlined;           /* inlined into the frame that follows */
};

struct dlc_symboliser {
    /* Frames of the code address `address` (already adjusted to lie within the call instruction) as loaded at
       `unload_epoch`. Returns how many were written, at most `capacity`; 0 only when `capacity` is 0. */
    size_t (*frames)(struct dlc_symboliser *self, const struct dlc_reader *reader, uint64_t address,
                     uint32_t unload_epoch, struct dlc_frame *frames, size_t capacity);
    /* Name of the static object that contains `address`, as the module's symbol table has it, and the offset in
       it; NULL when there is none. `module` receives the module's path or NULL. */
    const char *(*object)(struct dlc_symboliser *self, const struct dlc_reader *reader, uint64_t address,
                          uint32_t unload_epoch, uint64_t *offset, const char **module);
    /* How a static object is to be shown: demangled, with the member or element at `offset` ("pool.lock",
       "forks[3]"). `as_class` leaves element numbers out ("forks[]"). NULL when nothing better is known than the
       arguments. May be NULL: never. */
    const char *(*object_part)(struct dlc_symboliser *self, const struct dlc_reader *reader, uint64_t address,
                               uint32_t unload_epoch, bool as_class);
    /* Text of a source line without its end, or NULL when the source is not there. May be NULL: never. */
    const char *(*source_line)(struct dlc_symboliser *self, const char *file, unsigned line);
    void *state;
};

#endif
