/*
 * The fixed twin of cxx_relock.cpp: a std::recursive_mutex may be taken again by its owner.
 *
 * Expected: nothing
 */
#include <cstdio>
#include <mutex>

class Account
{
    std::recursive_mutex mutex;
    int money = 40;

  public:
    int deposit(int amount)
    {
        std::lock_guard<std::recursive_mutex> guard(mutex);
        return money += amount;
    }

    int add_interest()
    {
        std::lock_guard<std::recursive_mutex> guard(mutex);
        return deposit(money / 20);
    }
};

static Account account;

int main()
{
    std::printf("%d\n", account.add_interest());
    return 0;
}
