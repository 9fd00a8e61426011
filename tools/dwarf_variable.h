/* Names of what lies in static memory, down to members and elements: "pool.lock", "forks[3]". */
#ifndef DLC_TOOLS_DWARF_VARIABLE_H
#define DLC_TOOLS_DWARF_VARIABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "tools/dwarf_module.h"

/* The variable at `address` (as the file has it) and the part of it that starts there; `as_class` leaves element
   numbers out ("forks[]"). NULL: the debug information has none. The caller frees it. */
char *dlc_dwarf_variable_name(struct dlc_dwarf_module *module, uint64_t address, bool as_class);

void dlc_dwarf_variables_release(struct dlc_dwarf_module *module);

#endif
