/*
 * One thread takes two locks in both orders, one after the other. Alone it cannot hang; a second thread that runs
 * the same code can hang with it. The other thread here takes the locks only one at a time.
 *
 * Expected: POSSIBLE DEADLOCK, same-thread
 *   func1 holds mutex_a (line 17) and waits for mutex_b (line 18)
 *   func2 holds mutex_b (line 25) and waits for mutex_a (line 26)
 */
#include <pthread.h>
#include <stdio.h>

static pthread_mutex_t mutex_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t mutex_b = PTHREAD_MUTEX_INITIALIZER;

static void func1(void)
{
    pthread_mutex_lock(&mutex_a);
    pthread_mutex_lock(&mutex_b);
    pthread_mutex_unlock(&mutex_b);
    pthread_mutex_unlock(&mutex_a);
}

static void func2(void)
{
    pthread_mutex_lock(&mutex_b);
    pthread_mutex_lock(&mutex_a);
    pthread_mutex_unlock(&mutex_a);
    pthread_mutex_unlock(&mutex_b);
}

static void *both_orders(void *unused)
{
    (void)unused;
    func1();
    func2();
    return NULL;
}

static void *one_at_a_time(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&mutex_a);
    pthread_mutex_unlock(&mutex_a);
    pthread_mutex_lock(&mutex_b);
    pthread_mutex_unlock(&mutex_b);
    return NULL;
}

int main(void)
{
    pthread_t first, second;

    pthread_create(&first, NULL, both_orders, NULL);
    pthread_create(&second, NULL, one_at_a_time, NULL);
    pthread_join(first, NULL);
    pthread_join(second, NULL);
    puts("both threads came through");
    return 0;
}
