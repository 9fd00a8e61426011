/*
 * A thread ends by an early return and takes its lock with it: whoever wants the lock next waits for ever.
 *
 * Expected: HANG
 *   main waits for mutex (line 29), which try_to_add took (line 15) and never released
 */
#include <pthread.h>
#include <stdio.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int total;

static void *try_to_add(void *amount)
{
    pthread_mutex_lock(&mutex);
    if (amount == NULL)
        return NULL;
    total += *(int *)amount;
    pthread_mutex_unlock(&mutex);
    return NULL;
}

int main(void)
{
    pthread_t thread;

    pthread_create(&thread, NULL, try_to_add, NULL);
    pthread_join(thread, NULL);
    pthread_mutex_lock(&mutex);
    printf("%d\n", total);
    pthread_mutex_unlock(&mutex);
    return 0;
}
