#include "libdlcheck/base/output.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* How long a full pipe or terminal set to O_NONBLOCK by the program may keep a report waiting. */
#define PATIENCE_SECONDS 2

/* Where formatted text goes: an output, or a buffer of which `room` bytes (its NUL not counted) are left. */
struct sink {
    struct dlc_output *output;
    char *at;
    size_t room;
    size_t length;
};

struct conversion {
    bool left;
    bool zeros;
    size_t width;
    size_t precision;
    int longs; /* 1 for l, ll and z: all 64 bits wide here */
};

void dlc_output_open(struct dlc_output *output, int descriptor)
{
    output->descriptor = descriptor;
    output->failed = false;
    output->error_number = 0;
    output->used_bytes = 0;
}

/* The raw system calls: write() and poll() are cancellation points, and the program may have its own. */
static bool write_some(int descriptor, const char **bytes, size_t *size_bytes)
{
    long written = syscall(SYS_write, descriptor, *bytes, *size_bytes);

    if (written >= 0) {
        *bytes += written;
        *size_bytes -= (size_t)written;
        return true;
    }
    if (errno == EINTR)
        return true;
    if (errno == EAGAIN) {
        struct pollfd full = {.fd = descriptor, .events = POLLOUT};
        struct timespec patience = {.tv_sec = PATIENCE_SECONDS};
        long ready = syscall(SYS_ppoll, &full, 1, &patience, NULL, 0);

        if (ready > 0 || (ready < 0 && errno == EINTR))
            return true;
        errno = EAGAIN;
    }
    return false;
}

/* A reader that has gone or a file that may not grow is ours to note, not a signal for the program: SIGPIPE and
   SIGXFSZ are kept off for the write and taken back when it raised one. */
void dlc_output_flush(struct dlc_output *output)
{
    const char *bytes = output->buffer;
    size_t left = output->used_bytes;
    int saved = errno;
    sigset_t raised, before, pending;

    output->used_bytes = 0;
    if (output->failed || !left)
        return;
    sigemptyset(&raised);
    sigaddset(&raised, SIGPIPE);
    sigaddset(&raised, SIGXFSZ);
    sigpending(&pending);
    syscall(SYS_rt_sigprocmask, SIG_BLOCK, &raised, &before, sizeof(uint64_t));
    while (left) {
        if (!write_some(output->descriptor, &bytes, &left)) {
            output->failed = true;
            output->error_number = errno;
            break;
        }
    }
    if (output->error_number == EPIPE || output->error_number == EFBIG) {
        int number = output->error_number == EPIPE ? SIGPIPE : SIGXFSZ;
        struct timespec now = {0};
        sigset_t one;

        sigemptyset(&one);
        sigaddset(&one, number);
        if (!sigismember(&pending, number))
            syscall(SYS_rt_sigtimedwait, &one, NULL, &now, sizeof(uint64_t));
    }
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, sizeof(uint64_t));
    errno = saved;
}

void dlc_output_bytes(struct dlc_output *output, const char *bytes, size_t size_bytes)
{
    while (size_bytes) {
        size_t room = sizeof(output->buffer) - output->used_bytes;
        size_t part = size_bytes < room ? size_bytes : room;

        memcpy(output->buffer + output->used_bytes, bytes, part);
        output->used_bytes += part;
        bytes += part;
        size_bytes -= part;
        if (output->used_bytes == sizeof(output->buffer))
            dlc_output_flush(output);
    }
}

static void put(struct sink *sink, const char *bytes, size_t size_bytes)
{
    sink->length += size_bytes;
    if (sink->output) {
        dlc_output_bytes(sink->output, bytes, size_bytes);
        return;
    }
    if (size_bytes > sink->room)
        size_bytes = sink->room;
    if (!size_bytes)
        return;
    memcpy(sink->at, bytes, size_bytes);
    sink->at += size_bytes;
    sink->room -= size_bytes;
}

static void put_repeated(struct sink *sink, char byte, size_t count)
{
    while (count--)
        put(sink, &byte, 1);
}

static void put_text(struct sink *sink, const struct conversion *how, const char *text, size_t length)
{
    size_t padding = how->width > length ? how->width - length : 0;

    if (!how->left)
        put_repeated(sink, ' ', padding);
    put(sink, text, length);
    if (how->left)
        put_repeated(sink, ' ', padding);
}

static void put_number(struct sink *sink, const struct conversion *how, uint64_t magnitude, unsigned base,
                       bool negative)
{
    char digits[24];
    char *at = digits + sizeof(digits);

    do {
        *--at = "0123456789abcdef"[magnitude % base];
        magnitude /= base;
    } while (magnitude);
    if (how->zeros) {
        size_t length = (size_t)(digits + sizeof(digits) - at) + negative;

        put(sink, "-", negative);
        put_repeated(sink, '0', how->width > length ? how->width - length : 0);
        put(sink, at, length - negative);
        return;
    }
    if (negative)
        *--at = '-';
    put_text(sink, how, at, (size_t)(digits + sizeof(digits) - at));
}

static size_t parse_digits(const char **format)
{
    size_t value = 0;

    while (**format >= '0' && **format <= '9')
        value = value * 10 + (size_t)(*(*format)++ - '0');
    return value;
}

static struct conversion parse_conversion(const char **format, va_list *arguments)
{
    struct conversion how = {.precision = SIZE_MAX};

    for (;; (*format)++) {
        if (**format == '-')
            how.left = true;
        else if (**format == '0')
            how.zeros = true;
        else
            break;
    }
    if (**format == '*') {
        how.width = (size_t)va_arg(*arguments, int);
        (*format)++;
    } else {
        how.width = parse_digits(format);
    }
    if (**format == '.') {
        (*format)++;
        if (**format == '*') {
            how.precision = (size_t)va_arg(*arguments, int);
            (*format)++;
        } else {
            how.precision = parse_digits(format);
        }
    }
    for (; **format == 'l' || **format == 'z'; (*format)++)
        how.longs = 1;
    return how;
}

static void put_formatted(struct sink *sink, const char *format, va_list *arguments)
{
    while (*format) {
        const char *percent = strchrnul(format, '%');
        struct conversion how;

        put(sink, format, (size_t)(percent - format));
        if (!*percent)
            return;
        format = percent + 1;
        how = parse_conversion(&format, arguments);
        switch (*format) {
        case 's': {
            const char *text = va_arg(*arguments, const char *);

            put_text(sink, &how, text, strnlen(text, how.precision));
            break;
        }
        case 'c': {
            char byte = (char)va_arg(*arguments, int);

            put_text(sink, &how, &byte, 1);
            break;
        }
        case 'd': {
            int64_t value = how.longs ? va_arg(*arguments, long) : va_arg(*arguments, int);

            put_number(sink, &how, value < 0 ? -(uint64_t)value : (uint64_t)value, 10, value < 0);
            break;
        }
        case 'u':
        case 'x': {
            uint64_t value = how.longs ? va_arg(*arguments, unsigned long) : va_arg(*arguments, unsigned);

            put_number(sink, &how, value, *format == 'x' ? 16 : 10, false);
            break;
        }
        case '%':
            put(sink, "%", 1);
            break;
        default:
            /* Not one of ours: shown as it stands, and no argument is guessed. */
            put(sink, percent, (size_t)(format - percent));
            continue;
        }
        format++;
    }
}

void dlc_output_format(struct dlc_output *output, const char *format, ...)
{
    struct sink sink = {.output = output};
    va_list arguments;

    va_start(arguments, format);
    put_formatted(&sink, format, &arguments);
    va_end(arguments);
}

size_t dlc_format_list(char *buffer, size_t size_bytes, const char *format, va_list arguments)
{
    struct sink sink = {.at = buffer, .room = size_bytes ? size_bytes - 1 : 0};
    va_list copy;

    va_copy(copy, arguments);
    put_formatted(&sink, format, &copy);
    va_end(copy);
    if (size_bytes)
        *sink.at = '\0';
    return sink.length;
}

size_t dlc_format(char *buffer, size_t size_bytes, const char *format, ...)
{
    va_list arguments;
    size_t length;

    va_start(arguments, format);
    length = dlc_format_list(buffer, size_bytes, format, arguments);
    va_end(arguments);
    return length;
}
