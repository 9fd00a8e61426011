/*
 * Two threads hand a turn to each other through one mutex and one condition variable. Prints nanoseconds of wall
 * time per hand-over.
 */
#include "bench.h"

struct table {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t turn;
    size_t iterations;
    struct bench_gate start;
    uint64_t end_ns;
};

struct player {
    struct table *table;
    size_t number;
};

static void *play(void *argument)
{
    struct player *player = argument;
    struct table *table = player->table;
    bench_gate_pass(&table->start);
    pthread_mutex_lock(&table->lock);
    for (size_t turn = player->number; turn < table->iterations; turn += 2) {
        while (table->turn != turn)
            pthread_cond_wait(&table->changed, &table->lock);
        table->turn++;
        pthread_cond_signal(&table->changed);
    }
    table->end_ns = bench_now_ns(CLOCK_MONOTONIC);
    pthread_mutex_unlock(&table->lock);
    return NULL;
}

int main(int argc, char **argv)
{
    struct table table = {
        .lock = PTHREAD_MUTEX_INITIALIZER,
        .changed = PTHREAD_COND_INITIALIZER,
        .iterations = bench_argument(argc, argv, "iterations", 50000),
        .start = {.parties = 3},
    };
    struct player players[] = {{&table, 0}, {&table, 1}};
    pthread_t threads[2];
    /* Both on one CPU: waking another CPU costs what the host pleases, and hides everything else. */
    bench_pin(0);
    for (size_t i = 0; i < 2; i++) {
        if (pthread_create(&threads[i], NULL, play, &players[i]) != 0)
            bench_fail("cannot create a thread");
    }
    bench_gate_pass(&table.start);
    uint64_t start_ns = bench_now_ns(CLOCK_MONOTONIC);
    for (size_t i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    bench_print(table.end_ns - start_ns, table.iterations);
    return 0;
}
