#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libdlcheck/base/arena.h"
#include "libdlcheck/base/output.h"
#include "libdlcheck/base/system.h"
#include "libdlcheck/record/writer.h"
#include "libdlcheck/record/writer_file.h"
#include "libdlcheck/report/report.h"
#include "libdlcheck/report/symbols_elf.h"
#include "libdlcheck/runtime/runtime.h"

/* A duplicate, because programs close and redirect their stderr; good only while it still is that file, because
   programs also close descriptors that they did not open. */
static struct {
    int descriptor;
    dev_t device;
    ino_t inode;
    bool started;
} channel = {.descriptor = -1};

void dlc_report_start(void)
{
    const char *log = dlc_runtime_options.log;
    struct stat status;
    int descriptor;

    if (channel.started)
        return;
    channel.started = true;
    descriptor = log[0] ? dlc_system_open(log, O_WRONLY | O_CREAT | O_APPEND, 0666) : -1;
    if (log[0] && descriptor < 0) {
        struct dlc_output output;

        dlc_output_open(&output, 2);
        dlc_output_format(&output, "dlcheck: cannot write the log %s (%s); reports go to stderr\n", log,
                          strerrordesc_np(errno));
        dlc_output_flush(&output);
    }
    /* Under `dlcheck run` there is next to nothing to say from here. */
    if (descriptor < 0 && dlc_runtime_options.print)
        descriptor = fcntl(2, F_DUPFD_CLOEXEC, 3);
    /* Even where no duplicate can be kept, the program's own stderr serves as long as it is the same file. */
    if (fstat(descriptor >= 0 ? descriptor : 2, &status) == 0) {
        channel.device = status.st_dev;
        channel.inode = status.st_ino;
    }
    if (descriptor >= 0)
        channel.descriptor = dlc_writer_file_move_descriptor(descriptor);
}

static bool is_the_channel(int descriptor)
{
    struct stat status;

    return descriptor >= 0 && fstat(descriptor, &status) == 0 && status.st_dev == channel.device &&
           status.st_ino == channel.inode;
}

void dlc_report_forget_channel(void)
{
    if (dlc_runtime_options.log[0])
        return;
    if (is_the_channel(channel.descriptor))
        dlc_system_close(channel.descriptor);
    channel.descriptor = -1;
}

static int usable_descriptor(void)
{
    if (is_the_channel(channel.descriptor))
        return channel.descriptor;
    return is_the_channel(2) ? 2 : -1;
}

void dlc_report_line(const char *format, ...)
{
    int descriptor;
    char text[1024];
    va_list arguments;
    struct dlc_output output;

    dlc_report_start();
    descriptor = usable_descriptor();
    if (descriptor < 0)
        return;
    va_start(arguments, format);
    dlc_format_list(text, sizeof text, format, arguments);
    va_end(arguments);
    dlc_output_open(&output, descriptor);
    dlc_output_format(&output, "dlcheck: %s\n", text);
    dlc_output_flush(&output);
}

/* What a report needs at hand: large, so not on a stack of the program. */
struct workshop {
    struct dlc_arena arena;
    struct dlc_reader reader;
    struct dlc_findings findings;
    struct dlc_symbols_elf symbols;
    struct dlc_output output;
};

static uint32_t print(bool (*analyze)(struct dlc_findings *, const struct dlc_reader *), bool with_footer)
{
    struct workshop *shop = dlc_pages_map(sizeof *shop);
    struct dlc_report_style style = {.all = dlc_runtime_options.all != 0, .colour = false};
    struct dlc_read_error error;
    size_t printed = 0;

    if (!shop)
        return 0;
    dlc_output_open(&shop->output, usable_descriptor());
    if (dlc_reader_check(&shop->reader, &shop->arena, dlc_writer_base, dlc_writer_size_bytes(), &error) &&
        analyze(&shop->findings, &shop->reader)) {
        dlc_symbols_elf_open(&shop->symbols);
        printed =
            dlc_report_findings(&shop->output, &shop->reader, &shop->findings, &shop->symbols.symboliser, &style);
        if (with_footer && printed)
            dlc_report_footer(&shop->output, &shop->reader, &shop->findings, style.all);
        if (dlc_runtime_options.print && printed && dlc_writer_has_file())
            dlc_report_pointer(&shop->output, dlc_runtime_options.dir);
        dlc_symbols_elf_close(&shop->symbols);
    }
    dlc_output_flush(&shop->output);
    dlc_findings_release(&shop->findings);
    dlc_arena_release(&shop->arena);
    dlc_pages_unmap(shop, sizeof *shop);
    return (uint32_t)printed;
}

void dlc_report_live(void)
{
    print(dlc_analyze_events, false);
}

uint32_t dlc_report_all(void)
{
    return print(dlc_analyze, true);
}
