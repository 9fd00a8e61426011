#include "tools/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "tools/command.h"

void *dlc_certain(void *memory)
{
    if (!memory) {
        dlc_say("there is not enough memory");
        exit(DLC_EXIT_TROUBLE);
    }
    return memory;
}

void *dlc_resize(void *memory, size_t size_bytes)
{
    return dlc_certain(realloc(memory, size_bytes));
}

void *dlc_allocate(size_t size_bytes)
{
    return dlc_certain(calloc(1, size_bytes));
}

char *dlc_print(const char *format, ...)
{
    va_list arguments;
    char *text = NULL;
    int length;

    va_start(arguments, format);
    length = vasprintf(&text, format, arguments);
    va_end(arguments);
    return dlc_certain(length < 0 ? NULL : text);
}
