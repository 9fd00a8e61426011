"""The ways to run a program (plainly, under `dlcheck run`, with the library preloaded) and what a run yields."""

import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass

RUN_LIMIT_S = 300


def environment():
    """Ours, without what would reach a plain run too, or change the language of its output."""
    removed = ("LD_PRELOAD", "DLCHECK_OPTIONS")
    return {name: value for name, value in os.environ.items() if name not in removed} | {"LC_ALL": "C"}


@dataclass
class Outcome:
    """What a run did. `text` is all of its output that must be the same in every run."""
    status: int
    text: str
    seconds: float
    peak_bytes: int


class Native:
    title = "native"

    def prefix(self, recordings):
        return []


class Tool(Native):
    """`dlcheck run`: its time has the analysis and the report in it."""
    title = "dlcheck run"

    def __init__(self, build):
        self.tool = build / "bin/dlcheck"

    def prefix(self, recordings):
        return [self.tool, "run", f"--dir={recordings}", f"--log={recordings}.log", "--"]


class Preload(Native):
    """The library alone: the program's own status, time and memory, without those of the tool."""
    title = "preload"

    def __init__(self, build):
        self.library = build / "lib/libdlcheck.so"

    def prefix(self, recordings):
        return ["env", f"LD_PRELOAD={self.library}", f"DLCHECK_OPTIONS=dir={recordings}:print=0"]


class Run:
    """One run of one program in a folder of its own."""

    def __init__(self, way, folder):
        self.way = way
        self.folder = folder
        self.recordings = folder / "recordings"
        self.output = folder / "output"
        self.peak = folder / "peak"

    def start(self, arguments, stdin=subprocess.DEVNULL):
        """The process, in a process group of its own; stdout and stderr go to self.output."""
        # A child's peak memory starts with that of its parent, here this interpreter's: time(1) is a small parent.
        command = ["time", "-q", "-f", "%M", "-o", self.peak, *self.way.prefix(self.recordings), *arguments]
        started = time.monotonic()
        with open(self.output, "wb") as output:
            process = subprocess.Popen([str(word) for word in command], cwd=self.folder, env=environment(),
                                       stdin=stdin, stdout=output, stderr=subprocess.STDOUT,
                                       start_new_session=True)
        process.started = started
        return process

    def finish(self, process):
        """Waits; a process that takes too long is killed. The Outcome has no text yet."""
        limit = threading.Timer(RUN_LIMIT_S, os.killpg, (process.pid, signal.SIGKILL))
        limit.start()
        status = process.wait()
        seconds = time.monotonic() - process.started
        limit.cancel()
        return Outcome(status, "", seconds, int(self.peak.read_text() or 0) * 1024 if self.peak.exists() else 0)

    def kill(self, process):
        os.killpg(process.pid, signal.SIGKILL)

    def complete(self, arguments, stdin=subprocess.DEVNULL):
        """Start to end; the text is all that the program wrote."""
        outcome = self.finish(self.start(arguments, stdin))
        outcome.text = self.output.read_text(errors="replace")
        return outcome


def peak_bytes_of(pid):
    """Peak resident memory of a running process."""
    with open(f"/proc/{pid}/status") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0
