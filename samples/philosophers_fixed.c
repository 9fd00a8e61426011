/*
 * The fixed twin of philosophers.c: everybody takes the fork with the lower number first.
 *
 * Expected: nothing
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>

#define PHILOSOPHERS 5

static pthread_mutex_t forks[PHILOSOPHERS];
static int meals[PHILOSOPHERS];

static void *dine(void *argument)
{
    intptr_t seat = (intptr_t)argument;
    intptr_t next = (seat + 1) % PHILOSOPHERS;
    pthread_mutex_t *lower = &forks[seat < next ? seat : next];
    pthread_mutex_t *higher = &forks[seat < next ? next : seat];

    pthread_mutex_lock(lower);
    pthread_mutex_lock(higher);
    meals[seat]++;
    pthread_mutex_unlock(higher);
    pthread_mutex_unlock(lower);
    return NULL;
}

int main(void)
{
    pthread_t threads[PHILOSOPHERS];

    for (int i = 0; i < PHILOSOPHERS; i++)
        pthread_mutex_init(&forks[i], NULL);
    for (intptr_t i = 0; i < PHILOSOPHERS; i++)
        pthread_create(&threads[i], NULL, dine, (void *)i);
    for (int i = 0; i < PHILOSOPHERS; i++) {
        pthread_join(threads[i], NULL);
        printf("philosopher %d ate %d times\n", i, meals[i]);
    }
    for (int i = 0; i < PHILOSOPHERS; i++)
        pthread_mutex_destroy(&forks[i]);
    return 0;
}
