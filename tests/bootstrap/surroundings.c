/* A process that changes the world around dlcheck: resource limits, descriptors, folders, users. */
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/bootstrap/cases.h"

#define MANY 2000

static pthread_mutex_t many[MANY];

/* `rounds` times as many contexts that dlcheck has not seen before: it has to write them down. */
static void take_new_locks(int rounds)
{
    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < MANY; i++)
            EXPECT_EQUAL(pthread_mutex_init(&many[i], NULL), 0);
        for (int i = 1; i < MANY; i++) {
            EXPECT_EQUAL(pthread_mutex_lock(&many[0]), 0);
            EXPECT_EQUAL(pthread_mutex_lock(&many[i]), 0);
            EXPECT_EQUAL(pthread_mutex_unlock(&many[i]), 0);
            EXPECT_EQUAL(pthread_mutex_unlock(&many[0]), 0);
        }
        for (int i = 0; i < MANY; i++)
            EXPECT_EQUAL(pthread_mutex_destroy(&many[i]), 0);
    }
}

static void *take_in_thread(void *unused)
{
    take_new_locks(1);
    return unused;
}

static void run_thread(void)
{
    pthread_t thread;

    EXPECT_EQUAL(pthread_create(&thread, NULL, take_in_thread, NULL), 0);
    EXPECT_EQUAL(pthread_join(thread, NULL), 0);
}

static void limit(int resource, rlim_t value)
{
    struct rlimit limits = {.rlim_cur = value, .rlim_max = value};

    EXPECT_EQUAL(setrlimit(resource, &limits), 0);
}

/* Starts the program again, with the limits that were set here in force from its beginning. */
static int start_again(char *name)
{
    char *arguments[] = {"surroundings", name, NULL};

    fflush(stdout);
    execv("/proc/self/exe", arguments);
    return CASES_FAILED;
}

static int work(void)
{
    take_new_locks(3);
    run_thread();
    puts("worked");
    return 0;
}

static int address_space(void)
{
    limit(RLIMIT_AS, 512u << 20);
    return work();
}

static int address_space_from_start(void)
{
    limit(RLIMIT_AS, 64u << 20);
    return start_again("work");
}

static int file_size(void)
{
    take_new_locks(1);
    limit(RLIMIT_FSIZE, 4096);
    return work();
}

static int file_size_from_start(void)
{
    limit(RLIMIT_FSIZE, 4096);
    return start_again("work");
}

static int no_files_from_start(void)
{
    limit(RLIMIT_FSIZE, 0);
    return start_again("work");
}

/* The numbers of the program's own descriptors must not change. */
static int descriptor_numbers(void)
{
    int first = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int pair[2];

    printf("%d\n", first);
    take_new_locks(1);
    EXPECT_EQUAL(pipe(pair), 0);
    printf("%d %d\n", pair[0], pair[1]);
    run_thread();
    printf("%d\n", dup(first));
    return 0;
}

static int few_descriptors(void)
{
    limit(RLIMIT_NOFILE, 6);
    return start_again("descriptor_numbers");
}

/* Every descriptor is closed and taken for the program's files, as a daemon might: nothing but what the program
   writes may arrive in them, and its children inherit nothing else. */
static int taken_descriptors(void)
{
    enum { FILES = 1000 };
    static int files[FILES];
    char name[] = "/tmp/dlcheck-bootstrap-XXXXXX";
    struct stat status;

    limit(RLIMIT_NOFILE, 1024);
    take_new_locks(1);
    closefrom(3);
    for (int i = 0; i < FILES; i++) {
        files[i] = i == 0 ? mkstemp(name) : open(name, O_RDWR | O_APPEND);
        if (files[i] < 0)
            break;
        EXPECT_EQUAL(files[i], i + 3);
    }
    EXPECT_EQUAL(unlink(name), 0);
    take_new_locks(3);
    run_thread();
    EXPECT_EQUAL(fstat(files[0], &status), 0);
    EXPECT_EQUAL(status.st_size, 0);
    for (int i = 0; i < FILES && files[i] >= 0; i++)
        EXPECT_EQUAL(write(files[i], "x", 1), 1);
    EXPECT_EQUAL(fstat(files[0], &status), 0);
    printf("%ld bytes\n", (long)status.st_size);
    return 0;
}

static int closed_one_by_one(void)
{
    for (int i = 3; i <= 1024; i++)
        close(i);
    return work();
}

static void invert(void)
{
    static pthread_mutex_t checked = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;

    EXPECT_EQUAL(pthread_mutex_unlock(&checked), EPERM);
}

/* dlcheck has something to say, but standard error is the program's file by then. */
static char *file_name;

static void check_file(void)
{
    struct stat status;

    EXPECT_EQUAL(stat(file_name, &status), 0);
    EXPECT_EQUAL(unlink(file_name), 0);
    EXPECT_EQUAL(status.st_size, 4);
}

static int replaced_stderr(void)
{
    static char name[] = "/tmp/dlcheck-bootstrap-XXXXXX";
    int file = mkstemp(name);

    EXPECT(file >= 0);
    file_name = name;
    EXPECT_EQUAL(dup2(file, 2), 2);
    EXPECT_EQUAL(write(2, "text", 4), 4);
    invert();
    check_file();
    return 0;
}

static int closed_outputs(void)
{
    close(0);
    close(1);
    close(2);
    invert();
    return work() == 0 ? 21 : 0;
}

static int closed_from_start(void)
{
    close(0);
    close(1);
    close(2);
    return start_again("closed_outputs");
}

static int changed_folder(void)
{
    EXPECT_EQUAL(chdir("/"), 0);
    return work();
}

static int lost_folder(void)
{
    char name[] = "/tmp/dlcheck-bootstrap-XXXXXX";

    EXPECT(mkdtemp(name) != NULL);
    EXPECT_EQUAL(chdir(name), 0);
    EXPECT_EQUAL(rmdir(name), 0);
    return start_again("work");
}

static bool privileged(void)
{
    if (geteuid() == 0)
        return true;
    puts("needs root");
    return false;
}

/* Neither the recording nor a symbol can be reached by its name any more, and the child cannot have its own. */
static int changed_root(void)
{
    char name[] = "/tmp/dlcheck-bootstrap-XXXXXX";
    int status;
    pid_t child;

    take_new_locks(1);
    if (!privileged())
        return 0;
    EXPECT(mkdtemp(name) != NULL);
    EXPECT_EQUAL(chdir(name), 0);
    EXPECT_EQUAL(rmdir(name), 0);
    if (chroot(".") != 0) {
        puts("chroot is not allowed");
        return 0;
    }
    child = fork();
    if (child == 0) {
        take_new_locks(1);
        _exit(0);
    }
    EXPECT_EQUAL(waitpid(child, &status, 0), child);
    EXPECT_EQUAL(status, 0);
    return work();
}

static int changed_user(void)
{
    int status;
    pid_t child;

    take_new_locks(1);
    if (!privileged())
        return 0;
    EXPECT_EQUAL(setgroups(0, NULL), 0);
    EXPECT_EQUAL(setresgid(65534, 65534, 65534), 0);
    EXPECT_EQUAL(setresuid(65534, 65534, 65534), 0);
    child = fork();
    if (child == 0) {
        take_new_locks(1);
        _exit(0);
    }
    EXPECT_EQUAL(waitpid(child, &status, 0), child);
    EXPECT_EQUAL(status, 0);
    return work();
}

static int changed_environment(void)
{
    EXPECT_EQUAL(clearenv(), 0);
    return work();
}

static const struct bootstrap_case cases[] = {
    {"work", work, ""},
    {"address_space", address_space, "noise"},
    {"address_space_from_start", address_space_from_start, "noise"},
    {"file_size", file_size, "noise"},
    {"file_size_from_start", file_size_from_start, "noise recordings=0"},
    {"no_files_from_start", no_files_from_start, "noise recordings=0"},
    {"descriptor_numbers", descriptor_numbers, ""},
    {"few_descriptors", few_descriptors, "noise recordings=0"},
    {"taken_descriptors", taken_descriptors, ""},
    {"closed_one_by_one", closed_one_by_one, ""},
    {"replaced_stderr", replaced_stderr, "report-to-stderr"},
    {"closed_outputs", closed_outputs, "status=21 report-to-stderr"},
    {"closed_from_start", closed_from_start, "status=21 report-to-stderr"},
    {"changed_folder", changed_folder, ""},
    {"lost_folder", lost_folder, ""},
    {"changed_root", changed_root, "noise"},
    {"changed_user", changed_user, "noise"},
    {"changed_environment", changed_environment, ""},
    {"no_folder", work, "noise recordings=0 dir=/proc/dlcheck"},
    {"folder_is_a_file", work, "noise recordings=0 dir=/proc/self/exe"},
    {"smallest_recording", work, "noise max_recording=1M"},
};
CASES_MAIN(cases)
