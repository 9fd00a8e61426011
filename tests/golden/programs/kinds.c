/*
 * Two threads take two locks in opposite orders and hang, with the kind of lock that argv[1] names: the cycle is
 * found for each, by what each kind keeps in its own way.
 *
 * Expected: DEADLOCK
 *   do1 holds mutex_a (line 20) and waits for mutex_b (line 22)
 *   do2 holds mutex_b (line 29) and waits for mutex_a (line 31)
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/quiet_barrier.h"

static pthread_mutex_t mutex_a, mutex_b;
static struct quiet_counter both_hold_one;

static void *do1(void *unused)
{
    pthread_mutex_lock(&mutex_a);
    quiet_barrier_wait(&both_hold_one, 2);
    pthread_mutex_lock(&mutex_b);
    puts("do1 has both");
    return unused;
}

static void *do2(void *unused)
{
    pthread_mutex_lock(&mutex_b);
    quiet_barrier_wait(&both_hold_one, 2);
    pthread_mutex_lock(&mutex_a);
    puts("do2 has both");
    return unused;
}

static int set_kind(pthread_mutexattr_t *attributes, const char *kind)
{
    if (strcmp(kind, "normal") == 0)
        return pthread_mutexattr_settype(attributes, PTHREAD_MUTEX_NORMAL);
    if (strcmp(kind, "recursive") == 0)
        return pthread_mutexattr_settype(attributes, PTHREAD_MUTEX_RECURSIVE);
    if (strcmp(kind, "errorcheck") == 0)
        return pthread_mutexattr_settype(attributes, PTHREAD_MUTEX_ERRORCHECK);
    if (strcmp(kind, "adaptive") == 0)
        return pthread_mutexattr_settype(attributes, PTHREAD_MUTEX_ADAPTIVE_NP);
    if (strcmp(kind, "robust") == 0)
        return pthread_mutexattr_setrobust(attributes, PTHREAD_MUTEX_ROBUST);
    if (strcmp(kind, "robust-inherit") == 0)
        return pthread_mutexattr_setrobust(attributes, PTHREAD_MUTEX_ROBUST) |
               pthread_mutexattr_setprotocol(attributes, PTHREAD_PRIO_INHERIT);
    return -1;
}

int main(int argument_count, char **arguments)
{
    pthread_mutexattr_t attributes;
    pthread_t first, second;

    pthread_mutexattr_init(&attributes);
    if (argument_count != 2 || set_kind(&attributes, arguments[1]) != 0)
        return 2;
    pthread_mutex_init(&mutex_a, &attributes);
    pthread_mutex_init(&mutex_b, &attributes);
    pthread_create(&first, NULL, do1, NULL);
    pthread_create(&second, NULL, do2, NULL);
    pthread_join(first, NULL);
    pthread_join(second, NULL);
    return 0;
}
