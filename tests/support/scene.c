#include "tests/support/scene.h"

#include <stdarg.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#define MODULE_START   UINT64_C(0x400000)
#define MODULE_END     UINT64_C(0x800000)
#define FUNCTION_BYTES 0x100u
#define STATIC_LOCKS   UINT64_C(0x700000)
#define HEAP_LOCKS     UINT64_C(0x10000000)
#define LOCK_BYTES     64u

void scene_begin(struct scene *scene)
{
    memset(scene, 0, sizeof(*scene));
    recording_begin(&scene->recording);
    scene->module = recording_module(&scene->recording, "/opt/app", MODULE_START, MODULE_END);
}

void scene_end(struct scene *scene)
{
    dlc_findings_release(&scene->findings);
    dlc_arena_release(&scene->arena);
    recording_end(&scene->recording);
}

dlc_ref scene_stack(struct scene *scene, uint32_t function)
{
    uint64_t frames[6];

    for (uint32_t i = 0; i < 5; i++)
        frames[i] = MODULE_START + function * FUNCTION_BYTES + 8 * (i + 1);
    frames[5] = MODULE_START + 0x200000;
    return recording_stack(&scene->recording, frames, 6);
}

dlc_ref scene_static_lock(struct scene *scene, uint32_t index)
{
    return recording_lock(&scene->recording, STATIC_LOCKS + index * LOCK_BYTES, 0);
}

dlc_ref scene_heap_lock(struct scene *scene, uint32_t index, uint32_t site)
{
    return recording_lock(&scene->recording, HEAP_LOCKS + index * LOCK_BYTES, scene_stack(scene, site));
}

dlc_ref scene_thread(struct scene *scene)
{
    return recording_thread(&scene->recording, 0, 0);
}

dlc_ref scene_child(struct scene *scene, dlc_ref parent, uint32_t segment)
{
    return recording_thread(&scene->recording, parent, segment);
}

void scene_join(struct scene *scene, dlc_ref thread, dlc_ref by, uint32_t segment)
{
    struct dlc_thread_record *record = recording_at(&scene->recording, thread);

    record->joined_by = by;
    record->joined_segment = segment;
}

dlc_ref scene_take(struct scene *scene, dlc_ref parent, dlc_ref thread, uint32_t segment, uint32_t function,
                   dlc_ref lock)
{
    return recording_node(&scene->recording, parent, lock, scene_stack(scene, function), thread, segment);
}

dlc_ref scene_nest(struct scene *scene, dlc_ref thread, uint32_t segment, uint32_t function, dlc_ref first,
                   dlc_ref second)
{
    dlc_ref outer = scene_take(scene, 0, thread, segment, function, first);

    return scene_take(scene, outer, thread, segment, function, second);
}

struct dlc_node_record *scene_node(struct scene *scene, dlc_ref node)
{
    return recording_at(&scene->recording, node);
}

void scene_analyze(struct scene *scene)
{
    struct dlc_read_error error;

    assert_true(dlc_reader_check(&scene->reader, &scene->arena, scene->recording.bytes,
                                 scene->recording.size_bytes, &error));
    assert_true(dlc_analyze(&scene->findings, &scene->reader));
}
