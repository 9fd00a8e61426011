#include "tools/library.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/memory.h"

/* Places of the library seen from the tool's folder: as installed, then as built. */
static const char *const places[] = {DLC_LIBRARY_PLACES, NULL};

static char *find_beside_tool(void)
{
    char tool[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", tool, sizeof(tool) - 1);
    char *slash;

    if (length < 0)
        return NULL;
    tool[length] = '\0';
    slash = strrchr(tool, '/');
    if (!slash)
        return NULL;
    *slash = '\0';
    for (size_t i = 0; places[i]; i++) {
        char *path = dlc_print("%s/%s", tool, places[i]);
        char *resolved = realpath(path, NULL);

        free(path);
        if (resolved)
            return resolved;
    }
    return NULL;
}

bool dlc_library_preload(char *problem, size_t problem_bytes)
{
    const char *named = getenv("DLCHECK_LIBRARY"), *before = getenv("LD_PRELOAD");
    char *library = named && *named ? realpath(named, NULL) : find_beside_tool();
    char *preload;

    if (!library) {
        if (named && *named)
            snprintf(problem, problem_bytes, "DLCHECK_LIBRARY names %s: %s", named, strerror(errno));
        else
            snprintf(
                problem, problem_bytes,
                "libdlcheck.so is not where it belongs beside this tool; install dlcheck as a whole, or say with "
                "DLCHECK_LIBRARY where it is");
        return false;
    }
    if (strpbrk(library, ": ")) {
        snprintf(problem, problem_bytes,
                 "the library lies in %s, and a path with a blank or a colon cannot be preloaded; move it",
                 library);
        free(library);
        return false;
    }
    preload = before && *before ? dlc_print("%s:%s", library, before) : dlc_print("%s", library);
    setenv("LD_PRELOAD", preload, 1);
    free(preload);
    free(library);
    return true;
}
