/*
 * One thread takes its lock, and takes it again: it waits for itself.
 *
 * Expected: DEADLOCK
 *   add_twice holds mutex (line 22) and waits for mutex in add (line 15)
 */
#include <pthread.h>
#include <stdio.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int total;

static void add(int amount)
{
    pthread_mutex_lock(&mutex);
    total += amount;
    pthread_mutex_unlock(&mutex);
}

static void add_twice(int amount)
{
    pthread_mutex_lock(&mutex);
    add(amount);
    add(amount);
    pthread_mutex_unlock(&mutex);
}

int main(void)
{
    add_twice(21);
    printf("%d\n", total);
    return 0;
}
