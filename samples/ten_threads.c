/*
 * Ten threads run func1 (mutex_a, then mutex_b) and then func2 (mutex_b, then mutex_a). Here they take turns;
 * without that, the first thread in func2 and the second one in func1 stop each other.
 *
 * Expected: POSSIBLE DEADLOCK, parallel, once for all threads
 *   func1 holds mutex_a (line 23) and waits for mutex_b (line 24)
 *   func2 holds mutex_b (line 32) and waits for mutex_a (line 33)
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>

#include "../tests/support/quiet_barrier.h"

#define THREADS 10

static pthread_mutex_t mutex_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t mutex_b = PTHREAD_MUTEX_INITIALIZER;
static struct quiet_counter turns;

static void func1(intptr_t thread)
{
    pthread_mutex_lock(&mutex_a);
    pthread_mutex_lock(&mutex_b);
    printf("thread %d has both locks in func1\n", (int)thread);
    pthread_mutex_unlock(&mutex_b);
    pthread_mutex_unlock(&mutex_a);
}

static void func2(intptr_t thread)
{
    pthread_mutex_lock(&mutex_b);
    pthread_mutex_lock(&mutex_a);
    printf("thread %d has both locks in func2\n", (int)thread);
    pthread_mutex_unlock(&mutex_a);
    pthread_mutex_unlock(&mutex_b);
}

static void *run(void *number)
{
    quiet_counter_await(&turns, (int)(intptr_t)number);
    func1((intptr_t)number);
    func2((intptr_t)number);
    quiet_counter_advance(&turns);
    return NULL;
}

int main(void)
{
    pthread_t threads[THREADS];

    for (intptr_t i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, run, (void *)i);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    return 0;
}
