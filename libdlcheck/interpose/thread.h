/* Joining and detaching, for the pthread and the C11 functions alike. */
#ifndef DLC_INTERPOSE_THREAD_H
#define DLC_INTERPOSE_THREAD_H

#include <pthread.h>
#include <stdbool.h>
#include <time.h>

#include "libdlcheck/track/stack.h"

struct dlc_join_call {
    pthread_t thread;
    void **result;
    int *result_c11;
    clockid_t clock;
    const struct timespec *until; /* NULL: no timeout */
    int (*join)(const struct dlc_join_call *call);
};

/* Joins by `call->join` and returns what that returns; 0 of any family means that the thread was joined. */
int dlc_join(const struct dlc_join_call *call, struct dlc_caller caller);

/* Detaches by `detach` and returns what that returns. */
int dlc_detach(pthread_t thread, int (*detach)(pthread_t thread));

#endif
