/* A library with two locks, which it takes in one order, or with REVERSED in the other. */
#include <pthread.h>

#if REVERSED
#define OUTER mutex_b
#define INNER mutex_a
#else
#define OUTER mutex_a
#define INNER mutex_b
#endif

static pthread_mutex_t mutex_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t mutex_b = PTHREAD_MUTEX_INITIALIZER;

__attribute__((visibility("default"))) int take_both(void);

int take_both(void)
{
    int status = pthread_mutex_lock(&OUTER) | pthread_mutex_lock(&INNER);

    return (status | pthread_mutex_unlock(&INNER) | pthread_mutex_unlock(&OUTER)) == 0;
}

__attribute__((destructor)) static void destruct(void)
{
    take_both();
}
