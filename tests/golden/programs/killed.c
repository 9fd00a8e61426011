/*
 * The program kills itself when it has taken its locks in both orders: what it did is in the recording all the
 * same.
 *
 * Expected: POSSIBLE DEADLOCK, same-thread
 *   both_orders holds mutex_a (line 17) and waits for mutex_b (line 18)
 *   both_orders holds mutex_b (line 21) and waits for mutex_a (line 22)
 */
#include <pthread.h>
#include <signal.h>

static pthread_mutex_t mutex_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t mutex_b = PTHREAD_MUTEX_INITIALIZER;

static void *both_orders(void *unused)
{
    pthread_mutex_lock(&mutex_a);
    pthread_mutex_lock(&mutex_b);
    pthread_mutex_unlock(&mutex_b);
    pthread_mutex_unlock(&mutex_a);
    pthread_mutex_lock(&mutex_b);
    pthread_mutex_lock(&mutex_a);
    raise(SIGKILL);
    return unused;
}

int main(void)
{
    pthread_t thread;

    pthread_mutex_lock(&mutex_a);
    pthread_mutex_unlock(&mutex_a);
    pthread_mutex_lock(&mutex_b);
    pthread_mutex_unlock(&mutex_b);
    pthread_create(&thread, NULL, both_orders, NULL);
    pthread_join(thread, NULL);
    return 0;
}
