#include "tools/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/memory.h"

#define SUFFIX ".dlc"

void dlc_paths_add(struct dlc_paths *paths, const char *path)
{
    paths->items = dlc_resize(paths->items, (paths->count + 1) * sizeof(*paths->items));
    paths->items[paths->count++] = dlc_print("%s", path);
}

void dlc_paths_release(struct dlc_paths *paths)
{
    for (size_t i = 0; i < paths->count; i++)
        free(paths->items[i]);
    free(paths->items);
    *paths = (struct dlc_paths){0};
}

static bool is_recording(const char *name)
{
    size_t length = strlen(name);

    return length > strlen(SUFFIX) && !strcmp(name + length - strlen(SUFFIX), SUFFIX);
}

static int by_name(const void *left, const void *right)
{
    return strverscmp(*(char *const *)left, *(char *const *)right);
}

/* Lists what is in the folder; `others` counts what is no recording. */
static bool list(const char *folder, struct dlc_paths *paths, size_t *others)
{
    DIR *stream = opendir(folder);
    size_t first = paths->count;
    struct dirent *entry;

    if (!stream)
        return false;
    *others = 0;
    while ((entry = readdir(stream))) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        if (is_recording(entry->d_name)) {
            char *path = dlc_print("%s/%s", folder, entry->d_name);

            dlc_paths_add(paths, path);
            free(path);
        } else {
            ++*others;
        }
    }
    closedir(stream);
    if (paths->count > first)
        qsort(paths->items + first, paths->count - first, sizeof(*paths->items), by_name);
    return true;
}

bool dlc_folder_list(const char *folder, struct dlc_paths *paths)
{
    size_t others;

    return list(folder, paths, &others);
}

/* Whether `folder` is gone or holds nothing but recordings; then they can be had in `paths`. */
static bool is_ours(const char *folder, struct dlc_paths *paths, char *problem, size_t problem_bytes)
{
    size_t others = 0;

    if (list(folder, paths, &others)) {
        if (!others)
            return true;
        snprintf(problem, problem_bytes,
                 "%s holds files that are not recordings, so it is left alone; choose another folder with --dir",
                 folder);
        return false;
    }
    if (errno == ENOENT)
        return true;
    snprintf(problem, problem_bytes, "the folder %s cannot be used: %s", folder, strerror(errno));
    return false;
}

static bool set_aside(const char *folder, char *problem, size_t problem_bytes)
{
    char *old = dlc_print("%s.old", folder);
    struct dlc_paths before = {0};
    bool done = is_ours(old, &before, problem, problem_bytes);

    for (size_t i = 0; done && i < before.count; i++)
        unlink(before.items[i]);
    if (done && ((rmdir(old) != 0 && errno != ENOENT) || rename(folder, old) != 0)) {
        snprintf(problem, problem_bytes, "the folder %s cannot be moved to %s: %s", folder, old, strerror(errno));
        done = false;
    }
    dlc_paths_release(&before);
    free(old);
    return done;
}

static bool make(const char *folder)
{
    char *path = dlc_print("%s", folder);
    bool done = true;

    for (char *slash = strchr(path + 1, '/'); slash && done; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        done = mkdir(path, 0777) == 0 || errno == EEXIST;
        *slash = '/';
    }
    done = done && (mkdir(path, 0777) == 0 || errno == EEXIST) && access(path, W_OK | X_OK) == 0;
    free(path);
    return done;
}

enum claim { CLAIMED, BUSY, REFUSED };

/* Holds the folder itself locked: whoever comes later sees that a run is in it. */
static enum claim lock_folder(const char *folder, int *lock)
{
    *lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*lock < 0)
        return REFUSED;
    if (flock(*lock, LOCK_EX | LOCK_NB) == 0)
        return CLAIMED;
    close(*lock);
    return BUSY;
}

static enum claim claim(const char *folder, int *lock, char *problem, size_t problem_bytes)
{
    struct dlc_paths before = {0};
    enum claim result = lock_folder(folder, lock);

    if (result == BUSY)
        return BUSY;
    if (!is_ours(folder, &before, problem, problem_bytes)) {
        result = REFUSED;
    } else if (before.count || result == REFUSED) {
        int held = *lock;

        result = REFUSED;
        if (!before.count || set_aside(folder, problem, problem_bytes)) {
            if (make(folder))
                result = lock_folder(folder, lock);
            if (result == REFUSED)
                snprintf(problem, problem_bytes, "the folder %s cannot be made: %s", folder, strerror(errno));
        }
        if (held >= 0)
            close(held);
    } else if (access(folder, W_OK | X_OK) != 0) {
        snprintf(problem, problem_bytes, "the folder %s cannot be written to: %s", folder, strerror(errno));
        result = REFUSED;
    }
    dlc_paths_release(&before);
    return result;
}

bool dlc_run_folder_take(struct dlc_run_folder *folder, const char *wanted, char *problem, size_t problem_bytes)
{
    for (unsigned attempt = 0;; attempt++) {
        folder->path = attempt ? dlc_print("%s.%u", wanted, attempt) : dlc_print("%s", wanted);
        switch (claim(folder->path, &folder->lock, problem, problem_bytes)) {
        case CLAIMED:
            return true;
        case REFUSED:
            free(folder->path);
            folder->path = NULL;
            return false;
        case BUSY:
            free(folder->path);
            break;
        }
    }
}

void dlc_run_folder_release(struct dlc_run_folder *folder)
{
    free(folder->path);
    close(folder->lock);
}
