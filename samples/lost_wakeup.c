/*
 * The signal comes before the wait, and the wait does not look whether it is needed: nobody is left to send
 * another.
 *
 * Expected: HANG
 *   consume waits for filled (line 27), main waits for its thread (line 39)
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
