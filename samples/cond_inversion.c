/*
 * A thread waits on a condition variable while it holds a second lock. When it is woken, the wait takes the
 * queue's lock again: after the log's, although everybody else takes the log's lock last. The workers here take
 * turns.
 *
 * Expected: POSSIBLE DEADLOCK, parallel
 *   work holds queue_lock (line 25) and waits for log_lock (line 26)
 *   work holds log_lock (line 26) and waits for queue_lock inside pthread_cond_wait (line 29)
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>

#include "../tests/support/quiet_barrier.h"

static pthread_mutex_t queue_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t queue_filled = PTHREAD_COND_INITIALIZER;
static bool filled;
static struct quiet_counter workers_asked, workers_done;

static void *work(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&queue_lock);
    pthread_mutex_lock(&log_lock);
    quiet_counter_advance(&workers_asked);
    while (!filled)
        pthread_cond_wait(&queue_filled, &queue_lock);
    filled = false;
    pthread_mutex_unlock(&log_lock);
    pthread_mutex_unlock(&queue_lock);
    quiet_counter_advance(&workers_done);
    return NULL;
}

int main(void)
{
    pthread_t workers[2];

    for (int i = 0; i < 2; i++) {
        pthread_create(&workers[i], NULL, work, NULL);
        quiet_counter_await(&workers_asked, i + 1);
        pthread_mutex_lock(&queue_lock);
        filled = true;
        pthread_cond_signal(&queue_filled);
        pthread_mutex_unlock(&queue_lock);
        quiet_counter_await(&workers_done, i + 1);
    }
    for (int i = 0; i < 2; i++)
        pthread_join(workers[i], NULL);
    puts("both workers came through");
    return 0;
}
