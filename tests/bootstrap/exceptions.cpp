/* C++: exceptions, cancellation and thread ends unwind through frames that hold locks, and every destructor runs.
 */
#include <condition_variable>
#include <cstdio>
#include <future>
#include <mutex>
#include <pthread.h>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/bootstrap/cases.h"
#include "tests/support/quiet_barrier.h"

static std::mutex outer, inner;
static int destroyed;

struct Counted {
    Counted() = default;
    Counted(const Counted &) = delete;
    Counted &operator=(const Counted &) = delete;
    ~Counted()
    {
        destroyed++;
    }
};

[[gnu::noinline]] static void throw_at(int depth)
{
    Counted counted;
    std::lock_guard<std::mutex> guard(depth % 2 ? outer : inner);

    if (depth == 0)
        throw std::runtime_error("thrown");
    throw_at(depth - 1);
}

static int expect_unlocked()
{
    EXPECT(outer.try_lock());
    outer.unlock();
    EXPECT(inner.try_lock());
    inner.unlock();
    return 0;
}

static int thrown()
{
    for (int i = 1; i <= 1000; i++) {
        try {
            throw_at(1);
        } catch (const std::runtime_error &error) {
            EXPECT_EQUAL(strcmp(error.what(), "thrown"), 0);
        }
        EXPECT_EQUAL(destroyed, 2 * i);
    }
    return expect_unlocked();
}

static int in_threads()
{
    std::vector<std::thread> threads;

    for (int i = 0; i < 4; i++)
        threads.emplace_back([] {
            for (int repeat = 0; repeat < 200; repeat++) {
                try {
                    throw_at(1);
                } catch (const std::exception &) {
                }
            }
        });
    for (auto &thread : threads)
        thread.join();
    return expect_unlocked();
}

static int through_future()
{
    std::future<int> result = std::async(std::launch::async, []() -> int {
        throw_at(1);
        return 1;
    });

    try {
        result.get();
        return CASES_FAILED;
    } catch (const std::runtime_error &error) {
        puts(error.what());
    }
    return expect_unlocked();
}

static int once_fails_first()
{
    std::once_flag flag;
    int attempts = 0;

    for (int i = 0; i < 3; i++) {
        try {
            std::call_once(flag, [&] {
                if (++attempts < 2)
                    throw_at(1);
            });
        } catch (const std::runtime_error &) {
        }
    }
    EXPECT_EQUAL(attempts, 2);
    return expect_unlocked();
}

static void *exit_under_guards(void *unused)
{
    Counted counted;
    std::lock_guard<std::mutex> outer_guard(outer);
    std::lock_guard<std::mutex> inner_guard(inner);

    pthread_exit(unused);
}

static int thread_exit()
{
    pthread_t thread;

    EXPECT_EQUAL(pthread_create(&thread, nullptr, exit_under_guards, nullptr), 0);
    EXPECT_EQUAL(pthread_join(thread, nullptr), 0);
    EXPECT_EQUAL(destroyed, 1);
    return expect_unlocked();
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static quiet_counter waiting;

struct Unlocker {
    ~Unlocker()
    {
        EXPECT_EQUAL(pthread_mutex_unlock(&mutex), 0);
    }
};

static void *wait_under_guards(void *unused)
{
    Counted counted;
    std::lock_guard<std::mutex> outer_guard(outer);

    EXPECT_EQUAL(pthread_mutex_lock(&mutex), 0);
    Unlocker unlocker;
    quiet_counter_advance(&waiting);
    for (;;)
        pthread_cond_wait(&cond, &mutex);
    return unused;
}

/* The unwinder passes through dlcheck's frame of pthread_cond_wait. */
static int cancelled()
{
    pthread_t thread;
    void *value;

    EXPECT_EQUAL(pthread_create(&thread, nullptr, wait_under_guards, nullptr), 0);
    quiet_counter_await(&waiting, 1);
    EXPECT_EQUAL(pthread_mutex_lock(&mutex), 0);
    EXPECT_EQUAL(pthread_mutex_unlock(&mutex), 0);
    EXPECT_EQUAL(pthread_cancel(thread), 0);
    EXPECT_EQUAL(pthread_join(thread, &value), 0);
    EXPECT(value == PTHREAD_CANCELED);
    EXPECT_EQUAL(destroyed, 1);
    EXPECT_EQUAL(pthread_mutex_trylock(&mutex), 0);
    EXPECT_EQUAL(pthread_mutex_unlock(&mutex), 0);
    return expect_unlocked();
}

struct LocksAtEnd {
    int uses = 0;

    ~LocksAtEnd()
    {
        std::lock_guard<std::mutex> outer_guard(outer);
        std::lock_guard<std::mutex> inner_guard(inner);
        std::printf("thread's object destroyed, %d uses\n", uses);
    }
};

static thread_local LocksAtEnd locks_at_end;

static int thread_local_destructors()
{
    std::thread([] { locks_at_end.uses++; }).join();
    locks_at_end.uses++;
    return 0;
}

static int uncaught()
{
    std::thread([] { throw_at(1); }).join();
    return 0;
}

static int through_noexcept()
{
    []() noexcept { throw_at(1); }();
    return 0;
}

static int relock_detected()
{
    std::recursive_mutex recursive;
    std::unique_lock<std::recursive_mutex> lock(recursive);

    try {
        lock.lock();
        return CASES_FAILED;
    } catch (const std::system_error &error) {
        EXPECT(error.code() == std::errc::resource_deadlock_would_occur);
    }
    lock.unlock();
    try {
        lock.unlock();
        return CASES_FAILED;
    } catch (const std::system_error &error) {
        EXPECT(error.code() == std::errc::operation_not_permitted);
    }
    return 0;
}

static const bootstrap_case cases[] = {
    {"thrown", thrown, ""},
    {"in_threads", in_threads, ""},
    {"through_future", through_future, ""},
    {"once_fails_first", once_fails_first, ""},
    {"thread_exit", thread_exit, ""},
    {"cancelled", cancelled, ""},
    {"thread_local_destructors", thread_local_destructors, ""},
    {"uncaught", uncaught, "signal=SIGABRT"},
    {"through_noexcept", through_noexcept, "signal=SIGABRT"},
    {"relock_detected", relock_detected, ""},
};
CASES_MAIN(cases)
