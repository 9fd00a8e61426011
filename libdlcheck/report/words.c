#include "libdlcheck/report/words.h"

#include "libdlcheck/report/report.h"

const char *dlc_report_kind_name(enum dlc_finding_kind kind)
{
    switch (kind) {
    case DLC_FINDING_DEADLOCK:
        return "deadlock";
    case DLC_FINDING_HANG:
        return "hang";
    case DLC_FINDING_POSSIBLE_DEADLOCK:
        return "possible-deadlock";
    case DLC_FINDING_MISUSE:
        return "misuse";
    case DLC_FINDING_KIND_COUNT:
        break;
    }
    return "unknown";
}

const char *dlc_words_certainty(enum dlc_finding_kind kind)
{
    switch (kind) {
    case DLC_FINDING_DEADLOCK:
        return "DEADLOCK";
    case DLC_FINDING_HANG:
        return "HANG";
    case DLC_FINDING_POSSIBLE_DEADLOCK:
        return "POSSIBLE DEADLOCK";
    case DLC_FINDING_MISUSE:
        return "MISUSE";
    case DLC_FINDING_KIND_COUNT:
        break;
    }
    return "UNKNOWN";
}

struct label_words {
    const char *name;
    const char *sentence;
    const char *counted; /* only for labels that keep a cycle out of the report */
};

static const struct label_words labels[DLC_LABEL_COUNT] = {
    [DLC_LABEL_PARALLEL] =
        {"parallel",
         "Nothing speaks against it: different threads came through here, free to run at the same "
         "time, with no lock in common.",
         ""},
    [DLC_LABEL_ORDERED] =
        {"ordered",
         "In this run, creating or joining threads kept these places from running at the same time. "
         "If that always holds, it cannot happen.",
         ""},
    [DLC_LABEL_SAME_THREAD] =
        {"same-thread",
         "In this run, one thread took the locks in both orders, one after the other. It needs a "
         "second thread in the same code to happen.",
         ""},
    [DLC_LABEL_TIMED] =
        {"timed",
         "A lock here is taken with a timeout, so the threads would stall until it runs out, not for "
         "ever.",
         ""},
    [DLC_LABEL_UNKNOWN] =
        {"unknown",
         "So many threads came through here that not all of them were kept: whether these can run "
         "at the same time is not known.",
         ""},
    [DLC_LABEL_GUARDED] =
        {"guarded",
         "Two of these threads hold a lock in common, which keeps them from being here at the same "
         "time. It cannot happen while every path takes that lock.",
         "a lock in common keeps the threads apart"},
    [DLC_LABEL_READ_ONLY] =
        {"read-only", "Only readers meet here, and on locks of this kind readers do not wait for each other.",
         "only readers, which do not wait for each other"},
    [DLC_LABEL_UNSHARED] =
        {"unshared", "One of these locks was only ever taken by the thread that made it, so nobody waits for it.",
         "a lock that only one thread ever took"},
    [DLC_LABEL_TRIED] = {"tried", "A lock here was taken by a trylock, which does not wait.",
                         "a trylock, which does not wait"},
};

const char *dlc_report_label_name(enum dlc_label label)
{
    return label < DLC_LABEL_COUNT ? labels[label].name : "unknown";
}

const char *dlc_words_label(enum dlc_label label)
{
    return label < DLC_LABEL_COUNT ? labels[label].sentence : "";
}

const char *dlc_words_label_counted(enum dlc_label label)
{
    return label < DLC_LABEL_COUNT ? labels[label].counted : "";
}

struct rule_words {
    const char *name;
    const char *sentence;
    const char *advice;
};

static const struct rule_words rules[DLC_RULE_COUNT] = {
    [DLC_RULE_NONE] = {"none", "", ""},
    [DLC_RULE_UNLOCK_NOT_OWNER] = {"unlock-not-owner",
                                   "A thread unlocks a mutex that another thread has locked. POSIX leaves open "
                                   "what then happens: the critical "
                                   "section of the other thread is no longer protected.",
                                   "Unlock a mutex in the thread that locked it. To signal from one thread to "
                                   "another, use a condition variable "
                                   "or a semaphore."},
    [DLC_RULE_UNLOCK_NOT_LOCKED] =
        {"unlock-not-locked",
         "A thread unlocks a mutex that nobody has locked. POSIX leaves open what then happens: the mutex may be "
         "broken "
         "from here on.",
         "Remove the unlock that is too many, often one on an error path after the mutex was already released."},
    [DLC_RULE_RELOCK] = {"relock",
                         "A thread locks a normal mutex that it holds already. It waits for itself, and goes on "
                         "only if another thread "
                         "unlocks the mutex, which POSIX does not allow.",
                         "Split the inner function into one part that locks and one that expects the lock to be "
                         "held; or make the mutex "
                         "recursive (PTHREAD_MUTEX_RECURSIVE)."},
    [DLC_RULE_OWNER_EXITED] =
        {"owner-exited",
         "A thread waits for a mutex whose owner has ended without unlocking it. Nobody is left to unlock it.",
         "Unlock the mutex on every way out of the thread: early returns, pthread_exit, and cancellation "
         "(pthread_cleanup_push). A robust mutex tells the next owner instead."},
    [DLC_RULE_DESTROY_LOCKED] =
        {"destroy-locked",
         "A mutex is destroyed while it is locked. POSIX leaves open what then happens, and the owner will unlock "
         "memory that may be something else by then.",
         "Destroy a mutex only after its last user is done: unlock it first, and join the threads that use it."},
};

const char *dlc_report_rule_name(enum dlc_misuse_rule rule)
{
    return rule < DLC_RULE_COUNT ? rules[rule].name : "unknown";
}

const char *dlc_words_rule(enum dlc_misuse_rule rule)
{
    return rule < DLC_RULE_COUNT ? rules[rule].sentence : "";
}

const char *dlc_words_rule_advice(enum dlc_misuse_rule rule)
{
    return rule < DLC_RULE_COUNT ? rules[rule].advice : "";
}

struct counter_words {
    const char *name;
    const char *sentence;
};

static const struct counter_words counters[DLC_COUNTER_COUNT] = {
    [DLC_COUNT_CONTEXTS_DROPPED] = {"contexts_dropped",
                                    "nested acquisitions not kept: the recording could not grow"},
    [DLC_COUNT_STACKS_DROPPED] = {"stacks_dropped", "call stacks not kept: the recording could not grow"},
    [DLC_COUNT_RECORDS_DROPPED] = {"records_dropped",
                                   "threads, locks or libraries not kept: the recording could not grow"},
    [DLC_COUNT_STACKS_SHORT] = {"stacks_short",
                                "call stacks cut short: signal stacks, stacks nearly full, or before start-up"},
    [DLC_COUNT_EVENTS_INSIDE] = {"events_inside",
                                 "lock operations in signal handlers that interrupted dlcheck itself"},
    [DLC_COUNT_TRAILS_DROPPED] = {"trails_dropped",
                                  "threads not kept at places that very many threads came through"},
    [DLC_COUNT_CONTEXTS_RECYCLED] = {"contexts_recycled",
                                     "nested acquisitions forgotten with locks that only one thread ever took"},
    [DLC_COUNT_GROWTH_FAILED] =
        {"growth_failed", "times the recording could not grow (disk full, file size limit, or max_recording)"},
};

const char *dlc_report_counter_name(enum dlc_counter counter)
{
    return counter < DLC_COUNTER_COUNT ? counters[counter].name : "unknown";
}

const char *dlc_words_counter(enum dlc_counter counter)
{
    return counter < DLC_COUNTER_COUNT ? counters[counter].sentence : "";
}

const char *dlc_words_lock_kind(uint32_t kind)
{
    switch ((enum dlc_lock_kind)kind) {
    case DLC_LOCK_MUTEX:
        return "mutex";
    case DLC_LOCK_KIND_COUNT:
        break;
    }
    return "lock";
}
