/*
 * A method takes its object's std::mutex and calls another method that takes it, too.
 *
 * Expected: DEADLOCK
 *   Account::add_interest holds account.mutex (line 24) and waits for it in Account::deposit (line 18)
 */
#include <cstdio>
#include <mutex>

class Account
{
    std::mutex mutex;
    int money = 40;

  public:
    int deposit(int amount)
    {
        std::lock_guard<std::mutex> guard(mutex);
        return money += amount;
    }

    int add_interest()
    {
        std::lock_guard<std::mutex> guard(mutex);
        return deposit(money / 20);
    }
};

static Account account;

int main()
{
    std::printf("%d\n", account.add_interest());
    return 0;
}
