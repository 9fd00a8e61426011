/*
 * The frame of a bootstrap program: a table of small cases, of which argv[1] selects one; --list prints the table
 * for run_bootstrap.py. A case behaves in some way that dlcheck must leave as it is, checks it with EXPECT, and
 * prints what may differ between machines, because the runner compares what it prints with a run without dlcheck.
 *
 * `traits` are words for the runner, see run_bootstrap.py; "" means: exit status 0, one recording, no finding.
 */
#ifndef TESTS_BOOTSTRAP_CASES_H
#define TESTS_BOOTSTRAP_CASES_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct bootstrap_case {
    const char *name;
    int (*run)(void);
    const char *traits;
};

#define CASES_FAILED 99

/* Ends the process, from any thread and from a child, when two integers differ. */
#define EXPECT_EQUAL(actual, wanted)                                                                              \
    cases_expect_equal((long)(actual), (long)(wanted), #actual " == " #wanted, __FILE__, __LINE__)
#define EXPECT(condition) EXPECT_EQUAL(!!(condition), 1)

static inline void cases_expect_equal(long actual, long wanted, const char *text, const char *file, int line)
{
    if (actual == wanted)
        return;
    dprintf(STDERR_FILENO, "%s:%d: expected %s, but it is %ld, not %ld\n", file, line, text, actual, wanted);
    _exit(CASES_FAILED);
}

static inline int cases_main(const struct bootstrap_case *cases, size_t case_count, int argument_count,
                             char **arguments)
{
    const char *wanted = argument_count > 1 ? arguments[1] : "";

    for (size_t i = 0; i < case_count; i++) {
        if (strcmp(wanted, "--list") == 0)
            printf("%s %s\n", cases[i].name, cases[i].traits);
        else if (strcmp(wanted, cases[i].name) == 0)
            return cases[i].run();
    }
    if (strcmp(wanted, "--list") == 0)
        return 0;
    fprintf(stderr, "usage: %s --list | CASE\n", arguments[0]);
    return CASES_FAILED;
}

#define CASES_MAIN(cases)                                                                                         \
    int main(int argument_count, char **arguments)                                                                \
    {                                                                                                             \
        return cases_main(cases, sizeof(cases) / sizeof(cases)[0], argument_count, arguments);                    \
    }

#endif
