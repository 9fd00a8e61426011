/* Locks in signal handlers: while the thread waits, in the middle of its own lock calls, on an alternate stack.
   What is not safe by the letter of POSIX is done by real programs, with locks that only handlers take. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>

#include "tests/bootstrap/cases.h"
#include "tests/support/quiet_barrier.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_mutex_t handler_outer = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t handler_inner = PTHREAD_MUTEX_INITIALIZER;
static volatile sig_atomic_t handled;
static struct quiet_counter handled_quietly, waiting;
static int ready;

static void handle(int number)
{
    int before = errno;

    (void)number;
    EXPECT_EQUAL(pthread_mutex_lock(&handler_outer), 0);
    EXPECT_EQUAL(pthread_mutex_lock(&handler_inner), 0);
    handled++;
    EXPECT_EQUAL(pthread_mutex_unlock(&handler_inner), 0);
    EXPECT_EQUAL(pthread_mutex_unlock(&handler_outer), 0);
    EXPECT_EQUAL(errno, before);
    quiet_counter_advance(&handled_quietly);
}

static void install(int number, int flags)
{
    struct sigaction action = {.sa_handler = handle, .sa_flags = flags};

    sigemptyset(&action.sa_mask);
    EXPECT_EQUAL(sigaction(number, &action, NULL), 0);
}

static void *wait_for_ready(void *unused)
{
    EXPECT_EQUAL(pthread_mutex_lock(&mutex), 0);
    quiet_counter_advance(&waiting);
    while (!ready)
        EXPECT_EQUAL(pthread_cond_wait(&cond, &mutex), 0);
    EXPECT_EQUAL(pthread_mutex_unlock(&mutex), 0);
    return unused;
}

static int while_waiting(void)
{
    pthread_t thread;

    install(SIGUSR1, SA_RESTART);
    EXPECT_EQUAL(pthread_create(&thread, NULL, wait_for_ready, NULL), 0);
    quiet_counter_await(&waiting, 1);
    for (int i = 1; i <= 20; i++) {
        EXPECT_EQUAL(pthread_kill(thread, SIGUSR1), 0);
        quiet_counter_await(&handled_quietly, i);
    }
    EXPECT_EQUAL(pthread_mutex_lock(&mutex), 0);
    ready = 1;
    EXPECT_EQUAL(pthread_cond_signal(&cond), 0);
    EXPECT_EQUAL(pthread_mutex_unlock(&mutex), 0);
    EXPECT_EQUAL(pthread_join(thread, NULL), 0);
    EXPECT_EQUAL(handled, 20);
    return 0;
}

static void lock_in_many_places(pthread_mutex_t *locks, int count)
{
    for (int outer = 0; outer < count; outer++) {
        for (int inner = outer + 1; inner < count; inner++) {
            EXPECT_EQUAL(pthread_mutex_lock(&locks[outer]), 0);
            EXPECT_EQUAL(pthread_mutex_lock(&locks[inner]), 0);
            EXPECT_EQUAL(pthread_mutex_unlock(&locks[outer]), 0);
            EXPECT_EQUAL(pthread_mutex_unlock(&locks[inner]), 0);
        }
    }
}

/* A timer interrupts lock calls that dlcheck knows already, and others that are new to it. */
static int in_lock_calls(void)
{
    struct itimerval timer = {.it_interval = {.tv_usec = 100}, .it_value = {.tv_usec = 100}};
    struct itimerval stop = {0};
    static pthread_mutex_t locks[64];

    install(SIGALRM, SA_RESTART);
    EXPECT_EQUAL(setitimer(ITIMER_REAL, &timer, NULL), 0);
    while (handled < 500) {
        for (int i = 0; i < 64; i++)
            EXPECT_EQUAL(pthread_mutex_init(&locks[i], NULL), 0);
        lock_in_many_places(locks, 64);
        for (int i = 0; i < 64; i++)
            EXPECT_EQUAL(pthread_mutex_destroy(&locks[i]), 0);
    }
    EXPECT_EQUAL(setitimer(ITIMER_REAL, &stop, NULL), 0);
    return 0;
}

static volatile sig_atomic_t stop_kicking;

static void *kick(void *main_thread)
{
    while (!stop_kicking) {
        int before = __atomic_load_n(&handled_quietly.value, __ATOMIC_SEQ_CST);

        EXPECT_EQUAL(pthread_kill(*(pthread_t *)main_thread, SIGUSR2), 0);
        quiet_counter_await(&handled_quietly, before + 1);
    }
    return NULL;
}

/* The lock calls are interrupted while other threads fight for the same lock. */
static void *fight(void *unused)
{
    while (!stop_kicking) {
        EXPECT_EQUAL(pthread_mutex_lock(&mutex), 0);
        ready++;
        EXPECT_EQUAL(pthread_mutex_unlock(&mutex), 0);
    }
    return unused;
}

static int in_contended_calls(void)
{
    pthread_t self = pthread_self();
    pthread_t kicker, fighter;

    install(SIGUSR2, SA_RESTART);
    EXPECT_EQUAL(pthread_create(&kicker, NULL, kick, &self), 0);
    EXPECT_EQUAL(pthread_create(&fighter, NULL, fight, NULL), 0);
    while (handled < 1000) {
        EXPECT_EQUAL(pthread_mutex_lock(&mutex), 0);
        ready++;
        EXPECT_EQUAL(pthread_mutex_unlock(&mutex), 0);
    }
    stop_kicking = 1;
    EXPECT_EQUAL(pthread_join(kicker, NULL), 0);
    EXPECT_EQUAL(pthread_join(fighter, NULL), 0);
    return 0;
}

static void handle_on_stack(size_t stack_bytes)
{
    stack_t stack = {
        .ss_sp = mmap(NULL, stack_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
        .ss_size = stack_bytes,
    };

    EXPECT(stack.ss_sp != MAP_FAILED);
    EXPECT_EQUAL(sigaltstack(&stack, NULL), 0);
    for (int i = 0; i < 10; i++)
        EXPECT_EQUAL(raise(SIGUSR1), 0);
}

/* The size that older programs have compiled in is enough where the kernel's own part leaves half of it. */
static int alternate_stack(void)
{
    size_t kernel_bytes = (size_t)sysconf(_SC_MINSIGSTKSZ);

    install(SIGUSR1, SA_ONSTACK);
    handle_on_stack((size_t)sysconf(_SC_SIGSTKSZ));
    handle_on_stack(kernel_bytes <= 4096 ? 8192 : 2 * kernel_bytes);
    EXPECT_EQUAL(handled, 20);
    return 0;
}

/* A handler leaves a lock call for good, as an interpreter's does. The lock is never used again; another thread
   must not notice. */
static sigjmp_buf back;
static pthread_mutex_t fresh[64];

static void jump_back(int number)
{
    (void)number;
    siglongjmp(back, 1);
}

static void *lock_until_told(void *unused)
{
    while (!stop_kicking) {
        for (int i = 0; i < 64; i++)
            EXPECT_EQUAL(pthread_mutex_init(&fresh[i], NULL), 0);
        lock_in_many_places(fresh, 64);
    }
    return unused;
}

static int jump_out(void)
{
    struct sigaction action = {.sa_handler = jump_back};
    static pthread_mutex_t left[500][2];
    pthread_t thread;
    sigset_t alarm_only;

    EXPECT_EQUAL(sigaction(SIGALRM, &action, NULL), 0);
    sigemptyset(&alarm_only);
    sigaddset(&alarm_only, SIGALRM);
    EXPECT_EQUAL(pthread_sigmask(SIG_BLOCK, &alarm_only, NULL), 0);
    EXPECT_EQUAL(pthread_create(&thread, NULL, lock_until_told, NULL), 0);
    EXPECT_EQUAL(pthread_sigmask(SIG_UNBLOCK, &alarm_only, NULL), 0);
    for (volatile int i = 0; i < 500; i++) {
        struct itimerval once = {.it_value = {.tv_usec = 20 + i % 50}};

        if (sigsetjmp(back, 1) == 0) {
            EXPECT_EQUAL(setitimer(ITIMER_REAL, &once, NULL), 0);
            for (;;) {
                pthread_mutex_init(&left[i][0], NULL);
                pthread_mutex_init(&left[i][1], NULL);
                lock_in_many_places(left[i], 2);
            }
        }
    }
    stop_kicking = 1;
    EXPECT_EQUAL(pthread_join(thread, NULL), 0);
    EXPECT_EQUAL(pthread_mutex_lock(&mutex), 0);
    EXPECT_EQUAL(pthread_mutex_unlock(&mutex), 0);
    return 0;
}

static void exit_locking(int number)
{
    handle(number);
    _exit(8);
}

static int exit_in_handler(void)
{
    struct sigaction action = {.sa_handler = exit_locking};

    EXPECT_EQUAL(sigaction(SIGTERM, &action, NULL), 0);
    EXPECT_EQUAL(pthread_mutex_lock(&mutex), 0);
    raise(SIGTERM);
    return 0;
}

static const struct bootstrap_case cases[] = {
    {"while_waiting", while_waiting, ""},
    {"in_lock_calls", in_lock_calls, ""},
    {"in_contended_calls", in_contended_calls, ""},
    {"alternate_stack", alternate_stack, ""},
    {"jump_out", jump_out, ""},
    {"exit_in_handler", exit_in_handler, "status=8"},
};
CASES_MAIN(cases)
