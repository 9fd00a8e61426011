/* The libFuzzer target: fuzz_reader corpus/ examples/ */
#include <stddef.h>
#include <stdint.h>

#include "tests/fuzz/property.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_property(data, size);
    return 0;
}
