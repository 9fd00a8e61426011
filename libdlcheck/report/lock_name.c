#include "libdlcheck/report/lock_name.h"

#include <string.h>

#include "libdlcheck/base/hash.h"
#include "libdlcheck/base/output.h"
#include "libdlcheck/report/fingerprint.h"
#include "libdlcheck/report/place.h"
#include "libdlcheck/report/report.h"
#include "libdlcheck/report/words.h"

/* For an object without a record: as the modules lie now. */
#define EPOCH_NOW (UINT32_MAX - 1)

static bool format_object(char *buffer, size_t size_bytes, const struct dlc_reader *reader, uint64_t address,
                          uint32_t epoch, struct dlc_symboliser *symboliser, bool as_class)
{
    const char *name, *module;
    uint64_t offset;

    name = symboliser->object_part ? symboliser->object_part(symboliser, reader, address, epoch, as_class) : NULL;
    if (name) {
        dlc_format(buffer, size_bytes, "%s", name);
        return true;
    }
    name = symboliser->object(symboliser, reader, address, epoch, &offset, &module);
    if (!name)
        return false;
    if (offset && !as_class)
        dlc_format(buffer, size_bytes, "%s+%lu", name, offset);
    else
        dlc_format(buffer, size_bytes, "%s", name);
    return true;
}

void dlc_object_name_format(char *buffer, size_t size_bytes, const struct dlc_reader *reader, uint64_t address,
                            struct dlc_symboliser *symboliser, const char *fallback)
{
    if (!format_object(buffer, size_bytes, reader, address, EPOCH_NOW, symboliser, false))
        dlc_format(buffer, size_bytes, "%s", fallback);
}

void dlc_lock_name_format(char *buffer, size_t size_bytes, const struct dlc_reader *reader, dlc_ref lock,
                          uint64_t address, struct dlc_symboliser *symboliser, struct dlc_backtrace *scratch)
{
    const struct dlc_lock_record *record = dlc_reader_lock(reader, lock);
    const char *kind = dlc_words_lock_kind(record ? record->kind : DLC_LOCK_MUTEX);
    const char *how = "first locked";
    size_t length;

    if (format_object(buffer, size_bytes, reader, address, record ? record->unload_epoch : EPOCH_NOW, symboliser,
                      false))
        return;
    dlc_backtrace_load(scratch, reader, record ? record->init_stack : 0, symboliser);
    if (dlc_backtrace_top(scratch))
        how = "initialised";
    else
        dlc_backtrace_load(scratch, reader, record ? record->first_stack : 0, symboliser);
    if (!dlc_backtrace_top(scratch)) {
        dlc_format(buffer, size_bytes, "unnamed %s", kind);
        return;
    }
    length = dlc_format(buffer, size_bytes, "%s%s %s ", kind,
                        record->flags & DLC_LOCK_ON_STACK ? " on a thread's stack," : "", how);
    if (length < size_bytes)
        dlc_place_format(buffer + length, size_bytes - length, reader, dlc_backtrace_top(scratch));
}

static void format_short(char *buffer, size_t size_bytes, const struct dlc_reader *reader, dlc_ref lock,
                         uint64_t address, struct dlc_symboliser *symboliser, struct dlc_backtrace *scratch,
                         bool as_class)
{
    const struct dlc_lock_record *record = dlc_reader_lock(reader, lock);
    const char *kind = dlc_words_lock_kind(record ? record->kind : DLC_LOCK_MUTEX);
    const struct dlc_frame *top;

    if (format_object(buffer, size_bytes, reader, address, record ? record->unload_epoch : EPOCH_NOW, symboliser,
                      as_class))
        return;
    dlc_backtrace_load(scratch, reader, record ? record->init_stack : 0, symboliser);
    top = dlc_backtrace_top(scratch);
    if (top && top->file)
        dlc_format(buffer, size_bytes, "%s from %s:%u", kind, dlc_backtrace_base_name(top->file), top->line);
    else if (top && top->function)
        dlc_format(buffer, size_bytes, "%s from %s", kind, top->function);
    else if (record && record->flags & DLC_LOCK_ON_STACK)
        dlc_format(buffer, size_bytes, "stack %s", kind);
    else
        dlc_format(buffer, size_bytes, "%s", kind);
}

void dlc_lock_short_format(char *buffer, size_t size_bytes, const struct dlc_reader *reader, dlc_ref lock,
                           uint64_t address, struct dlc_symboliser *symboliser, struct dlc_backtrace *scratch)
{
    format_short(buffer, size_bytes, reader, lock, address, symboliser, scratch, false);
}

void dlc_lock_class_format(char *buffer, size_t size_bytes, const struct dlc_reader *reader, dlc_ref lock,
                           uint64_t address, struct dlc_symboliser *symboliser, struct dlc_backtrace *scratch)
{
    format_short(buffer, size_bytes, reader, lock, address, symboliser, scratch, true);
}

uint64_t dlc_lock_class_hash(const struct dlc_reader *reader, dlc_ref lock, uint64_t address,
                             struct dlc_symboliser *symboliser, struct dlc_backtrace *scratch)
{
    const struct dlc_lock_record *record = dlc_reader_lock(reader, lock);
    const char *name, *module;
    uint64_t offset;

    name = symboliser->object(symboliser, reader, address, record ? record->unload_epoch : EPOCH_NOW, &offset,
                              &module);
    if (name) {
        uint64_t hash = dlc_hash_bytes(name, strlen(name));

        module = module ? dlc_backtrace_base_name(module) : "";
        return dlc_hash_add(hash, dlc_hash_bytes(module, strlen(module)));
    }
    if (record && record->init_stack)
        return dlc_fingerprint_stack(reader, record->init_stack, 1, symboliser, scratch);
    return dlc_hash_mix(record ? record->kind + 1 : 0);
}

void dlc_report_lock_name(char *buffer, size_t size_bytes, const struct dlc_reader *reader, dlc_ref lock,
                          uint64_t address, struct dlc_symboliser *symboliser)
{
    struct dlc_backtrace *scratch = dlc_pages_map(sizeof(*scratch));

    if (scratch)
        dlc_lock_name_format(buffer, size_bytes, reader, lock, address, symboliser, scratch);
    else
        dlc_format(buffer, size_bytes, "unnamed lock");
    dlc_pages_unmap(scratch, sizeof(*scratch));
}
