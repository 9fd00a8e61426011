/*
 * The fixed twin of release_too_many.c: the error path leaves the release to the end.
 *
 * Expected: nothing
 */
#include <pthread.h>
#include <stdio.h>

static pthread_mutex_t mutex;
static int total;

static int add(int amount)
{
    int status = 0;

    pthread_mutex_lock(&mutex);
    if (amount < 0) {
        status = -1;
        goto out;
    }
    total += amount;
out:
    pthread_mutex_unlock(&mutex);
    return status;
}

int main(void)
{
    pthread_mutexattr_t attributes;

    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_init(&mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);

    add(42);
    add(-1);
    printf("%d\n", total);
    pthread_mutex_destroy(&mutex);
    return 0;
}
