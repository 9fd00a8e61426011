#include "tools/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/memory.h"

static volatile sig_atomic_t child;

struct disposition {
    int number;
    void (*handler)(int);
    struct sigaction before;
};

static void pass_on(int number)
{
    if (child > 0)
        kill(child, number);
}

/* A signal that we were started to ignore (nohup) stays ignored, here and in the program. SIGCHLD is the
   exception: ignored, it would take the exit status away. */
static void take_signals(struct disposition *signals, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct sigaction action = {.sa_handler = signals[i].handler, .sa_flags = SA_RESTART};

        sigaction(signals[i].number, NULL, &signals[i].before);
        if (signals[i].before.sa_handler != SIG_IGN || signals[i].number == SIGCHLD)
            sigaction(signals[i].number, &action, NULL);
    }
}

static void restore_signals(const struct disposition *signals, size_t count)
{
    for (size_t i = 0; i < count; i++)
        sigaction(signals[i].number, &signals[i].before, NULL);
}

/* In the child: becomes the program, or tells the parent why not. */
static void become(const char *path, char *const argv[], const char *settings, int report)
{
    char *own_settings = dlc_print("%s:root=%d", settings, getpid());
    int problem;

    setenv("DLCHECK_OPTIONS", own_settings, 1);
    execvp(path, argv);
    problem = errno;
    if (write(report, &problem, sizeof(problem)) < 0)
        _exit(126);
    _exit(127);
}

bool dlc_launch(const char *path, char *const argv[], const char *settings, int *status)
{
    struct disposition signals[] = {
        {.number = SIGINT, .handler = SIG_IGN},  {.number = SIGQUIT, .handler = SIG_IGN},
        {.number = SIGTERM, .handler = pass_on}, {.number = SIGHUP, .handler = pass_on},
        {.number = SIGCHLD, .handler = SIG_DFL},
    };
    const size_t count = sizeof(signals) / sizeof(signals[0]);
    sigset_t passed, before;
    int report[2], problem = 0;
    pid_t pid;

    if (pipe2(report, O_CLOEXEC) != 0)
        return false;
    /* Until the child's number is known, a signal to pass on waits. */
    sigemptyset(&passed);
    sigaddset(&passed, SIGTERM);
    sigaddset(&passed, SIGHUP);
    sigprocmask(SIG_BLOCK, &passed, &before);
    take_signals(signals, count);
    pid = fork();
    if (pid == 0) {
        restore_signals(signals, count);
        sigprocmask(SIG_SETMASK, &before, NULL);
        become(path, argv, settings, report[1]);
    }
    problem = pid < 0 ? errno : 0;
    child = pid;
    sigprocmask(SIG_SETMASK, &before, NULL);
    close(report[1]);
    if (pid > 0) {
        if (read(report[0], &problem, sizeof(problem)) < 0)
            problem = 0;
        while (waitpid(pid, status, 0) < 0 && errno == EINTR)
            ;
    }
    close(report[0]);
    child = 0;
    restore_signals(signals, count);
    errno = problem;
    return !problem;
}
