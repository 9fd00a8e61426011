/*
 * Three threads join each other in a ring, and main joins the first: nothing can run any more.
 *
 * Expected: HANG
 *   join_next waits for the next thread (line 19), main for the first one (line 29)
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>

#include "tests/support/quiet_barrier.h"

static pthread_t threads[3];
static struct quiet_counter all_created;

static void *join_next(void *number)
{
    quiet_counter_await(&all_created, 1);
    pthread_join(threads[((intptr_t)number + 1) % 3], NULL);
    puts("joined");
    return NULL;
}

int main(void)
{
    for (intptr_t i = 0; i < 3; i++)
        pthread_create(&threads[i], NULL, join_next, (void *)i);
    quiet_counter_advance(&all_created);
    pthread_join(threads[0], NULL);
    return 0;
}
