/* The arena. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "libdlcheck/base/arena.h"

static void pieces_are_zero_aligned_and_apart(void **state)
{
    struct dlc_arena arena = DLC_ARENA_EMPTY;
    unsigned char *pieces[1000];

    (void)state;
    for (size_t i = 0; i < 1000; i++) {
        pieces[i] = dlc_arena_alloc(&arena, i);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % 16, 0);
        for (size_t at = 0; at < i; at++)
            assert_int_equal(pieces[i][at], 0);
        memset(pieces[i], (int)(i % 251), i);
    }
    for (size_t i = 0; i < 1000; i++) {
        for (size_t at = 0; at < i; at++)
            assert_int_equal(pieces[i][at], i % 251);
    }
    dlc_arena_release(&arena);
    assert_null(arena.blocks);
}

static void a_piece_may_be_larger_than_a_block(void **state)
{
    struct dlc_arena arena = DLC_ARENA_EMPTY;
    size_t size_bytes = (size_t)10 << 20;
    unsigned char *large = dlc_arena_alloc(&arena, size_bytes);
    unsigned char *small = dlc_arena_alloc(&arena, 1);

    (void)state;
    assert_non_null(large);
    large[size_bytes - 1] = 1;
    *small = 2;
    assert_int_equal(large[size_bytes - 1], 1);
    dlc_arena_release(&arena);
}

static void what_the_system_cannot_give_is_refused(void **state)
{
    struct dlc_arena arena = DLC_ARENA_EMPTY;

    (void)state;
    assert_null(dlc_arena_alloc(&arena, SIZE_MAX));
    assert_null(dlc_arena_alloc(&arena, SIZE_MAX / 2));
    assert_null(dlc_pages_map(SIZE_MAX));
    assert_non_null(dlc_arena_alloc(&arena, 1));
    dlc_arena_release(&arena);
    dlc_pages_unmap(NULL, 0);
}

static void a_copy_is_terminated(void **state)
{
    struct dlc_arena arena = DLC_ARENA_EMPTY;

    (void)state;
    assert_string_equal(dlc_arena_copy(&arena, "mutexes", 5), "mutex");
    assert_string_equal(dlc_arena_copy(&arena, "", 0), "");
    dlc_arena_release(&arena);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_zero_aligned_and_apart),
        cmocka_unit_test(a_piece_may_be_larger_than_a_block),
        cmocka_unit_test(what_the_system_cannot_give_is_refused),
        cmocka_unit_test(a_copy_is_terminated),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
