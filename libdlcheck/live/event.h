/* Writing EVENT records: each kind of trouble once per place, counted when it comes again. */
#ifndef DLC_LIVE_EVENT_H
#define DLC_LIVE_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libdlcheck/record/format.h"

/* Records an event and tells runtime/ (dlc_live_found). One that equals an earlier one by kind, rule and stacks is
   only counted there. The LOCK records that the parts name are kept from recycling. Inside only. */
void dlc_live_record_event(enum dlc_event_kind kind, enum dlc_misuse_rule rule, const struct dlc_event_part *parts,
                           size_t part_count);

/* Whether a DEADLOCK or a HANG has been recorded: what hangs from then on hangs because of that. */
bool dlc_live_is_stuck(void);

/* The part that says what the thread of `ref` waits for right now. `sequence` as in dlc_wait_read. */
struct dlc_event_part dlc_live_part_of(dlc_ref thread, uint32_t *sequence);

/* Adds to `part` where its thread took `lock`, when its held record says so. */
bool dlc_live_add_hold(struct dlc_event_part *part, uint64_t lock);

void dlc_live_events_reset(void);

#endif
