/*
 * The fixed twin of task_ring.c: whose turn it is stands in a variable; one lock guards it, a condition variable
 * tells of its changes.
 *
 * Expected: nothing
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn_changed = PTHREAD_COND_INITIALIZER;
static int turn = 1;

static void *task(void *number)
{
    int own = (int)(intptr_t)number;

    pthread_mutex_lock(&lock);
    while (turn != own)
        pthread_cond_wait(&turn_changed, &lock);
    printf("task %d\n", own);
    turn++;
    pthread_cond_broadcast(&turn_changed);
    pthread_mutex_unlock(&lock);
    return NULL;
}

int main(void)
{
    pthread_t threads[3];

    for (intptr_t i = 0; i < 3; i++)
        pthread_create(&threads[i], NULL, task, (void *)(i + 1));
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    return 0;
}
