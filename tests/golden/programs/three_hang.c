/*
 * Three threads really hang in a ring, of which the middle one waits inside pthread_cond_wait for its mutex.
 *
 * Expected: DEADLOCK, and POSSIBLE DEADLOCK, same-thread, for what second does alone
 *   first holds a (line 26) and waits for b (line 30)
 *   second holds c (line 38) and waits for a, which it took first (line 37) and its
 *     pthread_cond_wait gave up (line 41)
 *   third holds b (line 48) and waits for c (line 50)
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>

#include "tests/support/quiet_barrier.h"

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t c = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t woken = PTHREAD_COND_INITIALIZER;
static bool ready;
static struct quiet_counter second_waits, all_hold_one;

static void *first(void *unused)
{
    quiet_counter_await(&second_waits, 1);
    pthread_mutex_lock(&a);
    ready = true;
    pthread_cond_signal(&woken);
    quiet_barrier_wait(&all_hold_one, 2);
    pthread_mutex_lock(&b);
    puts("first has both");
    return unused;
}

static void *second(void *unused)
{
    pthread_mutex_lock(&a);
    pthread_mutex_lock(&c);
    quiet_counter_advance(&second_waits);
    while (!ready)
        pthread_cond_wait(&woken, &a);
    puts("second has both");
    return unused;
}

static void *third(void *unused)
{
    pthread_mutex_lock(&b);
    quiet_barrier_wait(&all_hold_one, 2);
    pthread_mutex_lock(&c);
    puts("third has both");
    return unused;
}

int main(void)
{
    void *(*const tasks[])(void *) = {first, second, third};
    pthread_t threads[3];

    for (int i = 0; i < 3; i++)
        pthread_create(&threads[i], NULL, tasks[i], NULL);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    return 0;
}
