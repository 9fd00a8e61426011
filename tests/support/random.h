/* Random numbers for tests: the same for the same seed, everywhere. */
#ifndef DLC_TESTS_RANDOM_H
#define DLC_TESTS_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

/* The state; set it to the seed. */
struct test_random {
    uint64_t state;
};

static inline uint64_t random_next(struct test_random *random)
{
    uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static inline uint32_t random_below(struct test_random *random, uint32_t end)
{
    return (uint32_t)(random_next(random) % end);
}

static inline bool random_one_in(struct test_random *random, uint32_t chance)
{
    return random_below(random, chance) == 0;
}

#endif
