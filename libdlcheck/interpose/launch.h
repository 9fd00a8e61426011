/*
 * Threads: what passes from the creator to the new thread, and how the end of a thread is noticed.
 */
#ifndef DLC_INTERPOSE_LAUNCH_H
#define DLC_INTERPOSE_LAUNCH_H

#include <pthread.h>
#include <threads.h>

#include "libdlcheck/track/stack.h"
#include "libdlcheck/track/thread.h"

struct dlc_launch {
    struct dlc_thread_birth birth;
    void *(*start)(void *);   /* pthread_create */
    int (*start_c11)(void *); /* thrd_create */
    void *argument;
    struct dlc_launch *next;
};

/* A new thread is about to be created from `caller`, with `attributes` (NULL: the default ones). NULL when the
   runtime is off: create it as it is. */
struct dlc_launch *dlc_launch_prepare(const pthread_attr_t *attributes, struct dlc_caller caller);

/* The thread with this record was created, and `handle` filled: by now the thread may have freed that again. */
void dlc_launch_created(dlc_ref ref, const pthread_t *handle);

/* The creation failed. */
void dlc_launch_cancel(struct dlc_launch *launch);

/* First act of the new thread: takes what `launch` says and gives it back. */
struct dlc_launch dlc_launch_begin(struct dlc_launch *launch);

/* Arranges for dlc_thread_end to run after the last destructor of thread-specific data of the calling thread. */
void dlc_launch_watch_end(struct dlc_thread *thread);

/* Makes the key that this needs; once, early, so that it is among those that need no memory. */
void dlc_launch_start(void);

void dlc_launch_reset(void);

/* Registers what has to happen around fork, where handlers are run. Early: of the handlers before the fork, those
   that were registered first run last. */
void dlc_launch_watch_forks(void (*begins)(void));

#endif
