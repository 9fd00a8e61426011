/*
 * What glibc keeps inside a pthread_mutex_t: who owns it, how often, and of what kind it is.  The only file that
 * knows this layout; interpose/layout.c proves it at start with a real mutex.
 */
#ifndef DLC_BASE_GLIBC_MUTEX_H
#define DLC_BASE_GLIBC_MUTEX_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    DLC_GLIBC_TYPE_MASK = 3, /* normal 0, recursive 1, errorcheck 2, adaptive 3 */
    DLC_GLIBC_RECURSIVE = 1,
    DLC_GLIBC_ERRORCHECK = 2,
    DLC_GLIBC_ADAPTIVE = 3,
    DLC_GLIBC_ROBUST = 16,
    DLC_GLIBC_INHERIT = 32,
    DLC_GLIBC_PROTECT = 64,
    DLC_GLIBC_PSHARED = 128,
    DLC_GLIBC_KIND_MASK = 127 /* without the bits for sharing and lock elision */
};

static inline int dlc_glibc_kind(const pthread_mutex_t *mutex)
{
    return __atomic_load_n(&mutex->__data.__kind, __ATOMIC_RELAXED);
}

static inline uint32_t dlc_glibc_owner(const pthread_mutex_t *mutex)
{
    return (uint32_t)__atomic_load_n(&mutex->__data.__owner, __ATOMIC_RELAXED);
}

/* Where the owner's kernel id and the kind lie, for a mutex in memory that may be gone by now. */
#define DLC_GLIBC_OWNER_OFFSET offsetof(pthread_mutex_t, __data.__owner)
#define DLC_GLIBC_KIND_OFFSET  offsetof(pthread_mutex_t, __data.__kind)

/* Whether the owner holds a recursive mutex more than once. To be asked by the owner. */
static inline bool dlc_glibc_held_again(const pthread_mutex_t *mutex)
{
    return (dlc_glibc_kind(mutex) & DLC_GLIBC_TYPE_MASK) == DLC_GLIBC_RECURSIVE && mutex->__data.__count > 1;
}

#endif
