/*
 * Gives every place in a ring of locks a participant: one of the contexts of the edge that leads there. Position i
 * waits for a lock that position i + 1 holds, the last one for a lock that the first one holds.
 */
#ifndef DLC_ANALYZE_CASTING_H
#define DLC_ANALYZE_CASTING_H

#include <stdbool.h>
#include <stdint.h>

#include "libdlcheck/analyze/ring_graph.h"
#include "libdlcheck/analyze/threads.h"

/* Up to this length every choice of participants is looked at. In a longer ring the first one will do, if it is
   found in so many steps. */
#define DLC_RING_THOROUGH 4u
#define DLC_RING_STEPS    ((uint64_t)1 << 16)

struct dlc_held_now {
    uint32_t writers;
    uint32_t readers;
};

struct dlc_casting {
    const struct dlc_ring_graph *rings;
    struct dlc_assigner assigner;
    uint64_t steps_left; /* set by the caller; 0: nothing more is looked at */
    bool budget_hit;     /* that was so */
    /* The ring at hand. */
    const uint32_t *edges;
    uint32_t length;
    uint32_t ring_labels;  /* those that the locks alone decide */
    uint32_t *range_first; /* by position: the contexts to choose from, set by the caller */
    uint32_t *range_end;
    /* What was found for it. */
    bool found;
    uint32_t found_labels;
    uint32_t bound;   /* dlc_labels_rank of them; where nothing was found, the bound that was given */
    uint32_t *best;   /* by position: context */
    uint32_t *points; /* by position: dlc_assign_threads of what was looked at last */
    /* Work space, by position. */
    uint32_t *choice;
    uint32_t *labels; /* of the choices up to and with this one */
    const struct dlc_participant **participants;
    /* Work space, by LOCK slot. */
    struct dlc_held_now *held_now; /* by how many of the participants chosen */
    uint32_t *waited_at;           /* 1 + the position of the participant that waits for it; 0: none */
};

/* Room for rings of up to `length_most` locks. False: out of memory. */
bool dlc_casting_open(struct dlc_casting *casting, const struct dlc_ring_graph *rings, uint32_t length_most,
                      struct dlc_arena *arena);

/* Sets the ring of these edges, each of which starts where the one before ends; dlc_casting_end when it is done.
 */
void dlc_casting_begin(struct dlc_casting *casting, const uint32_t *edges, uint32_t length);
void dlc_casting_end(struct dlc_casting *casting);

/* Looks in the ranges for the choice with the lowest rank below `bound`; in a long ring for any, but first for one
   that is to be reported. Whether there is one: casting->found. */
void dlc_casting_look(struct dlc_casting *casting, uint32_t bound);

/* Takes so many steps from the budget. */
void dlc_casting_spend(struct dlc_casting *casting, uint64_t steps);

/* Chooses threads for the given contexts, one per position: casting->points, indices into the participants'
 * points. */
void dlc_casting_assign(struct dlc_casting *casting, const uint32_t *contexts, uint32_t length);

#endif
