#!/usr/bin/env python3
"""Rule zero, case by case: each case of a bootstrap program is run plain, with libdlcheck.so preloaded, and linked
with it, and must do the same: exit status, standard output, standard error.

    run_bootstrap.py --library LIBDLCHECK --linked PROGRAM_LINKED PROGRAM [CASE...]
    run_bootstrap.py --library LIBDLCHECK -- COMMAND ARGUMENT...       (preloaded only)

The program's table (see cases.h) tells what to expect, in words ("traits"):
    status=N, signal=NAME  how the case ends, dlcheck or not; status=0 unless it says otherwise
    findings               dlcheck reports something; otherwise it must not
    report-to-stderr       findings, and the report goes to standard error, not to a log file: what is found there
                           is not compared
    noise                  dlcheck may say a line of its own, where it reports (it cannot keep a recording)
    recordings=N           at least so many recordings are left behind; 1 unless it says otherwise. A process that
                           takes no lock leaves none.
    dir=FOLDER, max_recording=SIZE   options for dlcheck
"""

import argparse
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import watchdog  # noqa: E402

SECONDS = 30
OWN_LINE = b"dlcheck: "


class Traits:
    def __init__(self, words):
        pairs = dict(word.split("=", 1) for word in words if "=" in word)
        self.status = int(pairs.get("status", 0))
        if "signal" in pairs:
            self.status = -signal.Signals[pairs["signal"]].value
        self.report_to_stderr = "report-to-stderr" in words
        self.findings = "findings" in words or self.report_to_stderr
        self.noise = "noise" in words or self.report_to_stderr
        self.recordings = int(pairs.get("recordings", 1))
        self.options = {name: pairs[name] for name in ("dir", "max_recording") if name in pairs}


def environment(preload=None, options=None):
    result = {name: value for name, value in os.environ.items()
              if name not in ("LD_PRELOAD", "DLCHECK_OPTIONS")}
    if preload:
        result["LD_PRELOAD"] = preload
    if options:
        result["DLCHECK_OPTIONS"] = ":".join(f"{name}={value}" for name, value in options.items())
    return result


def own_lines_removed(text):
    return b"".join(line for line in text.splitlines(keepends=True) if not line.startswith(OWN_LINE))


def problems_under_dlcheck(command, traits, plain, preload):
    """What differs from the plain run, and what dlcheck did wrong itself: a list of sentences."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="dlcheck-bootstrap-"))
    folder.chmod(0o755)
    log = folder / "log"
    options = {"dir": str(folder / "recordings")}
    if not traits.report_to_stderr:
        options["log"] = str(log)
    options.update(traits.options)
    try:
        outcome = watchdog.run(command, SECONDS, env=environment(preload, options), cwd=folder)
        report = log.read_bytes() if log.exists() else b""
        if traits.noise:
            report = own_lines_removed(report)
        recordings = len(list((folder / "recordings").glob("*")))
    finally:
        shutil.rmtree(folder, ignore_errors=True)

    problems = []
    if outcome.timed_out or outcome.status != plain.status:
        problems.append(f"{outcome.describe()}, plain: {plain.describe()}")
    if outcome.stdout != plain.stdout:
        problems.append(f"standard output {outcome.stdout!r}, plain: {plain.stdout!r}")
    said = own_lines_removed(outcome.stderr) if traits.noise else outcome.stderr
    if said != plain.stderr and not traits.report_to_stderr:
        problems.append(f"standard error {said!r}, plain: {plain.stderr!r}")
    if not traits.report_to_stderr and bool(report) != traits.findings:
        problems.append("nothing was reported" if traits.findings
                        else f"this was reported: {report.decode(errors='replace')}")
    if recordings < traits.recordings:
        problems.append(f"{recordings} recordings, not {traits.recordings}")
    return problems


def check_case(command, linked, library, traits):
    plain = watchdog.run(command, SECONDS, env=environment())
    if plain.timed_out or plain.status != traits.status:
        return [f"plain: {plain.describe()}, expected {traits.status}: {plain.stderr!r}"]
    problems = ["preloaded: " + text for text in problems_under_dlcheck(command, traits, plain, library)]
    if linked:
        command = [linked] + command[1:]
        problems += ["linked: " + text for text in problems_under_dlcheck(command, traits, plain, None)]
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", required=True)
    parser.add_argument("--linked")
    parser.add_argument("command", nargs="+")
    arguments = parser.parse_args()

    # The cases run in folders of their own.
    arguments.library = os.path.abspath(arguments.library)
    if arguments.linked:
        arguments.linked = os.path.abspath(arguments.linked)
        arguments.command[0] = os.path.abspath(arguments.command[0])
        program, wanted = arguments.command[0], arguments.command[1:]
        listing = subprocess.run([program, "--list"], check=True, capture_output=True, text=True,
                                 env=environment()).stdout
        table = [line.split() for line in listing.splitlines()]
        cases = [(words[0], [program, words[0]], Traits(words[1:])) for words in table
                 if not wanted or words[0] in wanted]
    else:
        cases = [(arguments.command[0], arguments.command, Traits(["recordings=0"]))]
    if not cases:
        parser.error("no such case")

    failed = []
    for name, command, traits in cases:
        problems = check_case(command, arguments.linked, arguments.library, traits)
        print(f"{'FAILED' if problems else 'passed'}  {name}")
        for problem in problems:
            print("        " + problem.replace("\n", "\n        "))
        if problems:
            failed.append(name)
    if failed:
        sys.exit(f"{len(failed)} of {len(cases)} cases failed: {' '.join(failed)}")


if __name__ == "__main__":
    main()
