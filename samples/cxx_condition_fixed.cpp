/*
 * The fixed twin of cxx_condition.cpp: the statistics are locked when the wait is over.
 *
 * Expected: nothing
 */
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <thread>

static std::mutex queue, statistics;
static std::condition_variable filled;
static int waiting;

static void drain()
{
    std::unique_lock<std::mutex> queue_guard(queue);
    filled.wait(queue_guard, [] { return waiting != 0; });
    std::lock_guard<std::mutex> statistics_guard(statistics);
    std::printf("%d waited\n", waiting);
}

static void fill()
{
    std::lock_guard<std::mutex> queue_guard(queue);
    std::lock_guard<std::mutex> statistics_guard(statistics);
    waiting = 3;
    filled.notify_one();
}

int main()
{
    std::thread first(drain);
    std::thread second(fill);

    first.join();
    second.join();
    return 0;
}
