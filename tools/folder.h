/* The folder that the recordings of a run lie in. */
#ifndef DLC_TOOLS_FOLDER_H
#define DLC_TOOLS_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

struct dlc_paths {
    char **items;
    size_t count;
};

/* Adds one path. Exits when there is no memory, as every allocation of the tools does. */
void dlc_paths_add(struct dlc_paths *paths, const char *path);
void dlc_paths_release(struct dlc_paths *paths);

/* Adds the recordings (*.dlc) in a folder, by name. False, with errno: it cannot be read. */
bool dlc_folder_list(const char *folder, struct dlc_paths *paths);

/* A folder of one run's own, for as long as `lock` is open. */
struct dlc_run_folder {
    char *path;
    int lock;
};

/* Makes an empty folder at `wanted`, with those above it. An older one that holds nothing but recordings is moved
   to
   "<wanted>.old", replacing what a run before left there. While another run has that folder, "<wanted>.1" is taken
   instead, and so on. False: `problem` says why not. */
bool dlc_run_folder_take(struct dlc_run_folder *folder, const char *wanted, char *problem, size_t problem_bytes);

void dlc_run_folder_release(struct dlc_run_folder *folder);

#endif
