#include "tools/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/memory.h"

/* Generated sources beyond this are not for reading. */
#define SIZE_MOST ((off_t)64 << 20)

struct dlc_source_file {
    struct dlc_source_file *next;
    char *path;
    char *text; /* every line end made a NUL; NULL: not there */
    char **lines;
    size_t line_count;
};

static char *read_whole(const char *path, int64_t newest_seconds, size_t *size)
{
    FILE *stream = fopen(path, "re");
    struct stat status;
    char *text = NULL;

    if (!stream)
        return NULL;
    if (fstat(fileno(stream), &status) == 0 && S_ISREG(status.st_mode) && status.st_size < SIZE_MOST &&
        status.st_mtime <= newest_seconds) {
        text = dlc_allocate((size_t)status.st_size + 1);
        *size = fread(text, 1, (size_t)status.st_size, stream);
        text[*size] = '\0';
    }
    fclose(stream);
    return text;
}

static struct dlc_source_file *load(struct dlc_sources *sources, const char *path)
{
    struct dlc_source_file *file = dlc_allocate(sizeof(*file));
    size_t size = 0;

    file->path = dlc_print("%s", path);
    file->text = read_whole(path, sources->newest_seconds, &size);
    file->next = sources->files;
    sources->files = file;
    for (char *at = file->text; at && at < file->text + size;) {
        char *end = memchr(at, '\n', (size_t)(file->text + size - at));

        if (!(file->line_count & (file->line_count + 1)))
            file->lines = dlc_resize(file->lines, 2 * (file->line_count + 1) * sizeof(*file->lines));
        file->lines[file->line_count++] = at;
        if (!end)
            break;
        *end = '\0';
        if (end > at && end[-1] == '\r')
            end[-1] = '\0';
        at = end + 1;
    }
    return file;
}

const char *dlc_sources_line(struct dlc_sources *sources, const char *path, unsigned line)
{
    struct dlc_source_file *file = sources->files;

    while (file && strcmp(file->path, path) != 0)
        file = file->next;
    if (!file)
        file = load(sources, path);
    return line >= 1 && line <= file->line_count ? file->lines[line - 1] : NULL;
}

void dlc_sources_release(struct dlc_sources *sources)
{
    while (sources->files) {
        struct dlc_source_file *file = sources->files;

        sources->files = file->next;
        free(file->path);
        free(file->text);
        free(file->lines);
        free(file);
    }
}
