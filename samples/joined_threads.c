/*
 * Two threads take two locks in opposite orders, but the first is joined before the second is created: as the
 * program stands they cannot meet. The day somebody starts them together, they can.
 *
 * Expected: POSSIBLE DEADLOCK, ordered
 *   do1 holds mutex_a (line 18) and waits for mutex_b (line 19)
 *   do2 holds mutex_b (line 28) and waits for mutex_a (line 29)
 */
#include <pthread.h>
#include <stdio.h>

static pthread_mutex_t mutex_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t mutex_b = PTHREAD_MUTEX_INITIALIZER;

static void *do1(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&mutex_a);
    pthread_mutex_lock(&mutex_b);
    pthread_mutex_unlock(&mutex_b);
    pthread_mutex_unlock(&mutex_a);
    return NULL;
}

static void *do2(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&mutex_b);
    pthread_mutex_lock(&mutex_a);
    pthread_mutex_unlock(&mutex_a);
    pthread_mutex_unlock(&mutex_b);
    return NULL;
}

int main(void)
{
    pthread_t thread;

    pthread_create(&thread, NULL, do1, NULL);
    pthread_join(thread, NULL);
    pthread_create(&thread, NULL, do2, NULL);
    pthread_join(thread, NULL);
    puts("both threads came through");
    return 0;
}
