#include "tools/elf_check.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "tools/memory.h"

/* A script whose interpreter is a script, and so on: the kernel gives up sooner. */
#define INTERPRETERS_MOST 5

#if defined(__x86_64__)
#define OUR_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define OUR_MACHINE EM_AARCH64
#else
#error "processor not supported"
#endif

static bool is_program(const char *path)
{
    struct stat status;

    if (stat(path, &status) != 0)
        return false;
    if (!S_ISREG(status.st_mode) || access(path, X_OK) != 0) {
        errno = EACCES;
        return false;
    }
    return true;
}

char *dlc_program_find(const char *name)
{
    const char *folders = getenv("PATH");
    int problem = ENOENT;

    if (strchr(name, '/'))
        return is_program(name) ? dlc_print("%s", name) : NULL;
    if (!folders)
        folders = "/bin:/usr/bin";
    for (;; folders++) {
        size_t length = strcspn(folders, ":");
        char *path = length ? dlc_print("%.*s/%s", (int)length, folders, name) : dlc_print("./%s", name);

        if (*name && is_program(path))
            return path;
        if (*name && errno == EACCES)
            problem = EACCES;
        free(path);
        folders += length;
        if (!*folders)
            break;
    }
    errno = problem;
    return NULL;
}

/* The interpreter of a "#!" line, or NULL. The caller frees it. */
static char *interpreter_of(int descriptor)
{
    char line[256];
    ssize_t length = pread(descriptor, line, sizeof(line) - 1, 0);
    char *name;

    if (length < 3 || line[0] != '#' || line[1] != '!')
        return NULL;
    line[length] = '\0';
    name = line + 2 + strspn(line + 2, " \t");
    name[strcspn(name, " \t\r\n")] = '\0';
    return *name ? dlc_print("%s", name) : NULL;
}

static bool gains_rights(int descriptor, const char *path, char *problem, size_t problem_bytes)
{
    struct stat status;

    if (fstat(descriptor, &status) != 0)
        return false;
    if ((status.st_mode & S_ISUID && status.st_uid != geteuid()) ||
        (status.st_mode & S_ISGID && status.st_gid != getegid())) {
        snprintf(
            problem, problem_bytes,
            "%s is a set-user-ID or set-group-ID program, for which the system ignores preloaded libraries; run a "
            "copy without that mode, or run it as its owner",
            path);
        return true;
    }
    if (geteuid() != 0 && fgetxattr(descriptor, "security.capability", NULL, 0) > 0) {
        snprintf(
            problem, problem_bytes,
            "%s has file capabilities, and for such a program the system ignores preloaded libraries; run a copy "
            "without them",
            path);
        return true;
    }
    return false;
}

/* Whether the dynamic section asks for a library whose name starts with `prefix`. */
static bool needs_library(Elf *elf, const char *prefix)
{
    for (Elf_Scn *section = NULL; (section = elf_nextscn(elf, section));) {
        GElf_Shdr header;
        Elf_Data *data;
        GElf_Dyn entry;

        if (!gelf_getshdr(section, &header) || header.sh_type != SHT_DYNAMIC)
            continue;
        data = elf_getdata(section, NULL);
        for (int i = 0; data && gelf_getdyn(data, i, &entry) && entry.d_tag != DT_NULL; i++) {
            const char *name =
                entry.d_tag == DT_NEEDED ? elf_strptr(elf, header.sh_link, (size_t)entry.d_un.d_val) : NULL;

            if (name && !strncmp(name, prefix, strlen(prefix)))
                return true;
        }
    }
    return false;
}

static bool has_loader(Elf *elf)
{
    size_t count = 0;
    GElf_Phdr segment;

    elf_getphdrnum(elf, &count);
    for (size_t i = 0; i < count; i++) {
        if (gelf_getphdr(elf, (int)i, &segment) && segment.p_type == PT_INTERP)
            return true;
    }
    return false;
}

static bool check_elf(Elf *elf, const char *path, char *problem, size_t problem_bytes)
{
    GElf_Ehdr header;

    if (!gelf_getehdr(elf, &header))
        return true;
    if (header.e_ident[EI_CLASS] != ELFCLASS64)
        snprintf(problem, problem_bytes, "%s is a 32-bit program; dlcheck can look into 64-bit programs only",
                 path);
    else if (header.e_machine != OUR_MACHINE)
        snprintf(problem, problem_bytes, "%s is built for another processor than dlcheck", path);
    else if (!has_loader(elf))
        snprintf(problem, problem_bytes,
                 "%s is statically linked, so no library can be preloaded into it; link it dynamically (without "
                 "-static)",
                 path);
    else if (needs_library(elf, "libasan.so"))
        snprintf(problem, problem_bytes,
                 "%s is built with AddressSanitizer, which refuses preloaded libraries; build it without "
                 "-fsanitize=address",
                 path);
    else
        return true;
    return false;
}

static bool check(const char *path, int depth, char *problem, size_t problem_bytes)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    bool good = true;
    char *interpreter;
    Elf *elf;

    if (descriptor < 0)
        return true;
    interpreter = interpreter_of(descriptor);
    if (interpreter) {
        good = depth == 0 || check(interpreter, depth - 1, problem, problem_bytes);
    } else {
        elf_version(EV_CURRENT);
        elf = elf_begin(descriptor, ELF_C_READ, NULL);
        good = !gains_rights(descriptor, path, problem, problem_bytes) &&
               (!elf || elf_kind(elf) != ELF_K_ELF || check_elf(elf, path, problem, problem_bytes));
        elf_end(elf);
    }
    free(interpreter);
    close(descriptor);
    return good;
}

bool dlc_program_check(const char *path, char *problem, size_t problem_bytes)
{
    return check(path, INTERPRETERS_MOST, problem, problem_bytes);
}
