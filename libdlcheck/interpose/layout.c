#include "libdlcheck/interpose/layout.h"

#include <sys/syscall.h>
#include <unistd.h>

#include "libdlcheck/base/glibc_mutex.h"
#include "libdlcheck/interpose/real.h"

bool dlc_layout_is_known(void)
{
    pthread_mutexattr_t attributes;
    pthread_mutex_t mutex;
    bool known;

    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    known = dlc_real.pthread_mutex_init(&mutex, &attributes) == 0 && dlc_glibc_owner(&mutex) == 0 &&
            (dlc_glibc_kind(&mutex) & DLC_GLIBC_KIND_MASK) == DLC_GLIBC_RECURSIVE;
    dlc_real.pthread_mutex_trylock(&mutex);
    known = known && dlc_glibc_owner(&mutex) == (uint32_t)syscall(SYS_gettid) && !dlc_glibc_held_again(&mutex);
    dlc_real.pthread_mutex_trylock(&mutex);
    known = known && dlc_glibc_held_again(&mutex);
    dlc_real.pthread_mutex_unlock(&mutex);
    dlc_real.pthread_mutex_unlock(&mutex);
    known = known && dlc_glibc_owner(&mutex) == 0;
    dlc_real.pthread_mutex_destroy(&mutex);
    pthread_mutexattr_destroy(&attributes);
    return known;
}
