/*
 * Three tasks take turns by releasing each other's locks. A mutex belongs to the thread that took it: releasing
 * another thread's is undefined, even where it happens to work.
 *
 * Expected: MISUSE, unlock-not-owner, three times
 *   task1 releases lock2 (line 21), task2 releases lock3 (line 30), both taken by main (lines 48 and 49)
 *   task3 releases lock1 (line 39), taken by task1 (line 19)
 */
#include <pthread.h>
#include <stdio.h>

static pthread_mutex_t lock1 = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock2 = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock3 = PTHREAD_MUTEX_INITIALIZER;

static void *task1(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&lock1);
    puts("task 1");
    pthread_mutex_unlock(&lock2);
    return NULL;
}

static void *task2(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&lock2);
    puts("task 2");
    pthread_mutex_unlock(&lock3);
    return NULL;
}

static void *task3(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&lock3);
    puts("task 3");
    pthread_mutex_unlock(&lock1);
    return NULL;
}

int main(void)
{
    void *(*const tasks[])(void *) = {task1, task2, task3};
    pthread_t threads[3];

    pthread_mutex_lock(&lock2);
    pthread_mutex_lock(&lock3);
    for (int i = 0; i < 3; i++)
        pthread_create(&threads[i], NULL, tasks[i], NULL);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    return 0;
}
