/*
 * The fixed twin of lost_wakeup.c: the wait asks first, and again after every wake-up.
 *
 * Expected: nothing
 */
#include <pthread.h>
#include <stdio.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t filled = PTHREAD_COND_INITIALIZER;
static int fish_balls;

static void produce(void)
{
    pthread_mutex_lock(&mutex);
    fish_balls = 5;
    pthread_cond_signal(&filled);
    pthread_mutex_unlock(&mutex);
}

static void *consume(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&mutex);
    while (fish_balls == 0)
        pthread_cond_wait(&filled, &mutex);
    fish_balls = 0;
    pthread_mutex_unlock(&mutex);
    return NULL;
}

int main(void)
{
    pthread_t consumer;

    produce();
    pthread_create(&consumer, NULL, consume, NULL);
    pthread_join(consumer, NULL);
    printf("%d left\n", fish_balls);
    return 0;
}
