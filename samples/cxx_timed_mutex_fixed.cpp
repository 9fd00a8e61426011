/*
 * The fixed twin of cxx_timed_mutex.cpp: both functions take mutex_a first.
 *
 * Expected: nothing
 */
#include <chrono>
#include <cstdio>
#include <mutex>
#include <thread>

#include "../tests/support/quiet_barrier.h"

static std::timed_mutex mutex_a, mutex_b;
static quiet_counter turns;

static void do1()
{
    std::lock_guard<std::timed_mutex> a(mutex_a);
    std::unique_lock<std::timed_mutex> b(mutex_b, std::defer_lock);
    if (b.try_lock_for(std::chrono::minutes(1)))
        std::puts("do1 has both");
}

static void do2()
{
    std::lock_guard<std::timed_mutex> a(mutex_a);
    std::unique_lock<std::timed_mutex> b(mutex_b, std::defer_lock);
    if (b.try_lock_for(std::chrono::minutes(1)))
        std::puts("do2 has both");
}

int main()
{
    std::thread first([] {
        do1();
        quiet_counter_advance(&turns);
    });
    std::thread second([] {
        quiet_counter_await(&turns, 1);
        do2();
    });

    first.join();
    second.join();
    return 0;
}
