/*
 * Which compilation unit an address belongs to. Asked of the units themselves: not every compiler writes the table
 * of addresses (.debug_aranges) that libdw would look into.
 */
#ifndef DLC_TOOLS_DWARF_UNIT_H
#define DLC_TOOLS_DWARF_UNIT_H

#include "tools/dwarf_module.h"

/* The unit whose code covers `address` (as libdwfl lays the module out), or NULL; `bias` receives what libdwfl
   adds to the addresses in the debug information. The module must be there. The first call looks at all its units.
 */
Dwarf_Die *dlc_dwarf_unit_at(struct dlc_dwarf_module *module, Dwarf_Addr address, Dwarf_Addr *bias);

void dlc_dwarf_units_release(struct dlc_dwarf_module *module);

#endif
