/*
 * What the files of runtime/ share: the state of dlcheck in this process, and who does what when.
 *
 *     start.c    the first event, the constructor: options, recording, libunwind, call-backs
 *     fork.c     noticing that this is another process now, and starting afresh
 *     report.c   text from within the program
 *     ending.c   the process ends, by itself or by our hand
 */
#ifndef DLC_RUNTIME_RUNTIME_H
#define DLC_RUNTIME_RUNTIME_H

#include <stdbool.h>
#include <stdint.h>

#include "libdlcheck/base/futex_lock.h"
#include "libdlcheck/base/options.h"
#include "libdlcheck/record/format.h"

extern struct dlc_options dlc_runtime_options;

enum dlc_runtime_phase { DLC_RUNTIME_NEW = 0, DLC_RUNTIME_ON, DLC_RUNTIME_OFF };

/* Wiped by the kernel in a forked child, so that it starts as a new process. */
struct dlc_runtime_state {
    struct dlc_futex_lock lock;
    enum dlc_runtime_phase phase;
    uint32_t pid;
    bool has_ended;
};

/* The state, or NULL when there is no memory for it. */
struct dlc_runtime_state *dlc_runtime_state(void);

/* Makes sure that this process has a recording: from dlc_thread_enter, at the first event. False: dlcheck is off.
 */
bool dlc_runtime_start(void);

/* First thing in a forked child whose fork runs handlers: lets go of the parent's descriptors. */
void dlc_fork_begins(void);

/* In a forked child, at its first event: forgets all that describes the parent. */
void dlc_fork_reset(void);

/* The value of an environment variable, or NULL; also when the C library has no environment yet. Lives as long as
 * the process. */
const char *dlc_environment_get(const char *name);

/* Reads the options once, from DLCHECK_OPTIONS. */
void dlc_runtime_read_options(void);

/* One line on the private stderr: "dlcheck: ...". */
__attribute__((format(printf, 1, 2))) void dlc_report_line(const char *format, ...);

/* Makes the private duplicate of stderr, or opens the log. Early, before the program can close anything. */
void dlc_report_start(void);

/* In a forked child: closes the duplicate of stderr (a log stays). A daemon that has closed its stderr must not
 * keep a pipe open for us.
 */
void dlc_report_forget_channel(void);

/* Prints what live detection found, at once: only that. */
void dlc_report_live(void);

/* Prints everything. Returns how many findings there were. */
uint32_t dlc_report_all(void);

/* Registers for the end of the process; a live finding may bring it about. */
void dlc_ending_start(void);
void dlc_ending_live(const struct dlc_event_record *event, bool stuck);

#endif
