#include "libdlcheck/report/process.h"

/* A command line may be as long as a file list. */
#define COMMAND_BYTES 160

static void print_command(struct dlc_output *output, const struct dlc_text_record *command)
{
    /* Neither the NUL of the text nor that of the last argument. */
    uint32_t length = command->text_bytes - 1;
    uint32_t shown;

    if (length && !command->text[length - 1])
        length--;
    shown = length < COMMAND_BYTES ? length : COMMAND_BYTES;
    for (uint32_t i = 0; i < shown; i++)
        dlc_output_format(output, "%c", command->text[i] ? command->text[i] : ' ');
    if (shown < length)
        dlc_output_format(output, "...");
}

void dlc_report_process(struct dlc_output *output, const struct dlc_reader *reader)
{
    const struct dlc_header *header = dlc_reader_header(reader);
    const struct dlc_text_record *command = dlc_reader_text(reader, header->command);

    if (command && command->text_bytes > 1)
        print_command(output, command);
    else
        dlc_output_format(output, "%s", dlc_reader_string(reader, header->program));
    dlc_output_format(output, " (process %u)", header->pid);
}
