/*
 * The real functions behind the interposed ones. Each pointer starts out at a resolver of its own that looks all
 * of them up, so that a wrapper never tests for NULL and works before any constructor has run. The lookups
 * succeed, and a successful dlsym allocates nothing; one that the program's own malloc runs into is resolved on
 * its own.
 */
#ifndef DLC_INTERPOSE_REAL_H
#define DLC_INTERPOSE_REAL_H

#include <pthread.h>
#include <stddef.h>
#include <threads.h>
#include <time.h>

struct dlc_real {
#define DLC_FUNCTION(name, result, parameters, arguments, version) result(*name) parameters;
#define DLC_FUNCTION_NORETURN(name, parameters, arguments)         void(*name) parameters;
#include "libdlcheck/interpose/functions.def"
#undef DLC_FUNCTION
#undef DLC_FUNCTION_NORETURN
};
extern struct dlc_real dlc_real;

/* Bytes that malloc gave for `memory`, by whichever malloc the program uses; 0 when it does not tell. */
size_t dlc_real_allocation_bytes(void *memory);

/* Marks the wrappers: the only exported names. */
#define DLC_EXPORT __attribute__((visibility("default")))

#endif
