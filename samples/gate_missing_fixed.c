/*
 * The fixed twin of gate_missing.c: both threads take the gate first, so the opposite orders inside cannot meet.
 *
 * Expected: nothing; one cycle is counted as guarded
 */
#include <pthread.h>
#include <stdio.h>

#include "../tests/support/quiet_barrier.h"

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t source = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t target = PTHREAD_MUTEX_INITIALIZER;
static struct quiet_counter turns;

static void *transfer(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&gate);
    pthread_mutex_lock(&source);
    pthread_mutex_lock(&target);
    pthread_mutex_unlock(&target);
    pthread_mutex_unlock(&source);
    pthread_mutex_unlock(&gate);
    quiet_counter_advance(&turns);
    return NULL;
}

static void *undo(void *unused)
{
    (void)unused;
    quiet_counter_await(&turns, 1);
    pthread_mutex_lock(&gate);
    pthread_mutex_lock(&target);
    pthread_mutex_lock(&source);
    pthread_mutex_unlock(&source);
    pthread_mutex_unlock(&target);
    pthread_mutex_unlock(&gate);
    return NULL;
}

int main(void)
{
    pthread_t first, second;

    pthread_create(&first, NULL, transfer, NULL);
    pthread_create(&second, NULL, undo, NULL);
    pthread_join(first, NULL);
    pthread_join(second, NULL);
    puts("both threads came through");
    return 0;
}
