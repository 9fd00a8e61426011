/* One file of a recording, with its debug information (libdwfl). */
#ifndef DLC_TOOLS_DWARF_MODULE_H
#define DLC_TOOLS_DWARF_MODULE_H

#include <elfutils/libdwfl.h>

#include "libdlcheck/record/format.h"

struct dlc_dwarf_units;
struct dlc_dwarf_variables;

struct dlc_dwarf_module {
    struct dlc_dwarf_module *next;
    const struct dlc_module_record *record;
    Dwfl *session;
    Dwfl_Module *module;                   /* NULL: not there, or another build */
    Dwarf_Addr bias;                       /* what libdwfl adds to the addresses in the file */
    struct dlc_dwarf_units *units;         /* dwarf_unit.h */
    struct dlc_dwarf_variables *variables; /* dwarf_variable.h */
};

void dlc_dwarf_module_open(struct dlc_dwarf_module *module, const struct dlc_module_record *record);
void dlc_dwarf_module_close(struct dlc_dwarf_module *module);

/* The name to be shown of a DIE (demangled, namespaces included) or NULL. The caller frees it. */
char *dlc_dwarf_name(Dwarf_Die *die);

/* A symbol as it is to be shown. The caller frees it. */
char *dlc_dwarf_demangle(const char *symbol);

#endif
