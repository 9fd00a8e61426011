#include <string.h>

#include "libdlcheck/report/context.h"
#include "libdlcheck/report/lock_name.h"
#include "libdlcheck/report/place.h"
#include "libdlcheck/report/process.h"
#include "libdlcheck/report/prose.h"
#include "libdlcheck/report/words.h"

#define BOLD_RED "\033[1;31m"
#define PLAIN    "\033[0m"

void dlc_report_lock_label(struct dlc_report_context *context, char *buffer, size_t size_bytes, dlc_ref lock,
                           uint64_t address)
{
    char name[DLC_REPORT_NAME_BYTES];

    dlc_lock_short_format(name, sizeof(name), context->reader, lock, address, context->symboliser,
                          &context->backtrace);
    dlc_format(buffer, size_bytes, "M%zu (%s)", dlc_cast_lock_number(&context->cast, lock, address), name);
}

void dlc_report_thread_label(const struct dlc_report_context *context, char *buffer, size_t size_bytes,
                             dlc_ref thread)
{
    const struct dlc_thread_record *record = dlc_reader_thread(context->reader, thread);

    if (record)
        dlc_format(buffer, size_bytes, "T%u", record->number);
    else
        dlc_format(buffer, size_bytes, "T?");
}

void dlc_report_step_label(const struct dlc_report_context *context, char *buffer, size_t size_bytes,
                           const struct dlc_step *step)
{
    const struct dlc_step *steps = context->finding->steps;
    char thread[16];

    dlc_report_thread_label(context, thread, sizeof(thread), step->thread);
    if (step > steps && (step->thread == steps[0].thread || step->thread == step[-1].thread))
        dlc_format(buffer, size_bytes, "another thread (here %s again)", thread);
    else
        dlc_format(buffer, size_bytes, "thread %s", thread);
}

static void print_title(struct dlc_report_context *context)
{
    char title[1024];

    dlc_report_title(title, sizeof(title), context->reader, context->finding, context->symboliser);
    if (context->style->colour)
        dlc_output_format(context->output, "%s%s%s\n", BOLD_RED, title, PLAIN);
    else
        dlc_output_format(context->output, "%s\n", title);
}

static void print_hang_summary(struct dlc_report_context *context)
{
    if (dlc_cast_any_has_ended(context->finding))
        dlc_prose(context->output, 2,
                  "Nothing in this process can run any more: every thread waits, without a timeout, and a thread "
                  "has ended without unlocking a mutex, which nobody is left to unlock.");
    else
        dlc_prose(context->output, 2,
                  "Nothing in this process can run any more: every thread waits, without a timeout, for something "
                  "that only another of these threads could do.");
}

static void print_summary(struct dlc_report_context *context)
{
    const struct dlc_finding *finding = context->finding;

    switch (finding->kind) {
    case DLC_FINDING_DEADLOCK:
        if (finding->step_count == 1)
            dlc_prose(context->output, 2,
                      "This thread waits for a lock that it holds itself. It will wait for ever.");
        else
            dlc_prose_format(
                context->output, 2,
                "These %zu threads are stuck for ever: each waits for a lock that the next one holds.",
                finding->step_count);
        break;
    case DLC_FINDING_HANG:
        print_hang_summary(context);
        break;
    case DLC_FINDING_POSSIBLE_DEADLOCK:
        dlc_prose_format(
            context->output, 2,
            "Threads that come here at the same time can block each other for ever: each holds a lock "
            "that the next one waits for. The order in which the locks were taken in this run shows it; "
            "it need not have happened yet.");
        break;
    case DLC_FINDING_MISUSE:
        dlc_prose(context->output, 2, dlc_words_rule(finding->rule));
        break;
    case DLC_FINDING_KIND_COUNT:
        break;
    }
    if (finding->count > 1)
        dlc_prose_format(context->output, 2,
                         "Seen %lu times, with other threads or locks of the same origin; one is "
                         "shown.",
                         finding->count);
}

/* " runs worker_main": what the thread was started with. */
static void print_start_routine(struct dlc_report_context *context, const struct dlc_thread_record *thread)
{
    const struct dlc_stack_record *created = dlc_reader_stack(context->reader, thread->create_stack);
    struct dlc_frame frames[4];
    size_t count;

    if (!thread->start_routine)
        return;
    count = context->symboliser->frames(context->symboliser, context->reader, thread->start_routine,
                                        created ? created->unload_epoch : 0, frames, 4);
    if (count && frames[count - 1].function && !dlc_backtrace_is_own(&frames[count - 1]))
        dlc_output_format(context->output, ", runs %s", frames[count - 1].function);
}

static void print_thread(struct dlc_report_context *context, dlc_ref ref)
{
    const struct dlc_thread_record *thread = dlc_reader_thread(context->reader, ref);
    const struct dlc_header *header = dlc_reader_header(context->reader);
    char place[DLC_REPORT_NAME_BYTES], parent[16];

    if (!thread)
        return;
    dlc_output_format(context->output, "    T%u", thread->number);
    if (thread->name[0])
        dlc_output_format(context->output, " \"%.*s\"", (int)sizeof(thread->name), thread->name);
    if (context->finding->time_ns)
        dlc_output_format(context->output, " (%s %u)",
                          thread->state == DLC_THREAD_RUNNING ? "tid" : "ended, was tid", thread->tid);
    if (thread->tid == header->pid)
        dlc_output_format(context->output, ", the main thread");
    else
        print_start_routine(context, thread);
    dlc_backtrace_load(&context->backtrace, context->reader, thread->create_stack, context->symboliser);
    if (dlc_backtrace_top(&context->backtrace)) {
        const struct dlc_thread_record *creator = dlc_reader_thread(context->reader, thread->parent);

        dlc_report_thread_label(context, parent, sizeof(parent), thread->parent);
        dlc_place_format(place, sizeof(place), context->reader, dlc_backtrace_top(&context->backtrace));
        dlc_output_format(context->output, ", created by %s %s",
                          creator && creator->tid == header->pid ? "the main thread" : parent, place);
    }
    dlc_output_format(context->output, "\n");
}

static void print_cast(struct dlc_report_context *context)
{
    const struct dlc_cast *cast = &context->cast;
    char name[DLC_REPORT_NAME_BYTES];

    dlc_output_format(context->output, "\n  Process\n    ");
    dlc_report_process(context->output, context->reader);
    dlc_output_format(context->output, "\n  Threads\n");
    for (size_t i = 0; i < cast->thread_count; i++)
        print_thread(context, cast->threads[i]);
    if (cast->lock_count)
        dlc_output_format(context->output, "  Locks\n");
    for (size_t i = 0; i < cast->lock_count; i++) {
        dlc_lock_name_format(name, sizeof(name), context->reader, cast->locks[i].lock, cast->locks[i].address,
                             context->symboliser, &context->backtrace);
        dlc_output_format(context->output, "    M%zu is %s\n", i + 1, name);
    }
}

static void print_finding(struct dlc_report_context *context)
{
    uint64_t fingerprint = dlc_report_fingerprint(context->reader, context->finding, context->symboliser);

    print_title(context);
    print_summary(context);
    print_cast(context);
    if (context->finding->kind == DLC_FINDING_DEADLOCK || context->finding->kind == DLC_FINDING_POSSIBLE_DEADLOCK)
        dlc_report_scenario(context);
    dlc_report_steps(context);
    dlc_report_doubts(context);
    dlc_report_advice(context);
    dlc_output_format(context->output, "\n  Suppression\n    %s fingerprint=%016lx\n",
                      dlc_report_kind_name(context->finding->kind), fingerprint);
}

bool dlc_report_finding(struct dlc_output *output, const struct dlc_reader *reader,
                        const struct dlc_finding *finding, struct dlc_symboliser *symboliser,
                        const struct dlc_report_style *style)
{
    struct dlc_report_context *context = dlc_pages_map(sizeof(*context));
    bool all_right = false;

    if (context) {
        context->output = output;
        context->reader = reader;
        context->finding = finding;
        context->symboliser = symboliser;
        context->style = style;
        all_right = dlc_cast_load(&context->cast, &context->arena, finding);
        if (all_right)
            print_finding(context);
        dlc_cast_release(&context->cast);
        dlc_arena_release(&context->arena);
    }
    if (!all_right)
        dlc_output_format(output, "%s: no memory for the report\n", dlc_words_certainty(finding->kind));
    dlc_pages_unmap(context, sizeof(*context));
    return all_right;
}

size_t dlc_report_findings(struct dlc_output *output, const struct dlc_reader *reader,
                           const struct dlc_findings *findings, struct dlc_symboliser *symboliser,
                           const struct dlc_report_style *style)
{
    size_t printed = 0;

    for (size_t i = 0; i < findings->count; i++) {
        if (!style->all && !dlc_finding_reported(&findings->items[i]))
            continue;
        dlc_report_finding(output, reader, &findings->items[i], symboliser, style);
        dlc_output_format(output, "\n");
        printed++;
    }
    return printed;
}
