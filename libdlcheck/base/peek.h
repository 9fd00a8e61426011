/* Reading memory of the program that may not be there any more. */
#ifndef DLC_BASE_PEEK_H
#define DLC_BASE_PEEK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Copies `size_bytes` from `address`. False: not all of it is mapped (or the kernel does not let us ask); never
   faults. Costs a system call. errno is kept. */
bool dlc_peek(uint64_t address, void *copy, size_t size_bytes);

#endif
