/*
 * The threads and locks that play in one finding, and the numbers a report gives the locks: M1, M2, ... in order
 * of appearance. Threads are called by the number in their record: T1, T2, ...
 */
#ifndef DLC_REPORT_CAST_H
#define DLC_REPORT_CAST_H

#include "libdlcheck/analyze/findings.h"
#include "libdlcheck/base/map.h"

struct dlc_cast_lock {
    uint64_t address;
    dlc_ref lock; /* LOCK or 0 */
};

struct dlc_cast {
    dlc_ref *threads; /* each THREAD once */
    size_t thread_count;
    struct dlc_cast_lock *locks; /* locks[0] is M1 */
    size_t lock_count;
    struct dlc_map numbers;
};

/* The lists come from `arena`. False: there was no memory. Release it in any case. */
bool dlc_cast_load(struct dlc_cast *cast, struct dlc_arena *arena, const struct dlc_finding *finding);

void dlc_cast_release(struct dlc_cast *cast);

/* The number of a lock that plays in the finding; 0 when it does not. */
size_t dlc_cast_lock_number(const struct dlc_cast *cast, dlc_ref lock, uint64_t address);

/* Whether the step waits for (or misuses) a lock, rather than a condition variable or a thread. */
bool dlc_cast_wants_lock(const struct dlc_step *step);

/* The hold that the step before waits for; in a misuse the one that the rule speaks of; NULL when there is none.
 */
const struct dlc_hold *dlc_cast_main_hold(const struct dlc_step *step);

/* Whether the step is a thread of a hang that has ended while it held a lock (which is its main hold). */
bool dlc_cast_has_ended(const struct dlc_finding *finding, const struct dlc_step *step);

/* Whether any step is. */
bool dlc_cast_any_has_ended(const struct dlc_finding *finding);

/* The THREAD that a step in pthread_join waits for, or NULL. */
const struct dlc_thread_record *dlc_cast_joined(const struct dlc_reader *reader, const struct dlc_step *step);

#endif
