/* Allocation for the tools: it works, or the tool says so and exits. */
#ifndef DLC_TOOLS_MEMORY_H
#define DLC_TOOLS_MEMORY_H

#include <stddef.h>

/* `memory`, unless it is NULL. */
void *dlc_certain(void *memory);

/* realloc. */
void *dlc_resize(void *memory, size_t size_bytes);

/* Zeroed. */
void *dlc_allocate(size_t size_bytes);

/* asprintf. */
__attribute__((format(printf, 1, 2))) char *dlc_print(const char *format, ...);

#endif
