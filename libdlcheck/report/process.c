#include "libdlcheck/report/process.h"

/* A command line may be as long as a file list. */
#define COMMAND_BYTES 160

static void print_command(struct dlc_output *output, const struct dlc_text_record *command)
{
    char text[COMMAND_BYTES + 1];
    uint32_t length = 0;

    for (; length + 1 < command->text_bytes && length < COMMAND_BYTES; length++)
        text[length] = command->text[length] ? command->text[length] : ' ';
    dlc_output_bytes(output, text, length);
    if (length + 1 < command->text_bytes)
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
