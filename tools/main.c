#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tools/command.h"

static void say(const char *format, va_list arguments)
{
    fputs("dlcheck: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
}

void dlc_say(const char *format, ...)
{
    int saved = errno;
    va_list arguments;

    va_start(arguments, format);
    say(format, arguments);
    va_end(arguments);
    errno = saved;
}

void dlc_say_usage(const char *topic, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say(format, arguments);
    va_end(arguments);
    dlc_say("see: dlcheck help%s%s", topic ? " " : "", topic ? topic : "");
}

static int print_version(int argc, char **argv)
{
    if (argc > 1) {
        dlc_say_usage(NULL, "%s takes no argument", argv[0]);
        return DLC_EXIT_TROUBLE;
    }
    puts("dlcheck " DLC_VERSION);
    if (fflush(stdout) == 0)
        return DLC_EXIT_NOTHING;
    dlc_say("the version could not be written: %s", strerror(errno));
    return DLC_EXIT_TROUBLE;
}

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"run", dlc_command_run},     {"report", dlc_command_report}, {"help", dlc_command_help},
    {"--help", dlc_command_help}, {"-h", dlc_command_help},       {"--version", print_version},
};

int main(int argc, char **argv)
{
    if (argc < 2) {
        dlc_say_usage(NULL, "there is no command");
        return DLC_EXIT_TROUBLE;
    }
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (!strcmp(argv[1], commands[i].name))
            return commands[i].run(argc - 1, argv + 1);
    }
    dlc_say_usage(NULL, "there is no command \"%s\"", argv[1]);
    return DLC_EXIT_TROUBLE;
}
