/* Live events as findings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/scene.h"

struct stuck {
    struct scene scene;
    dlc_ref locks[2];
    dlc_ref threads[2];
    dlc_ref nodes[2]; /* thread i waits for lock 1 - i */
    struct dlc_event_part parts[2];
};

static uint64_t address_of(struct stuck *it, uint32_t lock)
{
    return ((struct dlc_lock_record *)recording_at(&it->scene.recording, it->locks[lock]))->address;
}

/* Two threads, each with one lock, each waiting for the other's; the tree has their nodes. */
static void stuck_pair(struct stuck *it)
{
    memset(it, 0, sizeof(*it));
    scene_begin(&it->scene);
    for (uint32_t i = 0; i < 2; i++) {
        it->locks[i] = scene_static_lock(&it->scene, i);
        it->threads[i] = scene_thread(&it->scene);
    }
    for (uint32_t i = 0; i < 2; i++) {
        const struct dlc_node_record *outer;

        it->nodes[i] = scene_nest(&it->scene, it->threads[i], 0, 1 + i, it->locks[i], it->locks[1 - i]);
        outer = scene_node(&it->scene, scene_node(&it->scene, it->nodes[i])->parent);
        it->parts[i] = (struct dlc_event_part){.thread = it->threads[i],
                                               .wait_kind = DLC_WAIT_MUTEX,
                                               .object = address_of(it, 1 - i),
                                               .lock = it->locks[1 - i],
                                               .wait_stack = scene_node(&it->scene, it->nodes[i])->stack,
                                               .hold_stack = outer->stack,
                                               .held_object = address_of(it, i),
                                               .held_lock = it->locks[i],
                                               .wait_since_ns = 1000 + i};
    }
}

static void set_held(struct stuck *it, uint32_t thread, const struct dlc_held_slot *slots, uint32_t count)
{
    dlc_ref held = recording_held(&it->scene.recording, slots, count);

    ((struct dlc_thread_record *)recording_at(&it->scene.recording, it->threads[thread]))->held = held;
}

static void a_deadlock_shows_who_waits_and_holds_what(void **state)
{
    struct stuck it;
    const struct dlc_finding *finding;

    (void)state;
    stuck_pair(&it);
    ((struct dlc_event_record *)recording_at(
         &it.scene.recording, recording_event(&it.scene.recording, DLC_EVENT_DEADLOCK, it.parts, 2)))
        ->time_ns = 5000;
    scene_analyze(&it.scene);
    finding = &it.scene.findings.items[0];
    assert_int_equal(finding->kind, DLC_FINDING_DEADLOCK);
    assert_true(dlc_finding_reported(finding));
    assert_int_equal(finding->labels, 0);
    assert_int_equal(finding->time_ns, 5000);
    assert_int_equal(finding->step_count, 2);
    for (uint32_t i = 0; i < 2; i++) {
        const struct dlc_step *step = &finding->steps[i];

        assert_int_equal(step->thread, it.threads[i]);
        assert_int_equal(step->wait_lock, it.locks[1 - i]);
        assert_int_equal(step->wait_since_ns, 1000 + i);
        assert_int_equal(step->hold_count, 1);
        assert_int_equal(step->holds[0].lock, it.locks[i]);
        assert_true(step->holds[0].in_cycle);
    }
    scene_end(&it.scene);
}

static void a_deadlock_is_not_predicted_again(void **state)
{
    struct stuck it;

    (void)state;
    stuck_pair(&it);
    recording_event(&it.scene.recording, DLC_EVENT_DEADLOCK, it.parts, 2);
    scene_analyze(&it.scene);
    assert_int_equal(it.scene.findings.count, 1);
    scene_end(&it.scene);
}

static void another_cycle_is_still_predicted_and_comes_second(void **state)
{
    struct stuck it;

    (void)state;
    stuck_pair(&it);
    scene_nest(&it.scene, scene_thread(&it.scene), 0, 7, it.locks[0], it.locks[1]);
    recording_event(&it.scene.recording, DLC_EVENT_DEADLOCK, it.parts, 2);
    scene_analyze(&it.scene);
    assert_int_equal(it.scene.findings.count, 2);
    assert_int_equal(it.scene.findings.items[0].kind, DLC_FINDING_DEADLOCK);
    assert_int_equal(it.scene.findings.items[1].kind, DLC_FINDING_POSSIBLE_DEADLOCK);
    scene_end(&it.scene);
}

static void the_other_locks_held_come_from_the_held_record(void **state)
{
    struct stuck it;
    struct dlc_held_slot slots[4];
    const struct dlc_step *step;

    (void)state;
    stuck_pair(&it);
    memset(slots, 0, sizeof(slots));
    slots[0] = (struct dlc_held_slot){0x9000 | DLC_MODE_READ, it.parts[0].wait_stack, 0};
    slots[1] = (struct dlc_held_slot){address_of(&it, 0), it.parts[0].hold_stack, 0};
    set_held(&it, 0, slots, 4);
    recording_event(&it.scene.recording, DLC_EVENT_DEADLOCK, it.parts, 2);
    scene_analyze(&it.scene);
    step = &it.scene.findings.items[0].steps[0];
    assert_int_equal(step->hold_count, 2);
    assert_int_equal(step->holds[0].address, 0x9000);
    assert_int_equal(step->holds[0].mode, DLC_MODE_READ);
    assert_false(step->holds[0].in_cycle);
    assert_int_equal(step->holds[1].lock, it.locks[0]);
    assert_true(step->holds[1].in_cycle);
    scene_end(&it.scene);
}

static void a_held_record_that_moved_on_is_not_believed(void **state)
{
    struct stuck it;
    struct dlc_held_slot slot = {0x9000, 0, 0};

    (void)state;
    stuck_pair(&it);
    set_held(&it, 0, &slot, 1);
    recording_event(&it.scene.recording, DLC_EVENT_DEADLOCK, it.parts, 2);
    scene_analyze(&it.scene);
    assert_int_equal(it.scene.findings.items[0].steps[0].hold_count, 1);
    assert_int_equal(it.scene.findings.items[0].steps[0].holds[0].lock, it.locks[0]);
    scene_end(&it.scene);
}

static void of_many_holds_the_innermost_and_the_one_in_the_cycle_are_shown(void **state)
{
    struct stuck it;
    struct dlc_held_slot slots[65];
    const struct dlc_step *step;

    (void)state;
    stuck_pair(&it);
    for (uint32_t i = 0; i < 65; i++)
        slots[i] = (struct dlc_held_slot){i == 0 ? address_of(&it, 0) : 0x9000 + 64 * i, 0, 0};
    set_held(&it, 0, slots, 65);
    recording_event(&it.scene.recording, DLC_EVENT_DEADLOCK, it.parts, 2);
    scene_analyze(&it.scene);
    step = &it.scene.findings.items[0].steps[0];
    assert_int_equal(step->hold_count, 64);
    assert_int_equal(step->holds[0].lock, it.locks[0]);
    assert_true(step->holds[0].in_cycle);
    assert_int_equal(step->holds[63].address, 0x9000 + 64 * 64);
    scene_end(&it.scene);
}

static void misuses_keep_their_rule_and_their_count(void **state)
{
    struct stuck it;
    static const enum dlc_misuse_rule rules[] = {DLC_RULE_UNLOCK_NOT_OWNER, DLC_RULE_RELOCK,
                                                 DLC_RULE_UNLOCK_NOT_OWNER};

    (void)state;
    stuck_pair(&it);
    scene_node(&it.scene, it.nodes[0])->lock = 0;
    for (uint32_t i = 0; i < 3; i++) {
        dlc_ref event = recording_event(&it.scene.recording, DLC_EVENT_MISUSE, it.parts, 1);

        ((struct dlc_event_record *)recording_at(&it.scene.recording, event))->rule = rules[i];
        ((struct dlc_event_record *)recording_at(&it.scene.recording, event))->count = 10 + i;
    }
    scene_analyze(&it.scene);
    assert_int_equal(it.scene.findings.count, 2);
    assert_int_equal(it.scene.findings.items[0].kind, DLC_FINDING_MISUSE);
    assert_int_equal(it.scene.findings.items[0].rule, DLC_RULE_UNLOCK_NOT_OWNER);
    assert_int_equal(it.scene.findings.items[0].count, 22);
    assert_false(it.scene.findings.items[0].steps[0].holds[0].in_cycle);
    assert_int_equal(it.scene.findings.items[1].rule, DLC_RULE_RELOCK);
    assert_int_equal(it.scene.findings.items[1].count, 11);
    scene_end(&it.scene);
}

static void kinds_come_in_the_order_of_a_report(void **state)
{
    struct stuck it;

    (void)state;
    stuck_pair(&it);
    recording_event(&it.scene.recording, DLC_EVENT_MISUSE, it.parts, 1);
    recording_event(&it.scene.recording, DLC_EVENT_HANG, it.parts, 2);
    recording_event(&it.scene.recording, DLC_EVENT_DEADLOCK, it.parts, 1);
    scene_analyze(&it.scene);
    assert_int_equal(it.scene.findings.count, 4);
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(it.scene.findings.items[i].kind, i);
    scene_end(&it.scene);
}

static void events_without_sense_are_skipped(void **state)
{
    struct stuck it;

    (void)state;
    stuck_pair(&it);
    scene_node(&it.scene, it.nodes[0])->lock = 0;
    recording_event(&it.scene.recording, (enum dlc_event_kind)0, it.parts, 1);
    recording_event(&it.scene.recording, DLC_EVENT_KIND_COUNT, it.parts, 1);
    recording_event(&it.scene.recording, DLC_EVENT_HANG, it.parts, 0);
    scene_analyze(&it.scene);
    assert_int_equal(it.scene.findings.count, 0);
    scene_end(&it.scene);
}

static void references_to_nothing_become_none(void **state)
{
    struct stuck it;
    const struct dlc_step *step;

    (void)state;
    stuck_pair(&it);
    scene_node(&it.scene, it.nodes[0])->lock = 0;
    it.parts[0].thread = it.parts[0].lock = it.parts[0].wait_stack = 12345678;
    it.parts[0].hold_stack = it.parts[0].held_lock = it.nodes[0];
    recording_event(&it.scene.recording, DLC_EVENT_DEADLOCK, it.parts, 1);
    scene_analyze(&it.scene);
    step = &it.scene.findings.items[0].steps[0];
    assert_int_equal(step->thread | step->wait_lock | step->wait_stack, 0);
    assert_int_equal(step->hold_count, 1);
    assert_int_equal(step->holds[0].stack | step->holds[0].lock, 0);
    scene_end(&it.scene);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_deadlock_shows_who_waits_and_holds_what),
        cmocka_unit_test(a_deadlock_is_not_predicted_again),
        cmocka_unit_test(another_cycle_is_still_predicted_and_comes_second),
        cmocka_unit_test(the_other_locks_held_come_from_the_held_record),
        cmocka_unit_test(a_held_record_that_moved_on_is_not_believed),
        cmocka_unit_test(of_many_holds_the_innermost_and_the_one_in_the_cycle_are_shown),
        cmocka_unit_test(misuses_keep_their_rule_and_their_count),
        cmocka_unit_test(kinds_come_in_the_order_of_a_report),
        cmocka_unit_test(events_without_sense_are_skipped),
        cmocka_unit_test(references_to_nothing_become_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
