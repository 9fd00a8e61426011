/*
 * A std::condition_variable waits while its thread holds a second std::mutex: when it is woken, it takes the first
 * one again, after the second. The filler takes them in the usual order, when the waiter is done.
 *
 * Expected: POSSIBLE DEADLOCK, twice
 *   parallel: drain holds statistics (line 25) and waits for queue inside the wait (line 28),
 *     count holds queue (line 34) and waits for statistics (line 35)
 *   same-thread: the same wait (line 28) against drain's own order (lines 24 and 25)
 */
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <thread>

#include "../tests/support/quiet_barrier.h"

static std::mutex queue, statistics;
static std::condition_variable filled;
static int waiting;
static quiet_counter drain_started, drain_done;

static void drain()
{
    std::unique_lock<std::mutex> queue_guard(queue);
    std::lock_guard<std::mutex> statistics_guard(statistics);
    quiet_counter_advance(&drain_started);
    while (waiting == 0)
        filled.wait(queue_guard);
    std::printf("%d waited\n", waiting);
}

static void count()
{
    std::lock_guard<std::mutex> queue_guard(queue);
    std::lock_guard<std::mutex> statistics_guard(statistics);
    std::printf("%d waiting\n", waiting);
}

static void fill()
{
    quiet_counter_await(&drain_started, 1);
    {
        std::lock_guard<std::mutex> queue_guard(queue);
        waiting = 3;
        filled.notify_one();
    }
    quiet_counter_await(&drain_done, 1);
    count();
}

int main()
{
    std::thread first([] {
        drain();
        quiet_counter_advance(&drain_done);
    });
    std::thread second(fill);

    first.join();
    second.join();
    return 0;
}
