/* Create/join order: single cases, and random histories against what really came first in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "libdlcheck/analyze/order.h"
#include "tests/support/random.h"
#include "tests/support/scene.h"

#define THREADS 400u
#define EVENTS  1200u

struct history {
    struct scene scene;
    struct dlc_order order;
    uint32_t thread_count;
    dlc_ref threads[THREADS];
    uint32_t segments[THREADS]; /* current */
    bool ended[THREADS];
    /* Which points of other threads are known to precede the current point of each: their segments, + 1. */
    uint32_t known[THREADS][THREADS];
};

static void open_order(struct history *history)
{
    struct dlc_read_error error;

    assert_true(dlc_reader_check(&history->scene.reader, &history->scene.arena, history->scene.recording.bytes,
                                 history->scene.recording.size_bytes, &error));
    assert_true(dlc_order_open(&history->order, &history->scene.reader, &history->scene.arena));
}

static struct dlc_point point(const struct history *history, uint32_t thread, uint32_t segment)
{
    return (struct dlc_point){dlc_reader_slot(&history->scene.reader, DLC_KIND_THREAD, history->threads[thread]),
                              segment};
}

static bool before(struct history *history, uint32_t a, uint32_t segment_a, uint32_t b, uint32_t segment_b)
{
    return dlc_order_before(&history->order, point(history, a, segment_a), point(history, b, segment_b));
}

static void learn(struct history *history, uint32_t thread, uint32_t from)
{
    for (uint32_t other = 0; other < THREADS; other++) {
        if (history->known[from][other] > history->known[thread][other])
            history->known[thread][other] = history->known[from][other];
    }
    if (history->segments[from] + 1 > history->known[thread][from])
        history->known[thread][from] = history->segments[from] + 1;
}

static void create(struct history *history, uint32_t parent)
{
    uint32_t child = history->thread_count++;

    history->threads[child] = scene_child(&history->scene, history->threads[parent], history->segments[parent]);
    learn(history, child, parent);
    history->segments[parent]++;
}

static void join(struct history *history, uint32_t thread, uint32_t by)
{
    history->ended[thread] = true;
    history->segments[by]++;
    learn(history, by, thread);
    scene_join(&history->scene, history->threads[thread], history->threads[by], history->segments[by]);
}

static void begin(struct history *history)
{
    memset(history, 0, sizeof(*history));
    scene_begin(&history->scene);
    history->threads[history->thread_count++] = scene_thread(&history->scene);
}

static void what_comes_before_a_creation_precedes_the_thread(void **state)
{
    static struct history history;

    (void)state;
    begin(&history);
    create(&history, 0);
    open_order(&history);
    assert_true(before(&history, 0, 0, 1, 0));
    assert_true(before(&history, 0, 0, 1, 9));
    assert_false(before(&history, 0, 1, 1, 0));
    assert_false(before(&history, 1, 0, 0, 0));
    assert_false(before(&history, 1, 0, 0, 9));
    scene_end(&history.scene);
}

static void a_thread_precedes_what_comes_after_its_join(void **state)
{
    static struct history history;

    (void)state;
    begin(&history);
    create(&history, 0);
    join(&history, 1, 0);
    create(&history, 0);
    open_order(&history);
    assert_false(before(&history, 1, 0, 0, 1));
    assert_true(before(&history, 1, 0, 0, 2));
    assert_true(before(&history, 1, 0, 2, 0));
    assert_false(before(&history, 2, 0, 1, 0));
    scene_end(&history.scene);
}

/* Threads end before they are joined, so that the order is one that can happen. */
static void random_history(struct history *history, struct test_random *random, uint32_t threads_most)
{
    begin(history);
    for (uint32_t i = 0; i < EVENTS && history->thread_count < threads_most; i++) {
        uint32_t actor = random_below(random, history->thread_count);
        uint32_t other = random_below(random, history->thread_count);

        if (history->ended[actor])
            continue;
        if (random_one_in(random, 2))
            create(history, actor);
        else if (other != actor && other != 0 && !history->ended[other])
            join(history, other, actor);
    }
}

static void random_histories_are_ordered_as_they_happened(void **state)
{
    static struct history history;
    struct test_random random = {11};

    (void)state;
    for (int round = 0; round < 60; round++) {
        random_history(&history, &random, round < 58 ? 2 + random_below(&random, 30) : THREADS);
        open_order(&history);
        for (int query = 0; query < 4000; query++) {
            uint32_t a = random_below(&random, history.thread_count);
            uint32_t b = random_below(&random, history.thread_count);
            uint32_t segment = random_below(&random, history.segments[a] + 1);

            if (a != b)
                assert_int_equal(before(&history, a, segment, b, history.segments[b]),
                                 segment < history.known[b][a]);
        }
        scene_end(&history.scene);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_comes_before_a_creation_precedes_the_thread),
        cmocka_unit_test(a_thread_precedes_what_comes_after_its_join),
        cmocka_unit_test(random_histories_are_ordered_as_they_happened),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
