/*
 * dlcheck never calls the program's malloc once it has started: not on the hot path, and not when it writes down
 * something new. This program has its own malloc, which counts; tests/checks/CMakeLists.txt runs it preloaded.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define LOCKS  500
#define ROUNDS 200

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void __libc_free(void *block);

static unsigned long calls;

void *malloc(size_t size)
{
    __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED);
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED);
    return __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
    __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED);
    return __libc_realloc(block, size);
}

void free(void *block)
{
    if (block != NULL)
        __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED);
    __libc_free(block);
}

static pthread_mutex_t locks[LOCKS];
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;

static void take_pairs(int locks_used)
{
    for (int i = 1; i < locks_used; i++) {
        pthread_mutex_lock(&locks[i - 1]);
        pthread_mutex_lock(&locks[i]);
        pthread_cond_signal(&cond);
        pthread_mutex_unlock(&locks[i]);
        pthread_mutex_unlock(&locks[i - 1]);
    }
}

static int expect_no_calls(const char *when, unsigned long before)
{
    unsigned long made = calls - before;

    if (made != 0)
        printf("%lu calls of malloc or free %s\n", made, when);
    return made != 0;
}

int main(void)
{
    unsigned long before;
    int failed;

    for (int i = 0; i < LOCKS; i++)
        pthread_mutex_init(&locks[i], NULL);
    take_pairs(3);

    before = calls;
    take_pairs(LOCKS);
    failed = expect_no_calls("in contexts that are new", before);

    before = calls;
    for (int i = 0; i < ROUNDS; i++)
        take_pairs(LOCKS);
    failed |= expect_no_calls("in the steady state", before);

    before = calls;
    for (int i = 0; i < LOCKS; i++)
        pthread_mutex_destroy(&locks[i]);
    failed |= expect_no_calls("when locks are destroyed", before);
    return failed;
}
