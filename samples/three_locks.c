/*
 * Three threads, three locks: each thread takes two, and the orders close a ring. No two of them clash.
 *
 * Expected: POSSIBLE DEADLOCK, parallel
 *   load holds accounts (line 22) and waits for cards (line 23)
 *   check holds cards (line 34) and waits for limits (line 35)
 *   save holds limits (line 46) and waits for accounts (line 47)
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
    pthread_mutex_lock(&limits);
    pthread_mutex_lock(&accounts);
    pthread_mutex_unlock(&accounts);
    pthread_mutex_unlock(&limits);
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
