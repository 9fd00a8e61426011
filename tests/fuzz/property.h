/*
 * What must hold for any recording, however damaged: reading and analysing it ends, stays within its bytes, and
 * every reference in a finding leads to a record of its kind.
 */
#ifndef DLC_TESTS_FUZZ_PROPERTY_H
#define DLC_TESTS_FUZZ_PROPERTY_H

#include <stddef.h>
#include <stdint.h>

#include "tests/support/recording_builder.h"

/* Checks that for an input of the fuzzer; aborts when it does not hold. The first byte tells what the rest is. An
   even one: a recording as it is. An odd one: a compact one, of a header and then chunks without the zeros behind
   their last record, which fuzzing reaches more of. */
void fuzz_property(const uint8_t *input, size_t size_bytes);

/* The same for whole recordings. `bytes` is aligned to 16. */
void fuzz_property_of_recording(const uint8_t *bytes, size_t size_bytes);

/* Makes the compact input of a recording; returns its size, at most recording->size_bytes + 1, which `input` has
   room for. */
size_t fuzz_compact(const struct recording_builder *recording, uint8_t *input);

#endif
