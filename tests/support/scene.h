/*
 * A recording with a program in it: one module with functions and static locks, heap locks, threads. Says what a
 * thread does in the words of the tests.
 */
#ifndef DLC_TESTS_SCENE_H
#define DLC_TESTS_SCENE_H

#include "libdlcheck/analyze/findings.h"
#include "libdlcheck/record/reader.h"
#include "tests/support/recording_builder.h"

struct scene {
    struct recording_builder recording;
    dlc_ref module;
    struct dlc_arena arena; /* of the reader */
    struct dlc_reader reader;
    struct dlc_findings findings;
};

void scene_begin(struct scene *scene);
void scene_end(struct scene *scene);

/* A stack whose five innermost frames are in function number `function`. */
dlc_ref scene_stack(struct scene *scene, uint32_t function);

/* The lock number `index` of static storage, or one from the heap that was initialised in function `site`. */
dlc_ref scene_static_lock(struct scene *scene, uint32_t index);
dlc_ref scene_heap_lock(struct scene *scene, uint32_t index, uint32_t site);

/* A thread without creator, or created by another one in its segment `segment`. */
dlc_ref scene_thread(struct scene *scene);
dlc_ref scene_child(struct scene *scene, dlc_ref parent, uint32_t segment);

/* `thread` is joined by another one, which is in segment `segment` after that. */
void scene_join(struct scene *scene, dlc_ref thread, dlc_ref by, uint32_t segment);

/* The thread takes `first` in `function` and, holding it, `second` in the same; returns the second node. */
dlc_ref scene_nest(struct scene *scene, dlc_ref thread, uint32_t segment, uint32_t function, dlc_ref first,
                   dlc_ref second);

/* The thread takes one more lock below `parent`. */
dlc_ref scene_take(struct scene *scene, dlc_ref parent, dlc_ref thread, uint32_t segment, uint32_t function,
                   dlc_ref lock);

/* The node, to be changed. */
struct dlc_node_record *scene_node(struct scene *scene, dlc_ref node);

/* Reads and analyses what was written; fails the test when that does not work. */
void scene_analyze(struct scene *scene);

#endif
