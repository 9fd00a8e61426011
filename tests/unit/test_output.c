/* Formatting without stdio, and writing without losing or raising anything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "libdlcheck/base/output.h"

#define SAME_AS_LIBC(...)                                                                                         \
    do {                                                                                                          \
        char ours[128], theirs[128];                                                                              \
                                                                                                                  \
        assert_int_equal(dlc_format(ours, sizeof(ours), __VA_ARGS__),                                             \
                         snprintf(theirs, sizeof(theirs), __VA_ARGS__));                                          \
        assert_string_equal(ours, theirs);                                                                        \
    } while (0)

static void formats_as_the_c_library_does(void **state)
{
    (void)state;
    SAME_AS_LIBC("plain %% text");
    SAME_AS_LIBC("%s|%8s|%-8s|%.2s|%.*s|%c", "abc", "abc", "abc", "abc", 1, "abc", 'x');
    SAME_AS_LIBC("%d|%5d|%-5d|%05d|%d|%d", -12, -12, -12, -12, INT_MIN, INT_MAX);
    SAME_AS_LIBC("%u|%lu|%zu|%ld", UINT_MAX, ULONG_MAX, SIZE_MAX, LONG_MIN);
    SAME_AS_LIBC("%x|%08x|%lx|%016lx|%*u", 0xabcu, 0xabcu, 0xabcul, ULONG_MAX, 7, 42u);
    SAME_AS_LIBC("%.*s|%.0s|%s", 0, "abc", "abc", "");
}

static void a_text_that_does_not_fit_is_cut_and_its_length_told(void **state)
{
    char buffer[4] = "###";

    (void)state;
    assert_int_equal(dlc_format(buffer, 4, "%s", "abc"), 3);
    assert_string_equal(buffer, "abc");
    assert_int_equal(dlc_format(buffer, 4, "%s-%d", "abcdef", 12), 9);
    assert_string_equal(buffer, "abc");
    assert_int_equal(dlc_format(buffer, 1, "abc"), 3);
    assert_string_equal(buffer, "");
    assert_int_equal(dlc_format(NULL, 0, "abc"), 3);
}

static void long_texts_arrive_whole(void **state)
{
    int descriptor = memfd_create("output", MFD_CLOEXEC);
    struct dlc_output output;
    char expected[12], found[12];

    (void)state;
    dlc_output_open(&output, descriptor);
    for (unsigned i = 0; i < 5000; i++)
        dlc_output_format(&output, "%010u\n", i);
    dlc_output_flush(&output);
    assert_false(output.failed);
    for (unsigned i = 0; i < 5000; i++) {
        snprintf(expected, sizeof(expected), "%010u\n", i);
        assert_int_equal(pread(descriptor, found, 11, i * 11), 11);
        assert_memory_equal(expected, found, 11);
    }
    close(descriptor);
}

/* Reads slowly enough for the pipe to be full again and again. */
static void *drain(void *pipe_end)
{
    char bytes[777];
    size_t total = 0;
    ssize_t part;

    while ((part = read(*(int *)pipe_end, bytes, sizeof(bytes))) > 0)
        total += (size_t)part;
    return (void *)total;
}

static void a_full_pipe_is_waited_for(void **state)
{
    int ends[2];
    struct dlc_output output;
    pthread_t reader;
    void *total;

    (void)state;
    assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
    assert_int_equal(fcntl(ends[0], F_SETFL, 0), 0);
    assert_int_equal(pthread_create(&reader, NULL, drain, &ends[0]), 0);
    dlc_output_open(&output, ends[1]);
    for (unsigned i = 0; i < 50000; i++)
        dlc_output_format(&output, "%09u\n", i);
    dlc_output_flush(&output);
    close(ends[1]);
    assert_int_equal(pthread_join(reader, &total), 0);
    close(ends[0]);
    assert_false(output.failed);
    assert_int_equal((size_t)total, 500000);
}

static void a_failed_write_is_noted_and_errno_kept(void **state)
{
    int descriptor = open("/dev/full", O_WRONLY | O_CLOEXEC);
    struct dlc_output output;

    (void)state;
    dlc_output_open(&output, descriptor);
    dlc_output_format(&output, "lost");
    errno = ERANGE;
    dlc_output_flush(&output);
    assert_int_equal(errno, ERANGE);
    assert_true(output.failed);
    assert_int_equal(output.error_number, ENOSPC);
    dlc_output_format(&output, "more");
    dlc_output_flush(&output);
    assert_int_equal(output.error_number, ENOSPC);
    close(descriptor);
}

/* Both signals would end this process. */
static void a_gone_reader_and_a_full_file_raise_no_signal(void **state)
{
    struct rlimit before, small;
    char path[] = "/tmp/dlcheck-output-XXXXXX";
    struct dlc_output output;
    sigset_t pending;
    int ends[2], file;

    (void)state;
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    dlc_output_open(&output, ends[1]);
    dlc_output_format(&output, "nobody reads this");
    dlc_output_flush(&output);
    assert_int_equal(output.error_number, EPIPE);
    close(ends[1]);

    file = mkstemp(path);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 4;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    dlc_output_open(&output, file);
    dlc_output_format(&output, "longer than the limit");
    dlc_output_flush(&output);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(output.error_number, EFBIG);
    close(file);
    unlink(path);

    assert_int_equal(sigpending(&pending), 0);
    assert_false(sigismember(&pending, SIGPIPE));
    assert_false(sigismember(&pending, SIGXFSZ));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats_as_the_c_library_does),
        cmocka_unit_test(a_text_that_does_not_fit_is_cut_and_its_length_told),
        cmocka_unit_test(long_texts_arrive_whole),
        cmocka_unit_test(a_full_pipe_is_waited_for),
        cmocka_unit_test(a_failed_write_is_noted_and_errno_kept),
        cmocka_unit_test(a_gone_reader_and_a_full_file_raise_no_signal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
