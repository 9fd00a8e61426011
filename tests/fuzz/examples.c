/*
 * Runs the fuzzed property on examples: fuzz_examples [FILE...]. Those below always; inputs that the fuzzer once
 * found a fault with lie in tests/fuzz/found. With --write FOLDER the examples below are written there, for a
 * fuzzer to start from.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/property.h"
#include "tests/support/scene.h"

static void empty(struct scene *scene)
{
    (void)scene;
}

static void opposite_orders(struct scene *scene)
{
    dlc_ref a = scene_static_lock(scene, 0);
    dlc_ref b = scene_heap_lock(scene, 1, 7);
    dlc_ref main_thread = scene_thread(scene);
    dlc_ref thread = scene_child(scene, main_thread, 0);
    dlc_ref node = scene_nest(scene, main_thread, 1, 1, a, b);

    recording_trail(&scene->recording, node, thread, 0);
    recording_trail(&scene->recording, node, main_thread, 2);
    scene_nest(scene, thread, 0, 2, b, a);
    scene_join(scene, thread, main_thread, 2);
}

static void ring_with_everything(struct scene *scene)
{
    dlc_ref locks[6], threads[6];

    for (uint32_t i = 0; i < 6; i++) {
        locks[i] = scene_heap_lock(scene, i, i % 2);
        threads[i] = scene_child(scene, i ? threads[0] : 0, i);
    }
    for (uint32_t i = 0; i < 24; i++) {
        dlc_ref node =
            scene_nest(scene, threads[i % 6], i / 6, i % 5, locks[i * 5 % 6], locks[(i * 5 + 1 + i / 6) % 6]);

        scene_node(scene, node)->how = (uint8_t)(i % DLC_HOW_COUNT);
        scene_node(scene, node)->mode = i % 7 == 0 ? DLC_MODE_READ : DLC_MODE_EXCLUSIVE;
        scene_node(scene, node)->flags = i % 9 == 0 ? DLC_NODE_TRAILS_DROPPED : 0;
        scene_take(scene, node, threads[(i + 1) % 6], 0, 9, locks[(i * 5 + 3) % 6]);
    }
}

static void live_events(struct scene *scene)
{
    dlc_ref locks[2] = {scene_static_lock(scene, 0), scene_static_lock(scene, 1)};
    dlc_ref threads[2] = {scene_thread(scene), scene_thread(scene)};
    struct dlc_event_part parts[2];

    memset(parts, 0, sizeof(parts));
    for (uint32_t i = 0; i < 2; i++) {
        dlc_ref node = scene_nest(scene, threads[i], 0, i, locks[i], locks[1 - i]);
        dlc_ref outer = scene_node(scene, node)->parent;
        struct dlc_held_slot slot = {UINT64_C(0x700000) + 64 * i, scene_node(scene, outer)->stack, outer};
        struct dlc_thread_record *thread;
        dlc_ref held = recording_held(&scene->recording, &slot, 1);

        thread = recording_at(&scene->recording, threads[i]);
        thread->held = held;
        parts[i] = (struct dlc_event_part){.thread = threads[i],
                                           .wait_kind = DLC_WAIT_MUTEX,
                                           .object = UINT64_C(0x700000) + 64 * (1 - i),
                                           .lock = locks[1 - i],
                                           .wait_stack = scene_node(scene, node)->stack,
                                           .hold_stack = slot.stack,
                                           .held_object = slot.lock,
                                           .held_lock = locks[i]};
    }
    recording_event(&scene->recording, DLC_EVENT_DEADLOCK, parts, 2);
    recording_event(&scene->recording, DLC_EVENT_HANG, parts, 2);
    recording_event(&scene->recording, DLC_EVENT_MISUSE, parts, 1);
    recording_text(&scene->recording, "program");
}

static const struct {
    const char *name;
    void (*make)(struct scene *scene);
} examples[] = {{"empty", empty},
                {"opposite_orders", opposite_orders},
                {"ring_with_everything", ring_with_everything},
                {"live_events", live_events}};

static int write_file(const char *folder, const char *name, const uint8_t *bytes, size_t size_bytes)
{
    char path[4096];
    FILE *file;
    size_t written;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "wb");
    if (!file) {
        perror(path);
        return 1;
    }
    written = fwrite(bytes, 1, size_bytes, file);
    return fclose(file) != 0 || written != size_bytes;
}

static int run_examples(const char *folder)
{
    for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
        struct scene scene;
        uint8_t *input;
        size_t size_bytes;
        int failed = 0;

        scene_begin(&scene);
        examples[i].make(&scene);
        input = malloc(scene.recording.size_bytes + 1);
        if (!input)
            return 1;
        size_bytes = fuzz_compact(&scene.recording, input);
        fuzz_property(input, size_bytes);
        fuzz_property_of_recording(scene.recording.bytes, scene.recording.size_bytes);
        if (folder)
            failed = write_file(folder, examples[i].name, input, size_bytes);
        free(input);
        scene_end(&scene);
        if (failed)
            return 1;
    }
    return 0;
}

static int run_file(const char *path)
{
    static uint8_t input[1 << 20];
    FILE *file = fopen(path, "rb");
    size_t size_bytes;

    if (!file) {
        perror(path);
        return 1;
    }
    size_bytes = fread(input, 1, sizeof(input), file);
    fclose(file);
    fuzz_property(input, size_bytes);
    return 0;
}

int main(int argc, char **argv)
{
    const char *folder = argc == 3 && strcmp(argv[1], "--write") == 0 ? argv[2] : NULL;

    if (run_examples(folder))
        return 1;
    for (int i = 1; !folder && i < argc; i++) {
        if (run_file(argv[i]))
            return 1;
    }
    return 0;
}
