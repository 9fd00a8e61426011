/*
 * The fixed twin of joined_threads.c: both threads take mutex_a first, so they may as well run together.
 *
 * Expected: nothing
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
    pthread_mutex_lock(&mutex_a);
    pthread_mutex_lock(&mutex_b);
    pthread_mutex_unlock(&mutex_b);
    pthread_mutex_unlock(&mutex_a);
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
