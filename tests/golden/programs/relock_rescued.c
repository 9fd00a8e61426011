/*
 * A thread takes its lock again, and is let on by another thread that releases it: no deadlock, but two misuses.
 * The rescuer comes when the kernel says that the thread sleeps.
 *
 * Expected: MISUSE, relock, and MISUSE, unlock-not-owner
 *   relock takes mutex (line 24) and takes it again (line 26)
 *   main releases mutex (line 56), which relock holds (line 24)
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/quiet_barrier.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct quiet_counter locked;
static pid_t relocker;

static void *relock(void *unused)
{
    relocker = gettid();
    pthread_mutex_lock(&mutex);
    quiet_counter_advance(&locked);
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    return unused;
}

/* Waits until a thread is asleep in a futex call. */
static void await_futex_wait(pid_t thread)
{
    char path[64], text[32];

    snprintf(path, sizeof path, "/proc/self/task/%d/syscall", thread);
    for (;;) {
        int file = open(path, O_RDONLY);
        ssize_t length = read(file, text, sizeof text - 1);

        close(file);
        text[length > 0 ? length : 0] = '\0';
        if (strtol(text, NULL, 10) == SYS_futex)
            return;
        sched_yield();
    }
}

int main(void)
{
    pthread_t thread;

    pthread_create(&thread, NULL, relock, NULL);
    quiet_counter_await(&locked, 1);
    await_futex_wait(relocker);
    pthread_mutex_unlock(&mutex);
    pthread_join(thread, NULL);
    return 0;
}
