/*
 * The fixed twin of cxx_lock_guard.cpp: std::scoped_lock takes both locks at once. It waits for one of them only,
 * and tries the other.
 *
 * Expected: nothing; one cycle is counted as tried
 */
#include <cstdio>
#include <mutex>
#include <thread>

#include "../tests/support/quiet_barrier.h"

static std::mutex vault, ledger;
static quiet_counter turns;

struct Bank {
    int money = 0;
    int entries = 0;

    void deposit(int amount)
    {
        std::scoped_lock both(vault, ledger);
        money += amount;
        entries++;
    }

    int audit()
    {
        std::scoped_lock both(ledger, vault);
        return entries ? money / entries : 0;
    }
};

int main()
{
    Bank bank;
    std::thread first([&] {
        bank.deposit(42);
        quiet_counter_advance(&turns);
    });
    std::thread second([&] {
        quiet_counter_await(&turns, 1);
        std::printf("%d on average\n", bank.audit());
    });

    first.join();
    second.join();
    return 0;
}
