#include <jansson.h>
#include <string.h>

#include "libdlcheck/report/backtrace.h"
#include "libdlcheck/report/cast.h"
#include "libdlcheck/report/lock_name.h"
#include "libdlcheck/report/report.h"
#include "tools/memory.h"
#include "tools/show.h"

#define SCHEMA 1

/* What the parts of one finding share. */
struct finding_context {
    const struct dlc_reader *reader;
    struct dlc_symboliser *symboliser;
    struct dlc_cast cast;
    struct dlc_backtrace *backtrace;
};

/* Names come from files: whatever is not UTF-8 in them must not cost the document. */
static json_t *text(const char *bytes)
{
    json_t *value = bytes ? json_string(bytes) : json_null();

    if (!value) {
        char *plain = dlc_print("%s", bytes);

        for (char *at = plain; *at; at++)
            *at = (unsigned char)*at < 128 ? *at : '?';
        value = json_string(plain);
        free(plain);
    }
    return value;
}

static json_t *whole(uint64_t number)
{
    return json_integer((json_int_t)number);
}

static json_t *hexadecimal(uint64_t number)
{
    char buffer[20];

    dlc_format(buffer, sizeof(buffer), "%016lx", number);
    return json_string(buffer);
}

static json_t *frame_object(const struct dlc_frame *frame)
{
    json_t *object = json_object();

    json_object_set_new(object, "function", text(frame->function));
    json_object_set_new(object, "file", text(frame->file));
    json_object_set_new(object, "line", frame->line ? whole(frame->line) : json_null());
    json_object_set_new(object, "module", text(frame->module));
    json_object_set_new(object, "offset", whole(frame->module_offset));
    if (frame->inlined)
        json_object_set_new(object, "inlined", json_true());
    return object;
}

static json_t *stack_array(struct finding_context *context, dlc_ref stack)
{
    json_t *array = json_array();

    dlc_backtrace_load(context->backtrace, context->reader, stack, context->symboliser);
    for (size_t i = context->backtrace->first; i < context->backtrace->end; i++)
        json_array_append_new(array, frame_object(&context->backtrace->frames[i]));
    return array;
}

static json_t *thread_id(const struct dlc_reader *reader, dlc_ref ref)
{
    const struct dlc_thread_record *thread = dlc_reader_thread(reader, ref);
    char buffer[16];

    if (!thread)
        return json_null();
    dlc_format(buffer, sizeof(buffer), "T%u", thread->number);
    return json_string(buffer);
}

static json_t *lock_id(struct finding_context *context, dlc_ref lock, uint64_t address)
{
    char buffer[32];

    dlc_format(buffer, sizeof(buffer), "M%zu", dlc_cast_lock_number(&context->cast, lock, address));
    return json_string(buffer);
}

static json_t *threads_array(struct finding_context *context)
{
    json_t *array = json_array();

    for (size_t i = 0; i < context->cast.thread_count; i++) {
        const struct dlc_thread_record *thread = dlc_reader_thread(context->reader, context->cast.threads[i]);
        char name[sizeof(thread->name) + 1];
        json_t *object;

        if (!thread)
            continue;
        object = json_object();
        dlc_format(name, sizeof(name), "%.*s", (int)sizeof(thread->name), thread->name);
        json_object_set_new(object, "id", thread_id(context->reader, context->cast.threads[i]));
        json_object_set_new(object, "name", text(*name ? name : NULL));
        json_object_set_new(object, "tid", whole(thread->tid));
        json_object_set_new(object, "created_by", thread_id(context->reader, thread->parent));
        json_object_set_new(object, "created_at", stack_array(context, thread->create_stack));
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *locks_array(struct finding_context *context)
{
    json_t *array = json_array();

    for (size_t i = 0; i < context->cast.lock_count; i++) {
        const struct dlc_cast_lock *member = &context->cast.locks[i];
        const struct dlc_lock_record *lock = dlc_reader_lock(context->reader, member->lock);
        json_t *object = json_object();
        char name[512];

        dlc_lock_name_format(name, sizeof(name), context->reader, member->lock, member->address,
                             context->symboliser, context->backtrace);
        json_object_set_new(object, "id", lock_id(context, member->lock, member->address));
        json_object_set_new(object, "name", text(name));
        json_object_set_new(object, "address", hexadecimal(member->address));
        json_object_set_new(object, "initialised_at", stack_array(context, lock ? lock->init_stack : 0));
        json_object_set_new(object, "first_locked_at", stack_array(context, lock ? lock->first_stack : 0));
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *holds_array(struct finding_context *context, const struct dlc_step *step)
{
    json_t *array = json_array();

    for (size_t i = 0; i < step->hold_count; i++) {
        const struct dlc_hold *hold = &step->holds[i];
        json_t *object = json_object();

        json_object_set_new(object, "lock", lock_id(context, hold->lock, hold->address));
        json_object_set_new(object, "in_cycle", json_boolean(hold->in_cycle));
        json_object_set_new(object, "stack", stack_array(context, hold->stack));
        json_array_append_new(array, object);
    }
    return array;
}

/* null: the thread waits for nothing, or not any more. */
static json_t *wanted_object(struct finding_context *context, const struct dlc_step *step)
{
    json_t *object;
    const struct dlc_thread_record *joined;
    char buffer[512];

    if (step->wait_kind == DLC_WAIT_NONE && !dlc_cast_wants_lock(step))
        return json_null();
    object = json_object();
    switch ((enum dlc_wait_kind)step->wait_kind) {
    case DLC_WAIT_COND:
        dlc_object_name_format(buffer, sizeof(buffer), context->reader, step->wait_address, context->symboliser,
                               "");
        json_object_set_new(object, "condition", text(*buffer ? buffer : NULL));
        break;
    case DLC_WAIT_JOIN:
        joined = dlc_cast_joined(context->reader, step);
        dlc_format(buffer, sizeof(buffer), "T%u", joined ? joined->number : 0);
        json_object_set_new(object, "thread", text(joined ? buffer : NULL));
        break;
    case DLC_WAIT_NONE:
    case DLC_WAIT_MUTEX:
    case DLC_WAIT_KIND_COUNT:
        if (dlc_cast_wants_lock(step))
            json_object_set_new(object, "lock", lock_id(context, step->wait_lock, step->wait_address));
        break;
    }
    if (step->wait_timed)
        json_object_set_new(object, "timed", json_true());
    return object;
}

static json_t *steps_array(struct finding_context *context, const struct dlc_finding *finding)
{
    json_t *array = json_array();

    for (size_t i = 0; i < finding->step_count; i++) {
        const struct dlc_step *step = &finding->steps[i];
        json_t *object = json_object();

        json_object_set_new(object, "thread", thread_id(context->reader, step->thread));
        json_object_set_new(object, "holds", holds_array(context, step));
        json_object_set_new(object, "waits_for", wanted_object(context, step));
        json_object_set_new(object, "stack", stack_array(context, step->wait_stack));
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *labels_array(uint32_t labels)
{
    json_t *array = json_array();

    for (unsigned label = 0; label < DLC_LABEL_COUNT; label++) {
        if (labels & DLC_LABEL_BIT(label))
            json_array_append_new(array, json_string(dlc_report_label_name(label)));
    }
    return array;
}

static json_t *pids_array(const struct dlc_bug *bug)
{
    json_t *array = json_array();

    for (size_t i = 0; i < bug->process_count; i++)
        json_array_append_new(array, whole(dlc_reader_header(&bug->processes[i]->reader)->pid));
    return array;
}

static json_t *finding_object(const struct dlc_bug *bug)
{
    struct finding_context context = {.reader = &bug->recording->reader,
                                      .symboliser = &bug->recording->symbols.symboliser,
                                      .backtrace = dlc_allocate(sizeof(*context.backtrace))};
    struct dlc_arena arena = DLC_ARENA_EMPTY;
    json_t *object = json_object();
    char title[1024];

    dlc_certain(dlc_cast_load(&context.cast, &arena, bug->finding) ? &context : NULL);
    dlc_report_title(title, sizeof(title), context.reader, bug->finding, context.symboliser);
    json_object_set_new(object, "kind", json_string(dlc_report_kind_name(bug->finding->kind)));
    if (bug->finding->kind == DLC_FINDING_MISUSE)
        json_object_set_new(object, "rule", json_string(dlc_report_rule_name(bug->finding->rule)));
    json_object_set_new(object, "labels", labels_array(bug->finding->labels));
    json_object_set_new(object, "fingerprint", hexadecimal(bug->fingerprint));
    json_object_set_new(object, "title", text(title));
    json_object_set_new(object, "process", whole(dlc_reader_header(context.reader)->pid));
    json_object_set_new(object, "processes", pids_array(bug));
    json_object_set_new(object, "threads", threads_array(&context));
    json_object_set_new(object, "locks", locks_array(&context));
    json_object_set_new(object, "steps", steps_array(&context, bug->finding));
    json_object_set_new(object, "count", whole(bug->count));
    dlc_cast_release(&context.cast);
    dlc_arena_release(&arena);
    free(context.backtrace);
    return object;
}

static json_t *process_object(const struct dlc_recording *recording)
{
    const struct dlc_header *header = dlc_reader_header(&recording->reader);
    const struct dlc_text_record *command = dlc_reader_text(&recording->reader, header->command);
    json_t *object = json_object(), *arguments = json_array();

    for (uint32_t at = 0; command && at + 1 < command->text_bytes;
         at += (uint32_t)strnlen(command->text + at, command->text_bytes - at) + 1) {
        char *argument = dlc_print("%.*s", (int)(command->text_bytes - at), command->text + at);

        json_array_append_new(arguments, text(argument));
        free(argument);
    }
    json_object_set_new(object, "pid", whole(header->pid));
    json_object_set_new(object, "program", text(dlc_reader_string(&recording->reader, header->program)));
    json_object_set_new(object, "command", arguments);
    return object;
}

static json_t *counts_object(const struct dlc_session *session)
{
    json_t *object = json_object();

    for (unsigned label = DLC_LABEL_GUARDED; label < DLC_LABEL_COUNT; label++) {
        uint64_t sum = 0;

        for (size_t i = 0; i < session->recording_count; i++)
            sum += session->recordings[i]->findings.label_counts[label];
        json_object_set_new(object, dlc_report_label_name(label), whole(sum));
    }
    return object;
}

static json_t *not_seen_object(const struct dlc_session *session)
{
    json_t *object = json_object();
    uint64_t stopped = 0, switched_off = 0;

    for (unsigned counter = 0; counter < DLC_COUNTER_COUNT; counter++) {
        uint64_t sum = 0;

        for (size_t i = 0; i < session->recording_count; i++)
            sum += dlc_reader_header(&session->recordings[i]->reader)->counters[counter];
        json_object_set_new(object, dlc_report_counter_name(counter), whole(sum));
    }
    for (size_t i = 0; i < session->recording_count; i++) {
        stopped += session->recordings[i]->findings.budget_hit;
        switched_off += dlc_reader_header(&session->recordings[i]->reader)->internal_error != 0;
    }
    json_object_set_new(object, "searches_stopped", whole(stopped));
    json_object_set_new(object, "processes_switched_off", whole(switched_off));
    json_object_set_new(object, "recordings_unreadable", whole(session->unreadable_count));
    return object;
}

char *dlc_json_session(const struct dlc_session *session)
{
    json_t *document = json_object(), *processes = json_array(), *findings = json_array();
    char *lines, *document_text;

    for (size_t i = 0; i < session->recording_count; i++)
        json_array_append_new(processes, process_object(session->recordings[i]));
    for (size_t i = 0; i < session->bug_count; i++)
        json_array_append_new(findings, finding_object(&session->bugs[i]));
    json_object_set_new(document, "schema", whole(SCHEMA));
    json_object_set_new(document, "processes", processes);
    json_object_set_new(document, "findings", findings);
    json_object_set_new(document, "counts", counts_object(session));
    json_object_set_new(document, "suppressed", whole(session->suppressed_count));
    json_object_set_new(document, "not_seen", not_seen_object(session));
    document_text = dlc_certain(json_dumps(document, JSON_INDENT(2)));
    lines = dlc_print("%s\n", document_text);
    free(document_text);
    json_decref(document);
    return lines;
}
