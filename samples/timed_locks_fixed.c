/*
 * The fixed twin of timed_locks.c: a thread that does not get its second lock at once gives back the first one.
 * Both orders remain, but nobody waits while it holds anything.
 *
 * Expected: nothing; one cycle is counted as tried
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>

static pthread_mutex_t mutex_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t mutex_b = PTHREAD_MUTEX_INITIALIZER;

static void lock_both(pthread_mutex_t *first, pthread_mutex_t *second)
{
    pthread_mutex_lock(first);
    while (pthread_mutex_trylock(second) != 0) {
        pthread_mutex_unlock(first);
        sched_yield();
        pthread_mutex_lock(first);
    }
}

static void *do1(void *unused)
{
    (void)unused;
    lock_both(&mutex_a, &mutex_b);
    pthread_mutex_unlock(&mutex_b);
    pthread_mutex_unlock(&mutex_a);
    return NULL;
}

static void *do2(void *unused)
{
    (void)unused;
    lock_both(&mutex_b, &mutex_a);
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
