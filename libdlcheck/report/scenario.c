#include "libdlcheck/report/context.h"
#include "libdlcheck/report/lock_name.h"
#include "libdlcheck/report/prose.h"
#include "libdlcheck/report/title.h"

#define COLUMNS_MOST 3
#define CELL_BYTES   96

struct column {
    char head[CELL_BYTES];
    char held[CELL_BYTES];
    char wanted[CELL_BYTES];
};

static void fill_column(struct dlc_report_context *context, const struct dlc_step *step, struct column *column)
{
    const struct dlc_hold *hold = dlc_cast_main_hold(step);
    bool stuck = context->finding->kind == DLC_FINDING_DEADLOCK;
    char thread[48], name[CELL_BYTES];

    dlc_report_step_label(context, thread, sizeof(thread), step);
    dlc_title_function(name, sizeof(name), context->reader, step->wait_stack, context->symboliser,
                       &context->backtrace);
    dlc_format(column->head, sizeof(column->head), "%s in %s", thread, name);
    dlc_report_lock_label(context, name, sizeof(name), hold ? hold->lock : 0, hold ? hold->address : 0);
    dlc_format(column->held, sizeof(column->held), "%s %s", stuck ? "holds" : "takes", name);
    dlc_report_lock_label(context, name, sizeof(name), step->wait_lock, step->wait_address);
    dlc_format(column->wanted, sizeof(column->wanted),
               step->wait_how == DLC_HOW_COND ? "wants %s back" : "waits for %s", name);
}

static void print_cell(struct dlc_output *output, size_t column, int width, const char *text)
{
    dlc_output_format(output, "    %*s%.*s\n", (int)column * width, "", width - 1, text);
}

void dlc_report_scenario(struct dlc_report_context *context)
{
    const struct dlc_finding *finding = context->finding;
    size_t count = finding->step_count;
    struct column columns[COLUMNS_MOST];
    int width;

    if (count < 2 || count > COLUMNS_MOST)
        return;
    width = (DLC_PROSE_WIDTH - 4) / (int)count;
    for (size_t i = 0; i < count; i++)
        fill_column(context, &finding->steps[i], &columns[i]);
    dlc_output_format(context->output, "\n  How it %s\n    ",
                      finding->kind == DLC_FINDING_DEADLOCK ? "happened" : "can happen");
    for (size_t i = 0; i < count; i++)
        dlc_output_format(context->output, "%-*.*s", i + 1 < count ? width : 0, width - 1, columns[i].head);
    dlc_output_format(context->output, "\n");
    for (size_t i = 0; i < count; i++)
        print_cell(context->output, i, width, columns[i].held);
    for (size_t i = 0; i < count; i++)
        print_cell(context->output, i, width, columns[i].wanted);
}
