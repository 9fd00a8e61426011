/*
 * Creates a thread that does nothing and joins it, again and again. Prints nanoseconds of wall time per thread.
 */
#include "bench.h"

static void *nothing(void *argument)
{
    return argument;
}

int main(int argc, char **argv)
{
    size_t iterations = bench_argument(argc, argv, "iterations", 5000);
    /* All on one CPU: waking another CPU costs what the host pleases, and hides everything else. */
    bench_pin(0);
    uint64_t start_ns = bench_now_ns(CLOCK_MONOTONIC);
    for (size_t i = 0; i < iterations; i++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, nothing, NULL) != 0)
            bench_fail("cannot create a thread");
        pthread_join(thread, NULL);
    }
    bench_print(bench_now_ns(CLOCK_MONOTONIC) - start_ns, iterations);
    return 0;
}
