#include "tools/dwarf_unit.h"

#include <stdlib.h>

#include "tools/memory.h"

struct range {
    Dwarf_Addr start;
    Dwarf_Addr end;
    Dwarf_Die *unit; /* libdwfl keeps it */
};

struct dlc_dwarf_units {
    struct range *items; /* by start */
    size_t count;
    Dwarf_Addr bias;
};

static void add_ranges(struct dlc_dwarf_units *units, Dwarf_Die *unit)
{
    Dwarf_Addr base, start, end;
    ptrdiff_t at = 0;

    while ((at = dwarf_ranges(unit, at, &base, &start, &end)) > 0) {
        if (!(units->count & (units->count + 1)))
            units->items = dlc_resize(units->items, 2 * (units->count + 1) * sizeof(*units->items));
        units->items[units->count++] = (struct range){.start = start, .end = end, .unit = unit};
    }
}

static int compare_starts(const void *left, const void *right)
{
    const struct range *a = left, *b = right;

    return (a->start > b->start) - (a->start < b->start);
}

static const struct dlc_dwarf_units *units_of(struct dlc_dwarf_module *module)
{
    struct dlc_dwarf_units *units = module->units;

    if (!units) {
        module->units = units = dlc_allocate(sizeof(*units));
        for (Dwarf_Die *unit = NULL; (unit = dwfl_module_nextcu(module->module, unit, &units->bias));)
            add_ranges(units, unit);
        if (units->count)
            qsort(units->items, units->count, sizeof(*units->items), compare_starts);
    }
    return units;
}

Dwarf_Die *dlc_dwarf_unit_at(struct dlc_dwarf_module *module, Dwarf_Addr address, Dwarf_Addr *bias)
{
    const struct dlc_dwarf_units *units = units_of(module);
    size_t first = 0, end = units->count;

    /* The last range that starts at or before the address. */
    while (first < end) {
        size_t middle = first + (end - first) / 2;

        if (units->items[middle].start + units->bias <= address)
            first = middle + 1;
        else
            end = middle;
    }
    *bias = units->bias;
    return first && address - units->bias < units->items[first - 1].end ? units->items[first - 1].unit : NULL;
}

void dlc_dwarf_units_release(struct dlc_dwarf_module *module)
{
    if (module->units)
        free(module->units->items);
    free(module->units);
}
