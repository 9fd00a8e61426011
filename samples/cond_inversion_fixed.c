/*
 * The fixed twin of cond_inversion.c: the log's lock is taken when the wait is over.
 *
 * Expected: nothing
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>

static pthread_mutex_t queue_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t queue_filled = PTHREAD_COND_INITIALIZER;
static int filled;

static void *work(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&queue_lock);
    while (filled == 0)
        pthread_cond_wait(&queue_filled, &queue_lock);
    pthread_mutex_lock(&log_lock);
    filled--;
    pthread_mutex_unlock(&log_lock);
    pthread_mutex_unlock(&queue_lock);
    return NULL;
}

int main(void)
{
    pthread_t first, second;

    pthread_create(&first, NULL, work, NULL);
    pthread_create(&second, NULL, work, NULL);
    for (int i = 1; i <= 2; i++) {
        pthread_mutex_lock(&queue_lock);
        filled++;
        pthread_cond_signal(&queue_filled);
        pthread_mutex_unlock(&queue_lock);
    }
    pthread_join(first, NULL);
    pthread_join(second, NULL);
    puts("both workers came through");
    return 0;
}
