#include "tools/dwarf_module.h"

#include <dwarf.h>
#include <fcntl.h>
#include <libiberty/demangle.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/memory.h"

static char *debug_folders; /* NULL: the standard places */

static const Dwfl_Callbacks callbacks = {
    .find_elf = dwfl_build_id_find_elf,
    .find_debuginfo = dwfl_standard_find_debuginfo,
    .section_address = dwfl_offline_section_address,
    .debuginfo_path = &debug_folders,
};

static bool same_build(Dwfl_Module *module, const struct dlc_module_record *record)
{
    const unsigned char *bits;
    GElf_Addr address;
    int size;

    if (!record->build_id_bytes)
        return true;
    size = dwfl_module_build_id(module, &bits, &address);
    return size >= (int)record->build_id_bytes && record->build_id_bytes <= sizeof(record->build_id) &&
           !memcmp(bits, record->build_id, record->build_id_bytes);
}

void dlc_dwarf_module_open(struct dlc_dwarf_module *module, const struct dlc_module_record *record)
{
    Dwfl_Module *loaded;
    GElf_Addr bias;

    module->record = record;
    module->session = dwfl_begin(&callbacks);
    if (!module->session)
        return;
    loaded = dwfl_report_offline(module->session, record->path, record->path, -1);
    dwfl_report_end(module->session, NULL, NULL);
    if (loaded && dwfl_module_getelf(loaded, &bias) && same_build(loaded, record)) {
        module->module = loaded;
        module->bias = bias;
    }
}

void dlc_dwarf_module_close(struct dlc_dwarf_module *module)
{
    dwfl_end(module->session);
}

char *dlc_dwarf_demangle(const char *symbol)
{
    char *name = cplus_demangle(symbol, DMGL_NO_OPTS);

    return name ? name : dlc_print("%s", symbol);
}

/* The declaration of a function or variable: it stands in the class or namespace that it belongs to. */
static void find_declaration(Dwarf_Die *die, Dwarf_Die *declaration)
{
    Dwarf_Attribute attribute;

    *declaration = *die;
    while (dwarf_formref_die(dwarf_attr(declaration, DW_AT_abstract_origin, &attribute), declaration) ||
           dwarf_formref_die(dwarf_attr(declaration, DW_AT_specification, &attribute), declaration))
        ;
}

/* Puts the names of what encloses the declaration in front. Takes `name`, returns the longer one. */
static char *qualify(char *name, Dwarf_Die *declaration)
{
    Dwarf_Die *scopes = NULL;
    int count = dwarf_getscopes_die(declaration, &scopes);

    for (int i = 1; i < count; i++) {
        int tag = dwarf_tag(&scopes[i]);
        const char *scope = dwarf_diename(&scopes[i]);
        char *longer;

        if (tag != DW_TAG_namespace && tag != DW_TAG_class_type && tag != DW_TAG_structure_type &&
            tag != DW_TAG_union_type && tag != DW_TAG_subprogram)
            continue;
        if (!scope)
            scope = tag == DW_TAG_namespace ? "(anonymous namespace)" : "{lambda}";
        longer = dlc_print("%s::%s", scope, name);
        free(name);
        name = longer;
    }
    free(scopes);
    return name;
}

char *dlc_dwarf_name(Dwarf_Die *die)
{
    Dwarf_Attribute attribute;
    Dwarf_Die declaration;
    const char *name = dwarf_formstring(dwarf_attr_integrate(die, DW_AT_linkage_name, &attribute));

    if (name)
        return dlc_dwarf_demangle(name);
    name = dwarf_formstring(dwarf_attr_integrate(die, DW_AT_name, &attribute));
    if (!name)
        return NULL;
    find_declaration(die, &declaration);
    return qualify(dlc_print("%s", name), &declaration);
}
