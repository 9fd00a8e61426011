/*
 * The fixed twin of c11_threads.c: both threads take mutex_a first.
 *
 * Expected: nothing
 */
#include <stdio.h>
#include <threads.h>

#include "../tests/support/quiet_barrier.h"

static mtx_t mutex_a, mutex_b;
static struct quiet_counter turns;

static int do1(void *unused)
{
    (void)unused;
    mtx_lock(&mutex_a);
    mtx_lock(&mutex_b);
    mtx_unlock(&mutex_b);
    mtx_unlock(&mutex_a);
    quiet_counter_advance(&turns);
    return 1;
}

static int do2(void *unused)
{
    (void)unused;
    quiet_counter_await(&turns, 1);
    mtx_lock(&mutex_a);
    mtx_lock(&mutex_b);
    mtx_unlock(&mutex_b);
    mtx_unlock(&mutex_a);
    return 2;
}

int main(void)
{
    thrd_t first, second;
    int results[2];

    mtx_init(&mutex_a, mtx_plain);
    mtx_init(&mutex_b, mtx_plain);
    thrd_create(&first, do1, NULL);
    thrd_create(&second, do2, NULL);
    thrd_join(first, &results[0]);
    thrd_join(second, &results[1]);
    printf("the threads returned %d and %d\n", results[0], results[1]);
    mtx_destroy(&mutex_a);
    mtx_destroy(&mutex_b);
    return 0;
}
