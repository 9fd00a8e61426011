"""Runs a command that may hang: with a time limit, in a process group of its own that is killed as a whole."""

import os
import signal
import subprocess
from dataclasses import dataclass


@dataclass
class Outcome:
    status: int  # as of subprocess: the exit status, or minus the signal that ended it
    stdout: bytes
    stderr: bytes
    timed_out: bool

    def describe(self):
        if self.timed_out:
            return "killed by the watchdog"
        if self.status < 0:
            return f"ended by {signal.Signals(-self.status).name}"
        return f"exit status {self.status}"


def run(command, seconds, **options):
    """Runs `command` with empty standard input and both outputs captured. `options` go to subprocess.Popen.

    What the command leaves behind is killed, too: a background process of a test must not outlive it.
    """
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               start_new_session=True, **options)
    timed_out = False
    try:
        stdout, stderr = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        timed_out = True
        kill_group(process.pid)
        stdout, stderr = process.communicate()
    kill_group(process.pid)
    return Outcome(process.returncode, stdout, stderr, timed_out)


def kill_group(group):
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass
