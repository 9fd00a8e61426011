/* A program with its own malloc, which takes a pthread mutex: the C library, the loader and whatever dlcheck calls
   may come back to dlcheck through it, before everything else has started. */
#include <dlfcn.h>
#include <malloc.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/bootstrap/cases.h"

#define HEAP_BYTES   (64u << 20)
#define HEADER_BYTES 16u

static pthread_mutex_t heap_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t count_lock = PTHREAD_MUTEX_INITIALIZER;
static _Alignas(64) unsigned char heap[HEAP_BYTES];
static size_t heap_used;
static unsigned long allocations;

/* Nothing is given back: short runs only. The size stands before the block. */
static void *allocate(size_t alignment, size_t size)
{
    size_t start;
    void *block = NULL;

    pthread_mutex_lock(&heap_lock);
    pthread_mutex_lock(&count_lock);
    allocations++;
    pthread_mutex_unlock(&count_lock);
    start = (heap_used + HEADER_BYTES + alignment - 1) / alignment * alignment;
    if (size <= HEAP_BYTES && start <= HEAP_BYTES - size) {
        block = heap + start;
        memcpy(heap + start - sizeof size, &size, sizeof size);
        heap_used = start + size;
    } else {
        errno = ENOMEM;
    }
    pthread_mutex_unlock(&heap_lock);
    return block;
}

void *malloc(size_t size)
{
    return allocate(16, size);
}

void free(void *block)
{
    (void)block;
}

void *calloc(size_t count, size_t size)
{
    return allocate(16, count * size);
}

void *realloc(void *block, size_t size)
{
    void *moved = allocate(16, size);
    size_t old_size;

    if (block == NULL || moved == NULL)
        return moved;
    memcpy(&old_size, (unsigned char *)block - sizeof old_size, sizeof old_size);
    memcpy(moved, block, old_size < size ? old_size : size);
    return moved;
}

void *memalign(size_t alignment, size_t size)
{
    return allocate(alignment < 16 ? 16 : alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size)
{
    *block = memalign(alignment, size);
    return *block == NULL ? ENOMEM : 0;
}

static pthread_mutex_t program_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int sum;

static void allocate_once(void)
{
    EXPECT(malloc(100) != NULL);
}

static void *work(void *unused)
{
    for (int i = 0; i < 1000; i++) {
        char *block;

        EXPECT_EQUAL(pthread_mutex_lock(&program_lock), 0);
        block = malloc((size_t)i + 1);
        EXPECT(block != NULL);
        memset(block, 1, (size_t)i + 1);
        sum += block[i];
        EXPECT_EQUAL(pthread_mutex_unlock(&program_lock), 0);
        block = realloc(block, 2 * ((size_t)i + 1));
        EXPECT(block != NULL && block[i] == 1);
        free(block);
    }
    pthread_once(&once, allocate_once);
    return unused;
}

static int threads(void)
{
    pthread_t workers[4];

    for (int i = 0; i < 4; i++)
        EXPECT_EQUAL(pthread_create(&workers[i], NULL, work, NULL), 0);
    for (int i = 0; i < 4; i++)
        EXPECT_EQUAL(pthread_join(workers[i], NULL), 0);
    EXPECT(allocations >= 8000);
    printf("%d\n", sum);
    return 0;
}

static int loader(void)
{
    EXPECT(dlsym(RTLD_DEFAULT, "malloc") == (void *)malloc);
    EXPECT(dlsym(RTLD_DEFAULT, "no_such_function_anywhere") == NULL);
    EXPECT(dlerror() != NULL);
    puts("found what there is");
    return 0;
}

static const struct bootstrap_case cases[] = {
    {"threads", threads, ""},
    {"loader", loader, ""},
};
CASES_MAIN(cases)
