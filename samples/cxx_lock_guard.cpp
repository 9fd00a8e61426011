/*
 * Two std::mutex, taken by std::lock_guard in opposite orders, one thread after the other.
 *
 * Expected: POSSIBLE DEADLOCK, parallel
 *   Bank::deposit holds vault (line 23) and waits for ledger (line 24)
 *   Bank::audit holds ledger (line 31) and waits for vault (line 32)
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
        std::lock_guard<std::mutex> vault_guard(vault);
        std::lock_guard<std::mutex> ledger_guard(ledger);
        money += amount;
        entries++;
    }

    int audit()
    {
        std::lock_guard<std::mutex> ledger_guard(ledger);
        std::lock_guard<std::mutex> vault_guard(vault);
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
