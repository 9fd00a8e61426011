/*
 * The fixed twin of destroy_held.c: main gives the lock back before it lets the pool be stopped.
 *
 * Expected: nothing
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
    printf("%d workers\n", pool.workers);
    pthread_mutex_unlock(&pool.mutex);
    pthread_create(&thread, NULL, stop, NULL);
    pthread_join(thread, NULL);
    return 0;
}
