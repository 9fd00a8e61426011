/* How a lock is called: by the static object it lies in, else by where it was initialised or first locked. */
#ifndef DLC_REPORT_LOCK_NAME_H
#define DLC_REPORT_LOCK_NAME_H

#include "libdlcheck/report/backtrace.h"

/* "mutexA", "pool.lock", "mutex initialised at pool.c:17 in pool_new". Always terminated; `scratch` is
 * overwritten. */
void dlc_lock_name_format(char *buffer, size_t size_bytes, const struct dlc_reader *reader, dlc_ref lock,
                          uint64_t address, struct dlc_symboliser *symboliser, struct dlc_backtrace *scratch);

/* The same in short: "mutexA", "forks[3]", "mutex from pool.c:17". */
void dlc_lock_short_format(char *buffer, size_t size_bytes, const struct dlc_reader *reader, dlc_ref lock,
                           uint64_t address, struct dlc_symboliser *symboliser, struct dlc_backtrace *scratch);

/* The short name without what tells locks of one origin apart, for titles: "forks[]". */
void dlc_lock_class_format(char *buffer, size_t size_bytes, const struct dlc_reader *reader, dlc_ref lock,
                           uint64_t address, struct dlc_symboliser *symboliser, struct dlc_backtrace *scratch);

/* The same as a number, from symbols alone: equal in the runtime and in the tools. */
uint64_t dlc_lock_class_hash(const struct dlc_reader *reader, dlc_ref lock, uint64_t address,
                             struct dlc_symboliser *symboliser, struct dlc_backtrace *scratch);

/* A condition variable or any other object: "queue_ready", or `fallback`. */
void dlc_object_name_format(char *buffer, size_t size_bytes, const struct dlc_reader *reader, uint64_t address,
                            struct dlc_symboliser *symboliser, const char *fallback);

#endif
