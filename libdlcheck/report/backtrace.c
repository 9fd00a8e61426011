#include "libdlcheck/report/backtrace.h"

#include <string.h>

static bool starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool starts_with_one_of(const char *text, const char *const *prefixes)
{
    while (*prefixes && !starts_with(text, *prefixes))
        prefixes++;
    return *prefixes != NULL;
}

const char *dlc_backtrace_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

bool dlc_backtrace_is_own(const struct dlc_frame *frame)
{
    return frame->module && starts_with(dlc_backtrace_base_name(frame->module), "libdlcheck");
}

bool dlc_backtrace_is_libc(const struct dlc_frame *frame)
{
    static const char *const libraries[] = {"libc.so", "libc-2.", "libpthread", "ld-linux", "ld-2.", NULL};

    return frame->module && starts_with_one_of(dlc_backtrace_base_name(frame->module), libraries);
}

/* What stands between the program and the pthread function: std::mutex, std::lock_guard, gthr; mangled or not. */
static bool is_wrapper(const struct dlc_frame *frame)
{
    static const char *const wrappers[] = {"std::", "__gnu_cxx::",   "_ZNSt", "_ZNKSt",
                                           "_ZSt",  "_ZN9__gnu_cxx", NULL};

    return frame->function &&
           (starts_with_one_of(frame->function, wrappers) || strstr(frame->function, "__gthr") != NULL);
}

/* What lies outside of main or of a thread's start routine. Inside the C library and libstdc++, frames without a
   name are taken for it too: their start-up functions are in no dynamic symbol table. */
static bool is_start_up(const struct dlc_frame *frame)
{
    static const char *const starters[] = {"_start", "__libc_start", "start_thread", "clone", "__clone", NULL};

    if (dlc_backtrace_is_own(frame) || is_wrapper(frame))
        return true;
    if (frame->module && starts_with(dlc_backtrace_base_name(frame->module), "libstdc++"))
        return true;
    if (!frame->function)
        return dlc_backtrace_is_libc(frame);
    return strcmp(frame->function, "_start") == 0 ||
           (dlc_backtrace_is_libc(frame) && starts_with_one_of(frame->function, starters));
}

void dlc_backtrace_load(struct dlc_backtrace *stack, const struct dlc_reader *reader, dlc_ref ref,
                        struct dlc_symboliser *symboliser)
{
    const struct dlc_stack_record *record = dlc_reader_stack(reader, ref);
    size_t count = 0;

    stack->first = stack->end = stack->loaded = 0;
    stack->cut = false;
    if (!record)
        return;
    stack->cut = record->flags & DLC_STACK_SHORT;
    for (uint32_t i = 0; i < record->frame_count; i++) {
        if (count == DLC_BACKTRACE_FRAMES) {
            stack->cut = true;
            break;
        }
        count += symboliser->frames(symboliser, reader, record->frames[i] - 1, record->unload_epoch,
                                    stack->frames + count, DLC_BACKTRACE_FRAMES - count);
    }
    while (stack->first < count && dlc_backtrace_is_own(&stack->frames[stack->first]))
        stack->first++;
    stack->end = stack->loaded = count;
    /* Something is always left: a thread may do nothing but lock in the library's own code. */
    while (stack->end > stack->first + 1 && is_start_up(&stack->frames[stack->end - 1]))
        stack->end--;
    while (stack->first + 1 < stack->end && is_wrapper(&stack->frames[stack->first]))
        stack->first++;
}

const struct dlc_frame *dlc_backtrace_top(const struct dlc_backtrace *stack)
{
    return stack->first < stack->end ? &stack->frames[stack->first] : NULL;
}
