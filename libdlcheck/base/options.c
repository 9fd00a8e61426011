#include "libdlcheck/base/options.h"

#include <string.h>

enum option_type { TYPE_TEXT, TYPE_NUMBER, TYPE_CHOICE };

/* What the parser needs beside struct dlc_option_row; row i of both tables is row i of options.def. */
struct option_value {
    enum option_type type;
    size_t offset_bytes; /* of the member in struct dlc_options */
    uint64_t minimum;
    uint64_t maximum;
};

const struct dlc_option_row dlc_option_rows[] = {
#define DLC_OPTION_TEXT(name, initial, argument, help)                     {#name, argument, initial, help, false},
#define DLC_OPTION_NUMBER(name, initial, minimum, maximum, argument, help) {#name, argument, initial, help, false},
#define DLC_OPTION_CHOICE(name, initial, choices, help)                    {#name, choices, initial, help, false},
#define DLC_OPTION_INTERNAL(name, initial, minimum, maximum, help)         {#name, "N", initial, help, true},
#include "libdlcheck/base/options.def"
};

const size_t dlc_option_row_count = sizeof(dlc_option_rows) / sizeof(dlc_option_rows[0]);

static const struct option_value values[] = {
#define OFFSET(name)                                   offsetof(struct dlc_options, name)
#define DLC_OPTION_TEXT(name, initial, argument, help) {TYPE_TEXT, OFFSET(name), 0, 0},
#define DLC_OPTION_NUMBER(name, initial, minimum, maximum, argument, help)                                        \
    {TYPE_NUMBER, OFFSET(name), minimum, maximum},
#define DLC_OPTION_CHOICE(name, initial, choices, help)            {TYPE_CHOICE, OFFSET(name), 0, 0},
#define DLC_OPTION_INTERNAL(name, initial, minimum, maximum, help) {TYPE_NUMBER, OFFSET(name), minimum, maximum},
#include "libdlcheck/base/options.def"
};

void dlc_options_defaults(struct dlc_options *options)
{
    char problem[8];

    for (size_t i = 0; i < dlc_option_row_count; i++) {
        const struct dlc_option_row *row = &dlc_option_rows[i];

        dlc_options_set(options, row->name, strlen(row->name), row->initial, strlen(row->initial), problem,
                        sizeof(problem));
    }
}

/* Decimal digits and at most one of K, M, G. */
static bool parse_number(const char *text, size_t length, uint64_t *number)
{
    uint64_t value = 0;
    unsigned shift = 0;

    if (length > 1) {
        const char *suffix = strchr("KkMmGg", text[length - 1]);

        if (suffix && *suffix) {
            shift = 10 * (unsigned)(1 + (suffix - "KkMmGg") / 2);
            length--;
        }
    }
    if (!length)
        return false;
    for (size_t i = 0; i < length; i++) {
        unsigned digit = (unsigned)(unsigned char)text[i] - '0';

        if (digit > 9 || value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    if (value > UINT64_MAX >> shift)
        return false;
    *number = value << shift;
    return true;
}

/* Index of the choice in "one|two|three". */
static bool parse_choice(const char *choices, const char *text, size_t length, uint32_t *choice)
{
    for (uint32_t i = 0;; i++) {
        size_t choice_length = strcspn(choices, "|");

        if (choice_length == length && !memcmp(choices, text, length)) {
            *choice = i;
            return true;
        }
        choices += choice_length;
        if (!*choices++)
            return false;
    }
}

static size_t find_row(const char *name, size_t name_length)
{
    size_t i = 0;

    while (i < dlc_option_row_count && (strncmp(dlc_option_rows[i].name, name, name_length) != 0 ||
                                        dlc_option_rows[i].name[name_length] != '\0'))
        i++;
    return i;
}

bool dlc_options_set(struct dlc_options *options, const char *name, size_t name_length, const char *value,
                     size_t value_length, char *problem, size_t problem_bytes)
{
    size_t i = find_row(name, name_length);
    void *member;
    uint64_t number;

    if (i == dlc_option_row_count) {
        dlc_format(problem, problem_bytes, "there is no option \"%.*s\"", (int)name_length, name);
        return false;
    }
    member = (char *)options + values[i].offset_bytes;
    switch (values[i].type) {
    case TYPE_TEXT:
        if (value_length >= DLC_OPTION_TEXT_BYTES) {
            dlc_format(problem, problem_bytes, "option \"%s\" takes at most %d bytes", dlc_option_rows[i].name,
                       DLC_OPTION_TEXT_BYTES - 1);
            return false;
        }
        memcpy(member, value, value_length);
        ((char *)member)[value_length] = '\0';
        return true;
    case TYPE_NUMBER:
        if (!parse_number(value, value_length, &number) || number < values[i].minimum ||
            number > values[i].maximum) {
            dlc_format(problem, problem_bytes, "option \"%s\" takes a number from %lu to %lu, not \"%.*s\"",
                       dlc_option_rows[i].name, values[i].minimum, values[i].maximum, (int)value_length, value);
            return false;
        }
        memcpy(member, &number, sizeof(number));
        return true;
    case TYPE_CHOICE:
        if (!parse_choice(dlc_option_rows[i].argument, value, value_length, member)) {
            dlc_format(problem, problem_bytes, "option \"%s\" takes one of %s, not \"%.*s\"",
                       dlc_option_rows[i].name, dlc_option_rows[i].argument, (int)value_length, value);
            return false;
        }
        return true;
    }
    return false;
}

/* Copies one "key=value" part without its escapes; returns what follows it. A part that does not fit is cut at a
   length that no option takes, so that setting it says so. */
static const char *copy_part(const char *text, char *part, size_t part_bytes, size_t *length)
{
    for (*length = 0; *text && *text != ':'; text++) {
        if (text[0] == '\\' && (text[1] == ':' || text[1] == '\\'))
            text++;
        if (*length < part_bytes)
            part[(*length)++] = *text;
    }
    return *text ? text + 1 : text;
}

bool dlc_options_parse(struct dlc_options *options, const char *text, char *problem, size_t problem_bytes)
{
    bool all_right = true;

    while (*text) {
        char part[2 * DLC_OPTION_TEXT_BYTES];
        char later_problem[8];
        char *where = all_right ? problem : later_problem;
        size_t where_bytes = all_right ? problem_bytes : sizeof(later_problem);
        size_t length;
        const char *equals;

        text = copy_part(text, part, sizeof(part), &length);
        if (!length)
            continue;
        equals = memchr(part, '=', length);
        if (!equals) {
            dlc_format(where, where_bytes, "\"%.*s\" is not of the form option=value", (int)length, part);
            all_right = false;
        } else if (!dlc_options_set(options, part, (size_t)(equals - part), equals + 1,
                                    length - (size_t)(equals - part) - 1, where, where_bytes)) {
            all_right = false;
        }
    }
    return all_right;
}

void dlc_options_help(struct dlc_output *output)
{
    dlc_output_format(output, "DLCHECK_OPTIONS=name=value:name=value...\n");
    for (size_t i = 0; i < dlc_option_row_count; i++) {
        const struct dlc_option_row *row = &dlc_option_rows[i];

        if (!row->internal)
            dlc_output_format(output, "  %s=%s\n      %s (default: %s)\n", row->name, row->argument, row->help,
                              *row->initial ? row->initial : "none");
    }
}
