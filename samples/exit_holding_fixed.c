/*
 * The fixed twin of exit_holding.c: what can be refused is refused before the lock is taken.
 *
 * Expected: nothing
 */
#include <pthread.h>
#include <stdio.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int total;

static void *try_to_add(void *amount)
{
    if (amount == NULL)
        return NULL;
    pthread_mutex_lock(&mutex);
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
