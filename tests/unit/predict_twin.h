/*
 * Prediction, done again the naive way: every choice of two, three or four nodes of the tree is held against the
 * definition of a cycle, every choice of threads against the definitions of the labels.
 */
#ifndef DLC_TESTS_PREDICT_TWIN_H
#define DLC_TESTS_PREDICT_TWIN_H

#include <stddef.h>
#include <stdint.h>

#include "libdlcheck/record/reader.h"

#define TWIN_PATTERNS 4096u
#define TWIN_LONGEST  4u

/* Rules that can be left out of the twin, to see that the comparison notices. */
enum twin_fault { TWIN_RIGHT, TWIN_NO_GUARD, TWIN_NO_ORDER, TWIN_NO_SHORTCUT, TWIN_NO_TRY, TWIN_FAULT_COUNT };

struct twin_pattern {
    uint64_t pattern;
    uint32_t labels; /* of the worst instance */
    size_t length;   /* of the shortest with those labels */
};

struct twin_result {
    struct twin_pattern patterns[TWIN_PATTERNS];
    size_t count;
};

void twin_predict(struct twin_result *result, const struct dlc_reader *reader, enum twin_fault fault);

#endif
