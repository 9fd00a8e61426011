#include <ctype.h>
#include <string.h>

#include "libdlcheck/report/context.h"
#include "libdlcheck/report/lock_name.h"
#include "libdlcheck/report/place.h"
#include "libdlcheck/report/prose.h"

/* Threads beyond these that wait in one place are counted, not named. */
#define THREADS_NAMED 20

/* The source line is shown for this many frames of a stack; further out it says little. */
#define SOURCE_FRAMES 3

static void print_source(struct dlc_report_context *context, const struct dlc_frame *frame)
{
    struct dlc_symboliser *symboliser = context->symboliser;
    const char *line = symboliser->source_line && frame->file
                           ? symboliser->source_line(symboliser, frame->file, frame->line)
                           : NULL;

    if (line)
        line += strspn(line, " \t");
    if (line && *line)
        dlc_output_format(context->output, "           %u | %s\n", frame->line, line);
}

static void print_frame(struct dlc_report_context *context, const struct dlc_frame *frame, size_t number)
{
    struct dlc_output *output = context->output;
    const char *module = frame->module ? dlc_backtrace_base_name(frame->module) : "code of no file";

    dlc_output_format(output, "      #%zu ", number);
    if (frame->function)
        dlc_output_format(output, "%s", frame->function);
    else
        dlc_output_format(output, "%s+0x%lx", module, frame->module_offset);
    if (frame->function && frame->file)
        dlc_output_format(output, " (%s:%u)", dlc_place_path(context->reader, frame->file), frame->line);
    else if (frame->function)
        dlc_output_format(output, "+0x%lx (%s)", frame->function_offset, module);
    dlc_output_format(output, "%s\n", frame->inlined ? " [inlined]" : "");
    if (number < SOURCE_FRAMES)
        print_source(context, frame);
}

static void print_stack(struct dlc_report_context *context, dlc_ref stack)
{
    struct dlc_backtrace *backtrace = &context->backtrace;

    dlc_backtrace_load(backtrace, context->reader, stack, context->symboliser);
    if (!dlc_backtrace_top(backtrace))
        dlc_output_format(context->output, "      (this stack was not kept)\n");
    for (size_t i = backtrace->first; i < backtrace->end; i++)
        print_frame(context, &backtrace->frames[i], i - backtrace->first);
    if (backtrace->cut)
        dlc_output_format(context->output, "      (callers beyond this are not known)\n");
}

/* What the other held locks are, without their whole stacks: they are not what the threads block on. */
static void print_other_holds(struct dlc_report_context *context, const struct dlc_step *step)
{
    const struct dlc_hold *main_hold = dlc_cast_main_hold(step);

    for (size_t i = 0; i < step->hold_count; i++) {
        char lock[DLC_REPORT_NAME_BYTES], place[DLC_REPORT_NAME_BYTES] = "";

        if (&step->holds[i] == main_hold)
            continue;
        dlc_report_lock_label(context, lock, sizeof(lock), step->holds[i].lock, step->holds[i].address);
        dlc_backtrace_load(&context->backtrace, context->reader, step->holds[i].stack, context->symboliser);
        if (dlc_backtrace_top(&context->backtrace))
            dlc_place_format(place, sizeof(place), context->reader, dlc_backtrace_top(&context->backtrace));
        dlc_output_format(context->output, "    (it also holds %s%s%s)\n", lock, *place ? ", taken " : "", place);
    }
}

/* "waits for", "has waited 12 s for": how long a live finding's thread had waited when it was found, where that
   tells more than how the threads happened to run. */
static void format_wait(char *buffer, size_t size_bytes, const struct dlc_finding *finding,
                        const struct dlc_step *step)
{
    uint64_t seconds = step->wait_since_ns && finding->time_ns > step->wait_since_ns
                           ? (finding->time_ns - step->wait_since_ns) / 1000000000
                           : 0;

    if (finding->kind == DLC_FINDING_POSSIBLE_DEADLOCK)
        dlc_format(buffer, size_bytes, "then waits for");
    else if (seconds == 0)
        dlc_format(buffer, size_bytes, "waits for");
    else
        dlc_format(buffer, size_bytes, "has waited %lu s for", seconds);
}

/* What a thread waits for, as the object of "waits for". */
static void format_wanted(struct dlc_report_context *context, const struct dlc_step *step, char *buffer,
                          size_t size_bytes)
{
    char name[DLC_REPORT_NAME_BYTES];
    const struct dlc_thread_record *joined;

    switch ((enum dlc_wait_kind)step->wait_kind) {
    case DLC_WAIT_COND:
        dlc_object_name_format(name, sizeof(name), context->reader, step->wait_address, context->symboliser, "");
        dlc_format(buffer, size_bytes,
                   *name ? "a signal on condition variable %s" : "a signal on a condition variable", name);
        break;
    case DLC_WAIT_JOIN:
        joined = dlc_cast_joined(context->reader, step);
        if (joined)
            dlc_format(buffer, size_bytes, "thread T%u to end", joined->number);
        else
            dlc_format(buffer, size_bytes, "a thread to end");
        break;
    case DLC_WAIT_NONE:
    case DLC_WAIT_MUTEX:
    case DLC_WAIT_KIND_COUNT:
        dlc_report_lock_label(context, buffer, size_bytes, step->wait_lock, step->wait_address);
        break;
    }
}

/* "Thread T2 holds M1 (mutexA), taken at", "and waits for M2 (mutexB) at". */
static void print_cycle_step(struct dlc_report_context *context, const struct dlc_step *step)
{
    const struct dlc_hold *hold = dlc_cast_main_hold(step);
    char thread[48], held[DLC_REPORT_NAME_BYTES], wanted[DLC_REPORT_NAME_BYTES], waits[48];

    dlc_report_step_label(context, thread, sizeof(thread), step);
    thread[0] = (char)toupper(thread[0]);
    format_wanted(context, step, wanted, sizeof(wanted));
    format_wait(waits, sizeof(waits), context->finding, step);
    dlc_output_format(context->output, "\n");
    if (hold) {
        dlc_report_lock_label(context, held, sizeof(held), hold->lock, hold->address);
        dlc_output_format(context->output, "  %s holds %s, taken at\n", thread, held);
        print_stack(context, hold->stack);
        dlc_output_format(context->output, "    and ");
    } else {
        dlc_output_format(context->output, "  %s ", thread);
    }
    if (step->wait_how == DLC_HOW_COND && dlc_cast_wants_lock(step))
        dlc_output_format(context->output, "%s %s again, inside a wait on a condition variable, at\n", waits,
                          wanted);
    else
        dlc_output_format(context->output, "%s %s%s at\n", waits, wanted,
                          step->wait_timed ? ", with a timeout," : "");
    print_stack(context, step->wait_stack);
    print_other_holds(context, step);
}

static const char *misuse_verb(enum dlc_misuse_rule rule)
{
    switch (rule) {
    case DLC_RULE_UNLOCK_NOT_OWNER:
    case DLC_RULE_UNLOCK_NOT_LOCKED:
        return "unlocks";
    case DLC_RULE_RELOCK:
        return "locks again";
    case DLC_RULE_OWNER_EXITED:
        return "waits for";
    case DLC_RULE_DESTROY_LOCKED:
        return "destroys";
    case DLC_RULE_NONE:
    case DLC_RULE_COUNT:
        break;
    }
    return "uses";
}

/* The first part is who did it; the holds, its own or of the part after, say who had the lock. */
static void print_misuse(struct dlc_report_context *context)
{
    const struct dlc_finding *finding = context->finding;
    char thread[16], lock[DLC_REPORT_NAME_BYTES];

    for (size_t i = 0; i < finding->step_count; i++) {
        const struct dlc_step *step = &finding->steps[i];

        dlc_report_thread_label(context, thread, sizeof(thread), step->thread);
        if (i == 0) {
            dlc_report_lock_label(context, lock, sizeof(lock), step->wait_lock, step->wait_address);
            dlc_output_format(context->output, "\n  Thread %s %s %s at\n", thread, misuse_verb(finding->rule),
                              lock);
            print_stack(context, step->wait_stack);
        }
        for (size_t j = 0; j < step->hold_count; j++) {
            dlc_report_lock_label(context, lock, sizeof(lock), step->holds[j].lock, step->holds[j].address);
            dlc_output_format(context->output, "\n  Thread %s had locked %s at\n", thread, lock);
            print_stack(context, step->holds[j].stack);
        }
        if (i > 0 && !step->hold_count)
            dlc_output_format(context->output, "\n  Thread %s has it locked; where is not known.\n", thread);
    }
}

/* Threads of a hang that stand in the same place and hold nothing that counts: a pool's idle workers. */
static bool wait_alike(const struct dlc_step *one, const struct dlc_step *other)
{
    return one->wait_kind == other->wait_kind && one->wait_kind != DLC_WAIT_NONE &&
           one->wait_address == other->wait_address && one->wait_stack == other->wait_stack &&
           one->hold_count == 0 && other->hold_count == 0;
}

static bool is_repeated(const struct dlc_finding *finding, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (wait_alike(&finding->steps[i], &finding->steps[at]))
            return true;
    }
    return false;
}

/* "(so do T3, T4, T5)": the threads after step `at` that wait like it. */
static void print_repeated(struct dlc_report_context *context, size_t at)
{
    const struct dlc_finding *finding = context->finding;
    char threads[THREADS_NAMED * 16] = "", thread[16];
    size_t count = 0, length = 0;

    for (size_t i = at + 1; i < finding->step_count; i++) {
        if (!wait_alike(&finding->steps[at], &finding->steps[i]) || count++ >= THREADS_NAMED)
            continue;
        dlc_report_thread_label(context, thread, sizeof(thread), finding->steps[i].thread);
        length += dlc_format(threads + length, sizeof(threads) - length, "%s%s", length ? ", " : "", thread);
    }
    if (count > THREADS_NAMED)
        dlc_prose_format(context->output, 4, "(so do %s and %zu more)", threads, count - THREADS_NAMED);
    else if (count > 0)
        dlc_prose_format(context->output, 4, "(so %s %s)", count > 1 ? "do" : "does", threads);
}

/* "Thread T2 ended while it held M1 (mutex), taken at". */
static void print_ended_step(struct dlc_report_context *context, const struct dlc_step *step)
{
    const struct dlc_hold *hold = dlc_cast_main_hold(step);
    char thread[16], held[DLC_REPORT_NAME_BYTES];

    dlc_report_thread_label(context, thread, sizeof(thread), step->thread);
    dlc_report_lock_label(context, held, sizeof(held), hold->lock, hold->address);
    dlc_output_format(context->output, "\n  Thread %s ended while it held %s, taken at\n", thread, held);
    print_stack(context, hold->stack);
}

void dlc_report_steps(struct dlc_report_context *context)
{
    if (context->finding->kind == DLC_FINDING_MISUSE) {
        print_misuse(context);
        return;
    }
    for (size_t i = 0; i < context->finding->step_count; i++) {
        const struct dlc_step *step = &context->finding->steps[i];

        if (dlc_cast_has_ended(context->finding, step)) {
            print_ended_step(context, step);
        } else if (context->finding->kind != DLC_FINDING_HANG) {
            print_cycle_step(context, step);
        } else if (!is_repeated(context->finding, i)) {
            print_cycle_step(context, step);
            print_repeated(context, i);
        }
    }
}
