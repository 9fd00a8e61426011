/* New processes in every form. A child without exec goes on with dlcheck, in a recording of its own. */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "tests/bootstrap/cases.h"
#include "tests/support/quiet_barrier.h"

extern char **environ;

static pthread_mutex_t mutex_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t mutex_b = PTHREAD_MUTEX_INITIALIZER;
static struct quiet_counter turns, stop;

static void take(pthread_mutex_t *outer, pthread_mutex_t *inner)
{
    EXPECT_EQUAL(pthread_mutex_lock(outer), 0);
    EXPECT_EQUAL(pthread_mutex_lock(inner), 0);
    EXPECT_EQUAL(pthread_mutex_unlock(inner), 0);
    EXPECT_EQUAL(pthread_mutex_unlock(outer), 0);
}

static void *take_a_then_b(void *unused)
{
    take(&mutex_a, &mutex_b);
    quiet_counter_advance(&turns);
    return unused;
}

static void *take_b_then_a(void *unused)
{
    quiet_counter_await(&turns, 1);
    take(&mutex_b, &mutex_a);
    return unused;
}

static void run_two(void *(*first_routine)(void *), void *(*second_routine)(void *))
{
    pthread_t first, second;

    EXPECT_EQUAL(pthread_create(&first, NULL, first_routine, NULL), 0);
    EXPECT_EQUAL(pthread_create(&second, NULL, second_routine, NULL), 0);
    EXPECT_EQUAL(pthread_join(first, NULL), 0);
    EXPECT_EQUAL(pthread_join(second, NULL), 0);
}

static void expect_child(pid_t child, int wanted)
{
    int status;

    EXPECT(child > 0);
    EXPECT_EQUAL(waitpid(child, &status, 0), child);
    EXPECT_EQUAL(status, wanted << 8);
}

/* The child may give back what its parent's thread, now its own, held. */
static int holding(void)
{
    pid_t child;

    EXPECT_EQUAL(pthread_mutex_lock(&mutex_a), 0);
    child = fork();
    if (child == 0) {
        EXPECT_EQUAL(pthread_mutex_trylock(&mutex_a), EBUSY);
        EXPECT_EQUAL(pthread_mutex_lock(&mutex_b), 0);
        EXPECT_EQUAL(pthread_mutex_unlock(&mutex_b), 0);
        EXPECT_EQUAL(pthread_mutex_unlock(&mutex_a), 0);
        take(&mutex_a, &mutex_b);
        _exit(0);
    }
    expect_child(child, 0);
    EXPECT_EQUAL(pthread_mutex_unlock(&mutex_a), 0);
    take(&mutex_a, &mutex_b);
    return 0;
}

static void *lock_until_stopped(void *unused)
{
    while (__atomic_load_n(&stop.value, __ATOMIC_SEQ_CST) == 0) {
        pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;

        take(&mutex_a, &own);
        take(&mutex_a, &mutex_b);
        pthread_mutex_destroy(&own);
    }
    return unused;
}

/* fork catches the other threads in the middle of their lock calls, again and again. */
static int under_load(void)
{
    pthread_t threads[2];

    for (int i = 0; i < 2; i++)
        EXPECT_EQUAL(pthread_create(&threads[i], NULL, lock_until_stopped, NULL), 0);
    for (int i = 0; i < 100; i++) {
        pid_t child = fork();

        if (child == 0) {
            pthread_mutex_t own_a = PTHREAD_MUTEX_INITIALIZER, own_b = PTHREAD_MUTEX_INITIALIZER;

            take(&own_a, &own_b);
            _exit(0);
        }
        expect_child(child, 0);
    }
    quiet_counter_advance(&stop);
    for (int i = 0; i < 2; i++)
        EXPECT_EQUAL(pthread_join(threads[i], NULL), 0);
    return 0;
}

static int child_threads(void)
{
    pid_t child;

    run_two(take_a_then_b, take_a_then_b);
    child = fork();
    if (child == 0) {
        run_two(take_a_then_b, take_a_then_b);
        exit(4);
    }
    expect_child(child, 4);
    return 0;
}

/* The bug is in the child, and in the grandchild: each is to be found in the recording of its process. */
static int child_inverts(void)
{
    pid_t child;

    take(&mutex_a, &mutex_b);
    child = fork();

    if (child == 0) {
        run_two(take_a_then_b, take_b_then_a);
        exit(0);
    }
    expect_child(child, 0);
    return 0;
}

static int grandchild_inverts(void)
{
    pid_t child;

    take(&mutex_a, &mutex_b);
    child = fork();

    if (child == 0) {
        pid_t grandchild = fork();

        if (grandchild == 0) {
            run_two(take_a_then_b, take_b_then_a);
            exit(0);
        }
        expect_child(grandchild, 0);
        _exit(0);
    }
    expect_child(child, 0);
    return 0;
}

/* Half of the inversion in the parent, half in the child: no process has it. */
static int halves(void)
{
    pid_t child = fork();

    if (child == 0) {
        take(&mutex_b, &mutex_a);
        _exit(0);
    }
    expect_child(child, 0);
    take(&mutex_a, &mutex_b);
    return 0;
}

static void prepare(void)
{
    EXPECT_EQUAL(pthread_mutex_lock(&mutex_a), 0);
    EXPECT_EQUAL(pthread_mutex_lock(&mutex_b), 0);
}

static void release(void)
{
    EXPECT_EQUAL(pthread_mutex_unlock(&mutex_b), 0);
    EXPECT_EQUAL(pthread_mutex_unlock(&mutex_a), 0);
}

static int atfork_handlers(void)
{
    pid_t child;

    EXPECT_EQUAL(pthread_atfork(prepare, release, release), 0);
    child = fork();
    if (child == 0) {
        take(&mutex_a, &mutex_b);
        _exit(6);
    }
    expect_child(child, 6);
    take(&mutex_a, &mutex_b);
    return 0;
}

static int raw_clone(void)
{
    long child = syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);

    if (child == 0) {
        take(&mutex_a, &mutex_b);
        _exit(3);
    }
    expect_child((pid_t)child, 3);
    take(&mutex_a, &mutex_b);
    return 0;
}

static int fork_without_handlers(void)
{
    pid_t child = _Fork();

    if (child == 0) {
        take(&mutex_a, &mutex_b);
        _exit(3);
    }
    expect_child(child, 3);
    return 0;
}

static int vfork_exec(void)
{
    take(&mutex_a, &mutex_b);
    for (int i = 0; i < 20; i++) {
        pid_t child = vfork();

        if (child == 0) {
            execl("/bin/sh", "sh", "-c", "exit 9", NULL);
            _exit(CASES_FAILED);
        }
        expect_child(child, 9);
    }
    take(&mutex_a, &mutex_b);
    return 0;
}

/* The child runs in the parent's memory when it ends. */
static int vfork_exit(void)
{
    for (int i = 0; i < 20; i++) {
        pid_t child = vfork();

        if (child == 0)
            _exit(2);
        expect_child(child, 2);
        take(&mutex_a, &mutex_b);
    }
    return 0;
}

static int spawn(void)
{
    char *arguments[] = {"sh", "-c", "echo spawned; exit 4", NULL};
    pid_t child;

    EXPECT_EQUAL(posix_spawn(&child, "/bin/sh", NULL, NULL, arguments, environ), 0);
    expect_child(child, 4);
    EXPECT_EQUAL(posix_spawnp(&child, "no such program anywhere", NULL, NULL, arguments, environ), ENOENT);
    take(&mutex_a, &mutex_b);
    return 0;
}

static int shell(void)
{
    char line[64] = "";
    FILE *pipe;

    EXPECT_EQUAL(WEXITSTATUS(system("echo from the shell; exit 5")), 5);
    pipe = popen("echo from the pipe", "r");
    EXPECT(pipe != NULL);
    EXPECT(fgets(line, sizeof line, pipe) != NULL);
    EXPECT_EQUAL(pclose(pipe), 0);
    printf("%s", line);
    return 0;
}

/* Where a thread holds a lock that the child will never see released: only async-signal-safe things are left. */
static int exec_in_child(void)
{
    pthread_t thread;
    pid_t child;

    EXPECT_EQUAL(pthread_create(&thread, NULL, lock_until_stopped, NULL), 0);
    child = fork();
    if (child == 0) {
        execl("/bin/sh", "sh", "-c", "exit 7", NULL);
        _exit(CASES_FAILED);
    }
    expect_child(child, 7);
    quiet_counter_advance(&stop);
    EXPECT_EQUAL(pthread_join(thread, NULL), 0);
    return 0;
}

static int daemonised(void)
{
    int ends[2];
    char text[32] = "";
    pid_t child;

    take(&mutex_a, &mutex_b);
    EXPECT_EQUAL(pipe(ends), 0);
    child = fork();
    if (child == 0) {
        EXPECT(setsid() > 0);
        if (fork() != 0)
            _exit(0);
        run_two(take_a_then_b, take_a_then_b);
        EXPECT_EQUAL(write(ends[1], "daemon done", 11), 11);
        _exit(0);
    }
    expect_child(child, 0);
    EXPECT_EQUAL(read(ends[0], text, sizeof text), 11);
    puts(text);
    return 0;
}

static const struct bootstrap_case cases[] = {
    {"holding", holding, "recordings=2"},
    {"under_load", under_load, ""},
    {"child_threads", child_threads, "recordings=2"},
    {"child_inverts", child_inverts, "recordings=2 findings"},
    {"grandchild_inverts", grandchild_inverts, "recordings=2 findings"},
    {"halves", halves, ""},
    {"atfork_handlers", atfork_handlers, "recordings=2"},
    {"raw_clone", raw_clone, ""},
    {"fork_without_handlers", fork_without_handlers, ""},
    {"vfork_exec", vfork_exec, ""},
    {"vfork_exit", vfork_exit, ""},
    {"spawn", spawn, ""},
    {"shell", shell, "recordings=0"},
    {"exec_in_child", exec_in_child, ""},
    {"daemonised", daemonised, "recordings=2"},
};
CASES_MAIN(cases)
