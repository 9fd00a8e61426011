/*
 * Writes one recording of every kind into FOLDER/<case>/1.dlc, about code and locks of its own, so that the
 * command can be tested on findings whose names and lines are known, without running anything under dlcheck.
 */
#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/recording_builder.h"

static pthread_mutex_t mutexA, mutexB;
static pthread_mutex_t forks[3];
static struct {
    long uses;
    pthread_mutex_t lock;
} pool;
static pthread_cond_t ready;

/* Never called; the recordings say that they were. */
__attribute__((noinline)) static void func1(void)
{
    pthread_mutex_lock(&mutexA);
    pthread_mutex_lock(&mutexB);
}

__attribute__((noinline)) static void func2(void)
{
    pthread_mutex_lock(&mutexB);
    pthread_mutex_lock(&mutexA);
    pthread_cond_wait(&ready, &mutexA);
}

__attribute__((noinline)) static void *worker(void *unused)
{
    func1();
    func2();
    return unused;
}

struct scene {
    struct recording_builder builder;
    dlc_ref main_thread, threads[2];
    dlc_ref in_func1[2], in_func2[2]; /* stacks of the first and of the second lock call */
    dlc_ref a, b;
};

static uint64_t address_of(const void *object)
{
    return (uint64_t)(uintptr_t)object;
}

/* The second lock call of the functions above stands some bytes into them. */
static dlc_ref stack_in(struct recording_builder *builder, uint64_t function, unsigned offset)
{
    uint64_t frames[] = {function + 9 + offset, address_of((void *)worker) + 9};

    return recording_stack(builder, frames, 2);
}

static int find_own_module(struct dl_phdr_info *info, size_t size, void *bias)
{
    (void)size;
    *(uint64_t *)bias = info->dlpi_addr;
    return 1;
}

static void begin(struct scene *scene)
{
    static const char command[] = "./make_recordings\0--fast";
    struct recording_builder *builder = &scene->builder;
    char path[4096] = "";
    uint64_t bias = 0;
    struct dlc_module_record *module;
    dlc_ref ref;

    memset(scene, 0, sizeof(*scene));
    if (readlink("/proc/self/exe", path, sizeof(path) - 1) < 0)
        abort();
    dl_iterate_phdr(find_own_module, &bias);
    recording_begin(builder);
    ref = recording_module(builder, path, bias, bias + (1 << 24));
    module = recording_at(builder, ref);
    module->bias = bias;
    module->end_epoch = UINT32_MAX;
    ref = recording_add(builder, DLC_KIND_TEXT, sizeof(struct dlc_text_record) + sizeof(command));
    {
        struct dlc_text_record *text = recording_at(builder, ref);

        text->text_bytes = sizeof(command);
        memcpy(text->text, command, sizeof(command));
    }
    recording_header(builder)->command = ref;
    recording_header(builder)->program = recording_text(builder, path);
    recording_header(builder)->pid = 4711;
    recording_header(builder)->start_realtime_ns = UINT64_C(4000000000) * 1000000000;
    scene->main_thread = recording_thread(builder, 0, 0);
    for (unsigned i = 0; i < 2; i++)
        scene->threads[i] = recording_thread(builder, scene->main_thread, i);
    for (unsigned i = 0; i < 2; i++) {
        scene->in_func1[i] = stack_in(builder, address_of((void *)func1), 8 * i);
        scene->in_func2[i] = stack_in(builder, address_of((void *)func2), 8 * i);
    }
    scene->a = recording_lock(builder, address_of(&mutexA), 0);
    scene->b = recording_lock(builder, address_of(&mutexB), 0);
    for (unsigned i = 0; i < 2; i++)
        ((struct dlc_lock_record *)recording_at(builder, i ? scene->b : scene->a))->flags |= DLC_LOCK_SHARED;
}

static void end(struct scene *scene, const char *folder, const char *name)
{
    char path[4096];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    if (mkdir(path, 0777) != 0 && errno != EEXIST)
        abort();
    snprintf(path, sizeof(path), "%s/%s/1.dlc", folder, name);
    if (!recording_save(&scene->builder, path))
        abort();
    recording_end(&scene->builder);
}

/* Opposite orders; `gate` (or 0) is held around both. */
static void opposite_orders(struct scene *scene, dlc_ref gate, dlc_ref a, dlc_ref b)
{
    struct recording_builder *builder = &scene->builder;
    const dlc_ref *stacks[2] = {scene->in_func1, scene->in_func2};
    dlc_ref locks[2] = {a, b};

    for (unsigned i = 0; i < 2; i++) {
        dlc_ref node = 0, thread = scene->threads[i];

        if (gate)
            node = recording_node(builder, 0, gate, stacks[i][0], thread, 0);
        node = recording_node(builder, node, locks[i], stacks[i][0], thread, 0);
        recording_node(builder, node, locks[!i], stacks[i][1], thread, 0);
    }
}

static struct dlc_event_part part(struct scene *scene, unsigned i, bool waits)
{
    const dlc_ref *stacks = i ? scene->in_func2 : scene->in_func1;
    void *objects[2] = {&mutexA, &mutexB};

    return (struct dlc_event_part){
        .thread = scene->threads[i],
        .wait_kind = waits ? DLC_WAIT_MUTEX : DLC_WAIT_NONE,
        .object = address_of(objects[!i]),
        .lock = i ? scene->a : scene->b,
        .wait_stack = stacks[1],
        .hold_stack = stacks[0],
        .held_object = address_of(objects[i]),
        .held_lock = i ? scene->b : scene->a,
        .wait_since_ns = 1000000000,
    };
}

static void add_event(struct scene *scene, enum dlc_event_kind kind, enum dlc_misuse_rule rule,
                      struct dlc_event_part *parts, uint32_t count)
{
    dlc_ref ref = recording_event(&scene->builder, kind, parts, count);
    struct dlc_event_record *event = recording_at(&scene->builder, ref);

    event->rule = rule;
    event->time_ns = 3500000000;
}

static void write_predictions(const char *folder)
{
    struct scene scene;
    dlc_ref gate;

    begin(&scene);
    recording_node(&scene.builder, 0, scene.a, scene.in_func1[0], scene.threads[0], 0);
    end(&scene, folder, "clean");

    begin(&scene);
    opposite_orders(&scene, 0, scene.a, scene.b);
    end(&scene, folder, "possible");

    begin(&scene);
    gate = recording_lock(&scene.builder, address_of(&pool.lock), 0);
    opposite_orders(&scene, gate, scene.a, scene.b);
    recording_header(&scene.builder)->counters[DLC_COUNT_CONTEXTS_DROPPED] = 5;
    end(&scene, folder, "guarded");

    begin(&scene);
    scene.a = recording_lock(&scene.builder, address_of(&forks[1]), 0);
    scene.b = recording_lock(&scene.builder, 0x1000, scene.in_func1[0]);
    opposite_orders(&scene, 0, scene.a, scene.b);
    end(&scene, folder, "names");
}

static void write_events(const char *folder)
{
    static const char *const rules[DLC_RULE_COUNT] = {NULL,     "unlock-not-owner", "unlock-not-locked",
                                                      "relock", "owner-exited",     "destroy-locked"};
    struct scene scene;
    struct dlc_event_part parts[3];

    begin(&scene);
    parts[0] = part(&scene, 0, true);
    parts[1] = part(&scene, 1, true);
    add_event(&scene, DLC_EVENT_DEADLOCK, DLC_RULE_NONE, parts, 2);
    end(&scene, folder, "deadlock");

    begin(&scene);
    for (unsigned i = 0; i < 2; i++)
        parts[i] = (struct dlc_event_part){.thread = scene.threads[i],
                                           .wait_kind = DLC_WAIT_COND,
                                           .object = address_of(&ready),
                                           .wait_stack = scene.in_func1[1]};
    parts[2] = (struct dlc_event_part){
        .thread = scene.main_thread, .wait_kind = DLC_WAIT_JOIN, .wait_stack = scene.in_func2[1]};
    add_event(&scene, DLC_EVENT_HANG, DLC_RULE_NONE, parts, 3);
    end(&scene, folder, "hang");

    begin(&scene);
    parts[0] = part(&scene, 0, true);
    parts[1] = part(&scene, 1, false);
    parts[0].hold_stack = parts[0].held_object = parts[0].held_lock = 0;
    parts[1].wait_stack = parts[1].object = parts[1].lock = 0;
    add_event(&scene, DLC_EVENT_HANG, DLC_RULE_NONE, parts, 2);
    end(&scene, folder, "ended");

    for (unsigned rule = 1; rule < DLC_RULE_COUNT; rule++) {
        begin(&scene);
        parts[0] = part(&scene, 0, rule == DLC_RULE_OWNER_EXITED);
        parts[1] = part(&scene, 1, false);
        if (rule != DLC_RULE_RELOCK)
            parts[0].held_object = parts[0].held_lock = parts[0].hold_stack = 0;
        else
            parts[0].object = parts[0].held_object, parts[0].lock = parts[0].held_lock;
        add_event(&scene, DLC_EVENT_MISUSE, rule, parts,
                  rule == DLC_RULE_RELOCK || rule == DLC_RULE_UNLOCK_NOT_LOCKED ? 1 : 2);
        end(&scene, folder, rules[rule]);
    }
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    write_predictions(argv[1]);
    write_events(argv[1]);
    return 0;
}
