#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libdlcheck/base/arena.h"
#include "libdlcheck/base/system.h"
#include "libdlcheck/runtime/runtime.h"

#define ENVIRONMENT_BYTES ((size_t)256 << 10)

/* A program's .preinit_array runs before the C library knows its environment; the kernel does. */
static const char *get_early(const char *name)
{
    char *text = dlc_pages_map(ENVIRONMENT_BYTES);
    size_t name_length = strlen(name);
    size_t length = text ? dlc_system_read_file("/proc/self/environ", text, ENVIRONMENT_BYTES) : 0;

    for (const char *at = text; length && at < text + length; at += strlen(at) + 1)
        if (strncmp(at, name, name_length) == 0 && at[name_length] == '=')
            return at + name_length + 1;
    dlc_pages_unmap(text, ENVIRONMENT_BYTES);
    return NULL;
}

const char *dlc_environment_get(const char *name)
{
    return environ ? getenv(name) : get_early(name);
}
