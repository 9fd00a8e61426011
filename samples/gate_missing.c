/*
 * Two locks are taken in both orders, which a third lock, the gate, makes safe: it lets in one thread at a time.
 * But one of the two threads forgot it.
 *
 * Expected: POSSIBLE DEADLOCK, parallel
 *   transfer holds source (line 23), beside gate (line 22), and waits for target (line 24)
 *   undo holds target (line 36) and waits for source (line 37)
 */
#include <pthread.h>
#include <stdio.h>

#include "../tests/support/quiet_barrier.h"

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t source = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t target = PTHREAD_MUTEX_INITIALIZER;
static struct quiet_counter turns;

static void *transfer(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&gate);
    pthread_mutex_lock(&source);
    pthread_mutex_lock(&target);
    pthread_mutex_unlock(&target);
    pthread_mutex_unlock(&source);
    pthread_mutex_unlock(&gate);
    quiet_counter_advance(&turns);
    return NULL;
}

static void *undo(void *unused)
{
    (void)unused;
    quiet_counter_await(&turns, 1);
    pthread_mutex_lock(&target);
    pthread_mutex_lock(&source);
    pthread_mutex_unlock(&source);
    pthread_mutex_unlock(&target);
    return NULL;
}

int main(void)
{
    pthread_t first, second;

    pthread_create(&first, NULL, transfer, NULL);
    pthread_create(&second, NULL, undo, NULL);
    pthread_join(first, NULL);
    pthread_join(second, NULL);
    puts("both threads came through");
    return 0;
}
