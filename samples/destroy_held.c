/*
 * A lock is destroyed while a thread holds it. glibc refuses with EBUSY; POSIX allows it to do anything.
 *
 * Expected: MISUSE, destroy-locked
 *   stop destroys pool.mutex (line 19), which main holds (line 27)
 */
#include <pthread.h>
#include <stdio.h>

static struct {
    int workers;
    pthread_mutex_t mutex;
} pool = {.workers = 4, .mutex = PTHREAD_MUTEX_INITIALIZER};

static void *stop(void *unused)
{
    (void)unused;
    pool.workers = 0;
    pthread_mutex_destroy(&pool.mutex);
    return NULL;
}

int main(void)
{
    pthread_t thread;

    pthread_mutex_lock(&pool.mutex);
    pthread_create(&thread, NULL, stop, NULL);
    pthread_join(thread, NULL);
    printf("%d workers\n", pool.workers);
    pthread_mutex_unlock(&pool.mutex);
    return 0;
}
