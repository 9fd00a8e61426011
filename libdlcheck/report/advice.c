#include "libdlcheck/report/context.h"
#include "libdlcheck/report/lock_name.h"
#include "libdlcheck/report/prose.h"
#include "libdlcheck/report/title.h"
#include "libdlcheck/report/words.h"

/* What a sentence about one step of a cycle speaks of. */
struct step_words {
    char function[128];
    char held[160];
    char wanted[160];
};

static void say_step(struct dlc_report_context *context, const struct dlc_step *step, struct step_words *words)
{
    const struct dlc_hold *hold = dlc_cast_main_hold(step);

    dlc_title_function(words->function, sizeof(words->function), context->reader, step->wait_stack,
                       context->symboliser, &context->backtrace);
    dlc_report_lock_label(context, words->wanted, sizeof(words->wanted), step->wait_lock, step->wait_address);
    words->held[0] = '\0';
    if (hold)
        dlc_report_lock_label(context, words->held, sizeof(words->held), hold->lock, hold->address);
}

void dlc_report_doubts(struct dlc_report_context *context)
{
    const struct dlc_finding *finding = context->finding;

    if (!finding->labels)
        return;
    dlc_output_format(context->output, "\n  Can it really happen?\n");
    for (unsigned label = 0; label < DLC_LABEL_COUNT; label++) {
        if (finding->labels & DLC_LABEL_BIT(label))
            dlc_prose_format(context->output, 4, "%s: %s", dlc_report_label_name(label), dlc_words_label(label));
    }
}

static bool locks_of_one_class(struct dlc_report_context *context)
{
    uint64_t first = 0;

    for (size_t i = 0; i < context->finding->step_count; i++) {
        const struct dlc_step *step = &context->finding->steps[i];
        uint64_t class_hash = dlc_lock_class_hash(context->reader, step->wait_lock, step->wait_address,
                                                  context->symboliser, &context->backtrace);

        if (i == 0)
            first = class_hash;
        else if (class_hash != first)
            return false;
    }
    return true;
}

static void advise_cycle(struct dlc_report_context *context)
{
    const struct dlc_finding *finding = context->finding;
    const struct dlc_step *last = &finding->steps[finding->step_count - 1];
    struct step_words first_words, last_words;

    for (size_t i = 0; i < finding->step_count; i++) {
        if (finding->steps[i].wait_how != DLC_HOW_COND)
            continue;
        say_step(context, &finding->steps[i], &first_words);
        dlc_prose_format(
            context->output, 4,
            "Waiting on a condition variable gives back its own mutex only: in %s, release %s before the wait, or "
            "take it only when the wait is over.",
            first_words.function, first_words.held);
        return;
    }
    say_step(context, &finding->steps[0], &first_words);
    say_step(context, last, &last_words);
    if (locks_of_one_class(context))
        dlc_prose_format(
            context->output, 4,
            "These locks are all of one kind, so nothing in the code says which comes first. Decide an "
            "order (by address, by index) and in %s take the lock that comes first in it before the "
            "other.",
            first_words.function);
    else if (finding->step_count == 2)
        dlc_prose_format(
            context->output, 4,
            "Take these locks in one order everywhere. For example, in %s take %s before %s, as %s does; "
            "or let %s release %s before it takes %s.",
            last_words.function, last_words.wanted, last_words.held, first_words.function, last_words.function,
            last_words.held, last_words.wanted);
    else
        dlc_prose_format(
            context->output, 4,
            "Take these locks in one order everywhere. Breaking one step is enough: for example, in %s "
            "take %s before %s, or release %s before taking %s.",
            last_words.function, last_words.wanted, last_words.held, last_words.held, last_words.wanted);
}

void dlc_report_advice(struct dlc_report_context *context)
{
    const struct dlc_finding *finding = context->finding;

    dlc_output_format(context->output, "\n  What to do\n");
    switch (finding->kind) {
    case DLC_FINDING_DEADLOCK:
    case DLC_FINDING_POSSIBLE_DEADLOCK:
        if (finding->step_count == 1)
            dlc_prose(context->output, 4, dlc_words_rule_advice(DLC_RULE_RELOCK));
        else
            advise_cycle(context);
        break;
    case DLC_FINDING_HANG:
        if (dlc_cast_any_has_ended(finding))
            dlc_prose(context->output, 4, dlc_words_rule_advice(DLC_RULE_OWNER_EXITED));
        else
            dlc_prose(
                context->output, 4,
                "Find the step that is missing. Often a condition was signalled before the wait began: check it "
                "under the mutex, in a loop around the wait, and change it under the same mutex. Or a thread "
                "ended without signalling, or was never told to stop.");
        break;
    case DLC_FINDING_MISUSE:
        dlc_prose(context->output, 4, dlc_words_rule_advice(finding->rule));
        break;
    case DLC_FINDING_KIND_COUNT:
        break;
    }
}
