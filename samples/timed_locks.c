/*
 * Opposite orders, but each thread gives up after a minute: the program would stall, not hang.
 *
 * Expected: POSSIBLE DEADLOCK, parallel and timed
 *   do1 holds mutex_a (line 22) and waits for mutex_b (line 23)
 *   do2 holds mutex_b (line 34) and waits for mutex_a (line 35)
 */
#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include "../tests/support/quiet_barrier.h"

static pthread_mutex_t mutex_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t mutex_b = PTHREAD_MUTEX_INITIALIZER;
static struct timespec deadline;
static struct quiet_counter turns;

static void *do1(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&mutex_a);
    if (pthread_mutex_timedlock(&mutex_b, &deadline) == 0)
        pthread_mutex_unlock(&mutex_b);
    pthread_mutex_unlock(&mutex_a);
    quiet_counter_advance(&turns);
    return NULL;
}

static void *do2(void *unused)
{
    (void)unused;
    quiet_counter_await(&turns, 1);
    pthread_mutex_lock(&mutex_b);
    if (pthread_mutex_timedlock(&mutex_a, &deadline) == 0)
        pthread_mutex_unlock(&mutex_a);
    pthread_mutex_unlock(&mutex_b);
    return NULL;
}

int main(void)
{
    pthread_t first, second;

    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += 60;
    pthread_create(&first, NULL, do1, NULL);
    pthread_create(&second, NULL, do2, NULL);
    pthread_join(first, NULL);
    pthread_join(second, NULL);
    puts("both threads came through");
    return 0;
}
