#!/usr/bin/env python3
"""Runs one program under `dlcheck run` and compares what was found with its golden file, NAME.json.

    run_golden.py [--update] [--frames N] --dlcheck DLCHECK --source FILE GOLDEN -- PROGRAM ARGUMENT...

A golden file is the contract of one program, free of everything that may change: findings, steps, locks and labels
are sorted; addresses, ids, names of threads and wording are left out. A place is "function:line" of the innermost
frame in the program's own source file (--frames N: of the innermost N, "callee:line < caller:line"). A lock in
`holds` that another step waits for is marked by " *".

Whoever reads a source file must find there what is found in it: every line of the contract has to stand in the
file's first comment. The golden file of a fixed twin, NAME_fixed, has no findings.

--text compares the report's text with NAME.txt instead.
"""

import argparse
import difflib
import json
import os
import pathlib
import re
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import watchdog  # noqa: E402

SECONDS = 30
FOUND = 66


def place(stack, source, frame_count):
    frames = [frame for frame in stack if pathlib.Path(frame["file"] or "").name == source.name]
    return " < ".join(f"{function_name(frame['function'])}:{frame['line']}" for frame in frames[:frame_count]) or "?"


def function_name(name):
    """Without parameters: compilers differ in whether they write them down."""
    return re.sub(r"\(.*", "", name or "?")


def wanted(waits_for, lock_names):
    if waits_for is None:
        return "nothing"
    if "lock" in waits_for:
        text = lock_names[waits_for["lock"]]
    elif "condition" in waits_for:
        text = f"condition {waits_for['condition']}"
    else:
        text = "the end of a thread"
    return text + (", timed" if waits_for.get("timed") else "")


def contract_of_step(step, lock_names, source, frame_count):
    holds = [f"{lock_names[hold['lock']]} ({place(hold['stack'], source, frame_count)})"
             + (" *" if hold["in_cycle"] else "") for hold in step["holds"]]
    return {"holds": holds,
            "waits_for": f"{wanted(step['waits_for'], lock_names)} ({place(step['stack'], source, frame_count)})"}


def contract_of_finding(finding, source, frame_count):
    lock_names = {lock["id"]: lock["name"] for lock in finding["locks"]}
    contract = {"kind": finding["kind"]}
    if "rule" in finding:
        contract["rule"] = finding["rule"]
    contract["labels"] = sorted(finding["labels"])
    contract["count"] = finding["count"]
    contract["threads"] = len({step["thread"] for step in finding["steps"]})
    contract["locks"] = sorted(lock_names.values())
    contract["steps"] = sorted((contract_of_step(step, lock_names, source, frame_count)
                                for step in finding["steps"]), key=json.dumps)
    return contract


def contract_of(report, status, source, frame_count):
    return {"exit": status,
            "findings": sorted((contract_of_finding(finding, source, frame_count)
                                for finding in report["findings"]), key=json.dumps),
            "counts": {name: count for name, count in report["counts"].items() if count},
            "not_seen": {name: count for name, count in report["not_seen"].items() if count}}


def lines_not_announced(contract, source):
    """Lines of the contract that the source file's first comment does not mention."""
    comment = source.read_text().split("*/", 1)[0]
    announced = set(re.findall(r"\d+", comment))
    found = {line for finding in contract["findings"]
             for line in re.findall(r":(\d+)", json.dumps(finding["steps"]))}
    return sorted(found - announced, key=int)


def normalised_text(text, source, program, folder):
    """What differs from run to run, or between machines and compilers, is replaced."""
    text = text.replace(str(folder), "FOLDER").replace(program, pathlib.Path(program).name)
    text = re.sub(r"[^\s(]*/" + re.escape(source.name), source.name, text)
    text = re.sub(r"\b(process|tid) \d+", r"\1 N", text)
    text = re.sub(r"has waited \d+ \w+ for", "waits for", text)
    text = re.sub(r"fingerprint=[0-9a-f]+", "fingerprint=F", text)
    # Threads are numbered as they are first seen, which is a race.
    numbers = {}
    return re.sub(r"\bT\d+\b", lambda match: numbers.setdefault(match.group(), f"T{len(numbers) + 1}"), text)


def run(arguments):
    """The program's report in the wanted form, and the exit status."""
    with tempfile.TemporaryDirectory(prefix="dlcheck-golden-") as folder:
        output = pathlib.Path(folder) / "report"
        style = "text" if arguments.text else "json"
        command = [arguments.dlcheck, "run", f"--format={style}", "--output", str(output), "--",
                   *arguments.command]
        environment = {name: value for name, value in os.environ.items() if name != "DLCHECK_OPTIONS"}
        outcome = watchdog.run(command, SECONDS, cwd=folder, env=environment)
        if outcome.timed_out or not output.exists():
            sys.exit(f"{outcome.describe()}\n{outcome.stderr.decode(errors='replace')}")
        report = output.read_text()
        if arguments.text:
            return normalised_text(report, arguments.source, arguments.command[0], folder)
        return contract_of(json.loads(report), outcome.status, arguments.source, arguments.frames)


def check_contract(contract, arguments):
    unannounced = lines_not_announced(contract, arguments.source)
    if unannounced:
        sys.exit(f"{arguments.source.name}: its first comment does not mention line {', '.join(unannounced)}\n"
                 + json.dumps(contract, indent=2))
    if arguments.golden.stem.endswith("_fixed") and (contract["findings"] or contract["exit"] == FOUND):
        sys.exit("a fixed twin must stay silent:\n" + json.dumps(contract, indent=2))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--update", action="store_true", help="write the golden file")
    parser.add_argument("--text", action="store_true")
    parser.add_argument("--frames", type=int, default=1)
    parser.add_argument("--dlcheck", required=True)
    parser.add_argument("--source", type=pathlib.Path, required=True)
    parser.add_argument("golden", type=pathlib.Path)
    parser.add_argument("command", nargs="+")
    arguments = parser.parse_args()
    arguments.dlcheck = os.path.abspath(arguments.dlcheck)
    arguments.command[0] = os.path.abspath(arguments.command[0])

    found = run(arguments)
    if not arguments.text:
        check_contract(found, arguments)
        found = json.dumps(found, indent=2) + "\n"
    if arguments.update or os.environ.get("DLCHECK_UPDATE_GOLDEN"):
        arguments.golden.write_text(found)
        return
    expected = arguments.golden.read_text()
    if found != expected:
        sys.stdout.writelines(difflib.unified_diff(expected.splitlines(True), found.splitlines(True),
                                                   arguments.golden.name, "found"))
        sys.exit(1)


if __name__ == "__main__":
    main()
