/*
 * Every lock is taken by one wrapper, from two functions whose frames are alike: return address and stack pointer
 * of the lock call are the same on both paths. Many passes, so that the later ones find what the earlier ones left
 * in caches; a stack of the wrong path would make the report useless.
 *
 * Expected: POSSIBLE DEADLOCK, parallel
 *   upwards holds low (line 36) and waits for high (line 37)
 *   downwards holds high (line 43) and waits for low (line 44), all in take (line 22)
 */
#include <pthread.h>
#include <stdlib.h>

#include "tests/support/quiet_barrier.h"

static pthread_mutex_t low = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t high = PTHREAD_MUTEX_INITIALIZER;
static struct quiet_counter turns;
static volatile int taken;

__attribute__((noinline)) static void take(pthread_mutex_t *mutex)
{
    if (pthread_mutex_lock(mutex) != 0)
        abort();
    taken++;
}

static void give_back(void)
{
    taken = 0;
    pthread_mutex_unlock(&low);
    pthread_mutex_unlock(&high);
}

__attribute__((noinline)) static void upwards(void)
{
    take(&low);
    take(&high);
    give_back();
}

__attribute__((noinline)) static void downwards(void)
{
    take(&high);
    take(&low);
    give_back();
}

static void *run(void *number)
{
    quiet_counter_await(&turns, *(int *)number);
    for (int i = 0; i < 100; i++) {
        upwards();
        downwards();
    }
    quiet_counter_advance(&turns);
    return NULL;
}

int main(void)
{
    pthread_t threads[2];
    int numbers[2] = {0, 1};

    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, run, &numbers[i]);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    return 0;
}
