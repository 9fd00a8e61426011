#include "libdlcheck/report/prose.h"

#include <string.h>

void dlc_prose(struct dlc_output *output, size_t indent, const char *text)
{
    size_t column = 0;

    while (*text) {
        size_t word = strcspn(text, " \n");

        if (column && column + 1 + word > DLC_PROSE_WIDTH) {
            dlc_output_format(output, "\n");
            column = 0;
        }
        if (column)
            dlc_output_format(output, " ");
        else
            dlc_output_format(output, "%*s", (int)indent, "");
        column = column ? column + 1 + word : indent + word;
        dlc_output_bytes(output, text, word);
        text += word;
        while (*text == ' ' || *text == '\n')
            text++;
    }
    dlc_output_format(output, "\n");
}

void dlc_prose_format(struct dlc_output *output, size_t indent, const char *format, ...)
{
    char text[1024];
    va_list arguments;

    va_start(arguments, format);
    dlc_format_list(text, sizeof(text), format, arguments);
    va_end(arguments);
    dlc_prose(output, indent, text);
}
