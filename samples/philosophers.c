/*
 * Five philosophers, five forks: everybody takes the left one, then the right one. They eat one after the other
 * here.
 *
 * Expected: POSSIBLE DEADLOCK, parallel, a ring of five
 *   dine holds each of forks (line 26) and waits for the next (line 27)
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>

#include "../tests/support/quiet_barrier.h"

#define PHILOSOPHERS 5

static pthread_mutex_t forks[PHILOSOPHERS];
static struct quiet_counter turns;

static void *dine(void *argument)
{
    intptr_t seat = (intptr_t)argument;
    pthread_mutex_t *left = &forks[seat];
    pthread_mutex_t *right = &forks[(seat + 1) % PHILOSOPHERS];

    quiet_counter_await(&turns, (int)seat);
    pthread_mutex_lock(left);
    pthread_mutex_lock(right);
    printf("philosopher %d eats\n", (int)seat);
    pthread_mutex_unlock(right);
    pthread_mutex_unlock(left);
    quiet_counter_advance(&turns);
    return NULL;
}

int main(void)
{
    pthread_t threads[PHILOSOPHERS];

    for (int i = 0; i < PHILOSOPHERS; i++)
        pthread_mutex_init(&forks[i], NULL);
    for (intptr_t i = 0; i < PHILOSOPHERS; i++)
        pthread_create(&threads[i], NULL, dine, (void *)i);
    for (int i = 0; i < PHILOSOPHERS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < PHILOSOPHERS; i++)
        pthread_mutex_destroy(&forks[i]);
    return 0;
}
