#include "libdlcheck/report/place.h"

#include <string.h>

#include "libdlcheck/base/output.h"
#include "libdlcheck/report/backtrace.h"

const char *dlc_place_path(const struct dlc_reader *reader, const char *file)
{
    const char *folder = dlc_reader_string(reader, dlc_reader_header(reader)->folder);
    size_t length = strlen(folder);

    if (length > 1 && !strncmp(file, folder, length) && file[length] == '/')
        return file + length + 1;
    return file;
}

void dlc_place_format(char *buffer, size_t size_bytes, const struct dlc_reader *reader,
                      const struct dlc_frame *frame)
{
    const char *module = frame->module ? dlc_backtrace_base_name(frame->module) : NULL;

    if (frame->function && frame->file)
        dlc_format(buffer, size_bytes, "at %s:%u in %s", dlc_place_path(reader, frame->file), frame->line,
                   frame->function);
    else if (frame->function && module)
        dlc_format(buffer, size_bytes, "in %s+0x%lx of %s", frame->function, frame->function_offset, module);
    else if (frame->function)
        dlc_format(buffer, size_bytes, "in %s", frame->function);
    else if (module)
        dlc_format(buffer, size_bytes, "in %s+0x%lx", module, frame->module_offset);
    else
        dlc_format(buffer, size_bytes, "in unknown code");
}
