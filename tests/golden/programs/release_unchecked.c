/*
 * The default kind of lock is released twice: glibc returns 0 and says nothing.
 *
 * Expected: MISUSE, unlock-not-locked
 *   main releases mutex (line 15), which nobody holds
 */
#include <pthread.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

int main(void)
{
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    pthread_mutex_unlock(&mutex);
    return 0;
}
