/*
 * The threads of a ring wait for each other, but one of them not for ever: it gives up, and both come through.
 * Nothing is proven, nothing is reported live; that they could stall is predicted.
 *
 * Expected: POSSIBLE DEADLOCK, parallel and timed
 *   do1 holds mutex_a (line 22) and waits for mutex_b (line 24)
 *   do2 holds mutex_b (line 34) and waits for mutex_a (line 38)
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "tests/support/quiet_barrier.h"

static pthread_mutex_t mutex_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t mutex_b = PTHREAD_MUTEX_INITIALIZER;
static struct quiet_counter both_hold_one;

static void *do1(void *unused)
{
    pthread_mutex_lock(&mutex_a);
    quiet_barrier_wait(&both_hold_one, 2);
    pthread_mutex_lock(&mutex_b);
    pthread_mutex_unlock(&mutex_b);
    pthread_mutex_unlock(&mutex_a);
    return unused;
}

static void *do2(void *unused)
{
    struct timespec soon;

    pthread_mutex_lock(&mutex_b);
    quiet_barrier_wait(&both_hold_one, 2);
    clock_gettime(CLOCK_MONOTONIC, &soon);
    soon.tv_sec++;
    if (pthread_mutex_clocklock(&mutex_a, CLOCK_MONOTONIC, &soon) != ETIMEDOUT)
        abort();
    pthread_mutex_unlock(&mutex_b);
    return unused;
}

int main(void)
{
    pthread_t first, second;

    pthread_create(&first, NULL, do1, NULL);
    pthread_create(&second, NULL, do2, NULL);
    pthread_join(first, NULL);
    pthread_join(second, NULL);
    return 0;
}
