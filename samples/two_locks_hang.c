/*
 * Two threads take two locks in opposite orders and meet in the middle: the program really hangs.
 *
 * Expected: DEADLOCK
 *   do1 holds mutex_a (line 20) and waits for mutex_b (line 22)
 *   do2 holds mutex_b (line 31) and waits for mutex_a (line 33)
 */
#include <pthread.h>
#include <stdio.h>

#include "../tests/support/quiet_barrier.h"

static pthread_mutex_t mutex_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t mutex_b = PTHREAD_MUTEX_INITIALIZER;
static struct quiet_counter both_hold_one;

static void *do1(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&mutex_a);
    quiet_barrier_wait(&both_hold_one, 2);
    pthread_mutex_lock(&mutex_b);
    pthread_mutex_unlock(&mutex_b);
    pthread_mutex_unlock(&mutex_a);
    return NULL;
}

static void *do2(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&mutex_b);
    quiet_barrier_wait(&both_hold_one, 2);
    pthread_mutex_lock(&mutex_a);
    pthread_mutex_unlock(&mutex_a);
    pthread_mutex_unlock(&mutex_b);
    return NULL;
}

int main(void)
{
    pthread_t first, second;

    pthread_create(&first, NULL, do1, NULL);
    pthread_create(&second, NULL, do2, NULL);
    pthread_join(first, NULL);
    pthread_join(second, NULL);
    puts("both threads came through");
    return 0;
}
