/*
 * The fixed twin of ten_threads.c: both names mean one recursive lock, which a thread may take again while it has
 * it. The threads need not take turns any more.
 *
 * Expected: nothing
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>

#define THREADS 10

static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_mutex_t *const mutex_a = &lock;
static pthread_mutex_t *const mutex_b = &lock;
static int turns_taken;

static void func1(void)
{
    pthread_mutex_lock(mutex_a);
    pthread_mutex_lock(mutex_b);
    turns_taken++;
    pthread_mutex_unlock(mutex_b);
    pthread_mutex_unlock(mutex_a);
}

static void func2(void)
{
    pthread_mutex_lock(mutex_b);
    pthread_mutex_lock(mutex_a);
    turns_taken++;
    pthread_mutex_unlock(mutex_a);
    pthread_mutex_unlock(mutex_b);
}

static void *run(void *unused)
{
    (void)unused;
    func1();
    func2();
    return NULL;
}

int main(void)
{
    pthread_t threads[THREADS];

    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, run, NULL);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    printf("%d turns\n", turns_taken);
    return 0;
}
