/*
 * The fixed twin of relock.c: the lock is a recursive one and counts how often its owner took it.
 *
 * Expected: nothing
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>

static pthread_mutex_t mutex = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static int total;

static void add(int amount)
{
    pthread_mutex_lock(&mutex);
    total += amount;
    pthread_mutex_unlock(&mutex);
}

static void add_twice(int amount)
{
    pthread_mutex_lock(&mutex);
    add(amount);
    add(amount);
    pthread_mutex_unlock(&mutex);
}

int main(void)
{
    add_twice(21);
    printf("%d\n", total);
    return 0;
}
