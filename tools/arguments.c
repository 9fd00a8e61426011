#include "tools/arguments.h"

#include <string.h>

void dlc_arguments_start(struct dlc_arguments *arguments, int argc, char **argv)
{
    *arguments = (struct dlc_arguments){.argc = argc, .argv = argv, .next = 1};
}

bool dlc_arguments_flag(struct dlc_arguments *arguments)
{
    const char *text = arguments->next < arguments->argc ? arguments->argv[arguments->next] : "";
    const char *equals;

    if (arguments->ended || text[0] != '-' || text[1] == '\0')
        return false;
    arguments->next++;
    arguments->ended = !strcmp(text, "--");
    if (arguments->ended)
        return false;
    arguments->name = text + (text[1] == '-' ? 2 : 1);
    equals = strchr(arguments->name, '=');
    arguments->name_length = equals ? (size_t)(equals - arguments->name) : strlen(arguments->name);
    arguments->value = equals ? equals + 1 : NULL;
    return true;
}

bool dlc_arguments_is(const struct dlc_arguments *arguments, const char *name)
{
    for (size_t i = 0; i < arguments->name_length; i++) {
        char byte = arguments->name[i] == '-' ? '_' : arguments->name[i];

        if (byte != (name[i] == '-' ? '_' : name[i]))
            return false;
    }
    return name[arguments->name_length] == '\0';
}

const char *dlc_arguments_value(struct dlc_arguments *arguments)
{
    if (!arguments->value && arguments->next < arguments->argc)
        arguments->value = arguments->argv[arguments->next++];
    return arguments->value;
}
