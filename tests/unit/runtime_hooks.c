/* What runtime/ would register, for tests that drive track/ alone. */
#include "libdlcheck/track/stack.h"
#include "libdlcheck/track/thread.h"

static bool never(void)
{
    return false;
}

static int begin_nothing(void)
{
    return 0;
}

static void end_nothing(int before)
{
    (void)before;
}

bool (*dlc_thread_start_runtime)(void) = never;
void (*dlc_thread_attached)(struct dlc_thread *thread);
int (*dlc_stack_unwinder_begin)(void) = begin_nothing;
void (*dlc_stack_unwinder_end)(int before) = end_nothing;
