/* A library whose constructor takes locks and runs a thread, and whose destructor takes them again. */
#include <pthread.h>
#include <stdlib.h>

__attribute__((visibility("default"))) int early_library_steps;

static pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t inner;

static void *take_both(void *unused)
{
    if (pthread_mutex_lock(&outer) != 0 || pthread_mutex_lock(&inner) != 0)
        abort();
    early_library_steps++;
    if (pthread_mutex_unlock(&inner) != 0 || pthread_mutex_unlock(&outer) != 0)
        abort();
    return unused;
}

__attribute__((constructor)) static void construct(void)
{
    pthread_t thread;

    if (pthread_mutex_init(&inner, NULL) != 0)
        abort();
    take_both(NULL);
    if (pthread_create(&thread, NULL, take_both, NULL) != 0 || pthread_join(thread, NULL) != 0)
        abort();
}

__attribute__((destructor)) static void destruct(void)
{
    take_both(NULL);
    if (pthread_mutex_destroy(&inner) != 0)
        abort();
}
