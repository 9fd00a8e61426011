/*
 * Load for memcached: four clients, each with a connection and a thread of its own, set and get in turns and
 * compare what comes back. Usage: memcached_load PORT REQUESTS. Prints one line; ends with 1 at the first wrong
 * answer.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CLIENT_COUNT 4
#define KEY_COUNT    500

struct client {
    int number;
    int port;
    long request_count;
};

static void fail(const char *what)
{
    fprintf(stderr, "memcached_load: %s\n", what);
    exit(1);
}

/* Sends the request; its answer must be exactly the one expected. */
static void ask(int connection, const char *request, const char *expected)
{
    char answer[512];
    size_t request_length = strlen(request);
    size_t expected_length = strlen(expected);
    if (send(connection, request, request_length, 0) != (ssize_t)request_length)
        fail("cannot send");
    if (recv(connection, answer, expected_length, MSG_WAITALL) != (ssize_t)expected_length)
        fail("connection lost");
    if (memcmp(answer, expected, expected_length) != 0)
        fail("wrong answer");
}

static void *run_client(void *argument)
{
    const struct client *client = argument;
    int connection = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)client->port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connection < 0 || connect(connection, (struct sockaddr *)&address, sizeof address) != 0)
        fail("cannot connect");
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    for (long i = 0; i < client->request_count; i++) {
        char key[32];
        char value[64];
        char request[160];
        char expected[160];
        /* Every key is set, then read back: request 2n sets what request 2n + 1 gets. */
        snprintf(key, sizeof key, "client%d-%ld", client->number, i / 2 % KEY_COUNT);
        int length = snprintf(value, sizeof value, "value %040ld", i / 2);
        if (i % 2 == 0) {
            snprintf(request, sizeof request, "set %s 0 0 %d\r\n%s\r\n", key, length, value);
            snprintf(expected, sizeof expected, "STORED\r\n");
        } else {
            snprintf(request, sizeof request, "get %s\r\n", key);
            snprintf(expected, sizeof expected, "VALUE %s 0 %d\r\n%s\r\nEND\r\n", key, length, value);
        }
        ask(connection, request, expected);
    }
    close(connection);
    return NULL;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        fail("usage: memcached_load PORT REQUESTS");
    long request_count = atol(argv[2]);
    pthread_t threads[CLIENT_COUNT];
    struct client clients[CLIENT_COUNT];
    for (int i = 0; i < CLIENT_COUNT; i++) {
        clients[i] = (struct client){i, atoi(argv[1]), request_count / CLIENT_COUNT};
        if (pthread_create(&threads[i], NULL, run_client, &clients[i]) != 0)
            fail("cannot create a thread");
    }
    for (int i = 0; i < CLIENT_COUNT; i++)
        pthread_join(threads[i], NULL);
    printf("%ld requests answered\n", request_count / CLIENT_COUNT * CLIENT_COUNT);
    return 0;
}
