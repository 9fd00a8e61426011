/*
 * The fixed twin of three_locks.c: save takes accounts before limits, as the order of the other two asks.
 *
 * Expected: nothing
 */
#include <pthread.h>
#include <stdio.h>

#include "../tests/support/quiet_barrier.h"

static pthread_mutex_t accounts = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t cards = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t limits = PTHREAD_MUTEX_INITIALIZER;
static struct quiet_counter turns;

static void *load(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&accounts);
    pthread_mutex_lock(&cards);
    pthread_mutex_unlock(&cards);
    pthread_mutex_unlock(&accounts);
    quiet_counter_advance(&turns);
    return NULL;
}

static void *check(void *unused)
{
    (void)unused;
    quiet_counter_await(&turns, 1);
    pthread_mutex_lock(&cards);
    pthread_mutex_lock(&limits);
    pthread_mutex_unlock(&limits);
    pthread_mutex_unlock(&cards);
    quiet_counter_advance(&turns);
    return NULL;
}

static void *save(void *unused)
{
    (void)unused;
    quiet_counter_await(&turns, 2);
    pthread_mutex_lock(&accounts);
    pthread_mutex_lock(&limits);
    pthread_mutex_unlock(&limits);
    pthread_mutex_unlock(&accounts);
    return NULL;
}

int main(void)
{
    void *(*const tasks[])(void *) = {load, check, save};
    pthread_t threads[3];

    for (int i = 0; i < 3; i++)
        pthread_create(&threads[i], NULL, tasks[i], NULL);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    puts("all threads came through");
    return 0;
}
