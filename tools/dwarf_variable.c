#include "tools/dwarf_variable.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "tools/memory.h"

/* Entries of debug information looked at per file; variables beyond are called by their symbols alone. */
#define ENTRIES_MOST 20000000u
/* Nesting of types followed into a variable. */
#define DEPTH_MOST 16

struct variable {
    uint64_t address; /* as the file has it */
    uint64_t size_bytes;
    Dwarf_Die die;
};

struct dlc_dwarf_variables {
    struct variable *items;
    size_t count;
    size_t entries; /* looked at */
};

/* The type behind typedefs and qualifiers. */
static bool type_of(Dwarf_Die *die, Dwarf_Die *type)
{
    Dwarf_Attribute attribute;
    Dwarf_Die direct;

    return dwarf_formref_die(dwarf_attr_integrate(die, DW_AT_type, &attribute), &direct) &&
           dwarf_peel_type(&direct, type) == 0;
}

/* Whether the variable always lies at one address: given there, or in a table of addresses. */
static bool static_address(Dwarf_Die *die, Dwarf_Addr *address)
{
    Dwarf_Attribute attribute, in_table;
    Dwarf_Op *operations;
    size_t count;

    if (dwarf_getlocation(dwarf_attr(die, DW_AT_location, &attribute), &operations, &count) != 0 || count != 1)
        return false;
    *address = operations[0].number;
    return operations[0].atom == DW_OP_addr ||
           (operations[0].atom == DW_OP_addrx && dwarf_getlocation_attr(&attribute, operations, &in_table) == 0 &&
            dwarf_formaddr(&in_table, address) == 0);
}

static void add_variable(struct dlc_dwarf_variables *variables, Dwarf_Die *die)
{
    Dwarf_Word size_bytes;
    Dwarf_Addr address;
    Dwarf_Die type;

    if (!static_address(die, &address) || !type_of(die, &type) || dwarf_aggregate_size(&type, &size_bytes) != 0)
        return;
    if (!(variables->count & (variables->count + 1)))
        variables->items = dlc_resize(variables->items, 2 * (variables->count + 1) * sizeof(*variables->items));
    variables->items[variables->count++] =
        (struct variable){.address = address, .size_bytes = size_bytes, .die = *die};
}

/* Global ones, those in namespaces and classes, and static ones within functions. */
static void collect(struct dlc_dwarf_variables *variables, Dwarf_Die *parent)
{
    Dwarf_Die child;

    if (dwarf_child(parent, &child) != 0)
        return;
    do {
        if (++variables->entries > ENTRIES_MOST)
            return;
        switch (dwarf_tag(&child)) {
        case DW_TAG_variable:
            add_variable(variables, &child);
            break;
        case DW_TAG_namespace:
        case DW_TAG_subprogram:
        case DW_TAG_lexical_block:
        case DW_TAG_inlined_subroutine:
            collect(variables, &child);
            break;
        default:
            break;
        }
    } while (dwarf_siblingof(&child, &child) == 0);
}

static const struct dlc_dwarf_variables *variables_of(struct dlc_dwarf_module *module)
{
    Dwarf_Die *unit = NULL;
    Dwarf_Addr bias;

    if (!module->variables) {
        module->variables = dlc_allocate(sizeof(*module->variables));
        while (module->module && (unit = dwfl_module_nextcu(module->module, unit, &bias)))
            collect(module->variables, unit);
    }
    return module->variables;
}

/* Appends the member of `structure` that covers *offset and moves on to it. */
static bool enter_member(char **name, Dwarf_Die *structure, Dwarf_Die *type, uint64_t *offset)
{
    Dwarf_Die child;

    if (dwarf_child(structure, &child) != 0)
        return false;
    do {
        Dwarf_Attribute attribute;
        Dwarf_Word start = 0, size_bytes;
        const char *member;
        char *longer;

        if ((dwarf_tag(&child) != DW_TAG_member && dwarf_tag(&child) != DW_TAG_inheritance) ||
            dwarf_hasattr(&child, DW_AT_external) || !type_of(&child, type) ||
            dwarf_aggregate_size(type, &size_bytes) != 0)
            continue;
        dwarf_formudata(dwarf_attr(&child, DW_AT_data_member_location, &attribute), &start);
        if (*offset < start || *offset - start >= size_bytes)
            continue;
        *offset -= start;
        member = dwarf_diename(&child);
        if (member) {
            longer = dlc_print("%s.%s", *name, member);
            free(*name);
            *name = longer;
        }
        return true;
    } while (dwarf_siblingof(&child, &child) == 0);
    return false;
}

static bool enter_element(char **name, Dwarf_Die *array, Dwarf_Die *type, uint64_t *offset, bool as_class)
{
    Dwarf_Word size_bytes;
    char *longer;

    if (!type_of(array, type) || dwarf_aggregate_size(type, &size_bytes) != 0 || !size_bytes)
        return false;
    longer = as_class ? dlc_print("%s[]", *name) : dlc_print("%s[%lu]", *name, *offset / size_bytes);
    free(*name);
    *name = longer;
    *offset %= size_bytes;
    return true;
}

/* A lock type itself is not looked into: its first member is no better name for it. */
static bool is_lock_type(Dwarf_Die *type)
{
    static const char *const names[] = {
        "mutex",        "recursive_mutex",    "timed_mutex", "recursive_timed_mutex",
        "shared_mutex", "shared_timed_mutex", NULL};
    const char *name = dwarf_diename(type);
    int tag = dwarf_tag(type);

    for (size_t i = 0; name && names[i]; i++) {
        if (!strcmp(name, names[i]))
            return true;
    }
    /* pthread_mutex_t and the like are unions (a typedef's name is peeled off by now). */
    return tag == DW_TAG_union_type;
}

static char *part_of(const struct variable *variable, uint64_t offset, bool as_class)
{
    Dwarf_Die type = variable->die, inner;
    char *name = dlc_dwarf_name(&type);

    if (!name || !type_of(&type, &inner))
        return name;
    type = inner;
    for (int depth = 0; depth < DEPTH_MOST; depth++) {
        int tag = dwarf_tag(&type);
        bool entered = false;

        if (is_lock_type(&type))
            break;
        if (tag == DW_TAG_array_type)
            entered = enter_element(&name, &type, &inner, &offset, as_class);
        else if (tag == DW_TAG_structure_type || tag == DW_TAG_class_type)
            entered = enter_member(&name, &type, &inner, &offset);
        if (!entered)
            break;
        type = inner;
    }
    return name;
}

char *dlc_dwarf_variable_name(struct dlc_dwarf_module *module, uint64_t address, bool as_class)
{
    const struct dlc_dwarf_variables *variables = variables_of(module);

    for (size_t i = 0; i < variables->count; i++) {
        const struct variable *variable = &variables->items[i];

        if (address >= variable->address && address - variable->address < variable->size_bytes)
            return part_of(variable, address - variable->address, as_class);
    }
    return NULL;
}

void dlc_dwarf_variables_release(struct dlc_dwarf_module *module)
{
    if (module->variables)
        free(module->variables->items);
    free(module->variables);
}
