#!/usr/bin/env python3
"""The `dlcheck` command: every exit status, wrong input, and what it says.

    test_cli.py --dlcheck DLCHECK --make-recordings PROGRAM --compiler CC --manual dlcheck.1

Findings come from recordings that make_recordings writes, so that names and lines are known; only the tests of
`dlcheck run` run programs, made here.
"""

import argparse
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
import unittest

SECONDS = 60
ARGUMENTS = None

PROGRAM = r"""
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;

static void *forth(void *unused)
{
    pthread_mutex_lock(&a);
    pthread_mutex_lock(&b);
    pthread_mutex_unlock(&b);
    pthread_mutex_unlock(&a);
    return unused;
}

static void *back(void *unused)
{
    pthread_mutex_lock(&b);
    pthread_mutex_lock(&a);
    pthread_mutex_unlock(&a);
    pthread_mutex_unlock(&b);
    return unused;
}

static void run(void *(*function)(void *))
{
    pthread_t thread;

    pthread_create(&thread, NULL, function, NULL);
    pthread_join(thread, NULL);
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    char *clash = strstr(what, "clash");

    puts("to stdout");
    fflush(stdout);
    if (clash) {
        run(forth);
        run(back);
    }
    if (strstr(what, "kill"))
        raise(SIGKILL);
    if (strstr(what, "wait")) {
        puts("waiting");
        fflush(stdout);
        for (;;)
            pause();
    }
    return strstr(what, "fail") ? 7 : 0;
}
"""


def call(*arguments, cwd=None, environment=None, **more):
    merged = {name: value for name, value in os.environ.items()
              if name not in ("DLCHECK_OPTIONS", "LD_PRELOAD", "NO_COLOR")}
    merged.update(environment or {})
    return subprocess.run([ARGUMENTS.dlcheck, *map(str, arguments)], cwd=cwd, env=merged, timeout=SECONDS,
                          stdout=more.pop("stdout", subprocess.PIPE), stderr=subprocess.PIPE, text=True, **more)


class Command(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.TemporaryDirectory(prefix="dlcheck-cli-")
        cls.folder = pathlib.Path(cls.place.name)
        cls.recordings = cls.folder / "recordings"
        cls.recordings.mkdir()
        subprocess.run([ARGUMENTS.make_recordings, cls.recordings], check=True)

    @classmethod
    def tearDownClass(cls):
        cls.place.cleanup()

    def check(self, outcome, status, stdout="", stderr=""):
        """The exit status, and that both outputs contain what they should: nothing where "" is given."""
        said = f"\nstdout: {outcome.stdout}\nstderr: {outcome.stderr}"
        self.assertEqual(outcome.returncode, status, said)
        for expected, found in ((stdout, outcome.stdout), (stderr, outcome.stderr)):
            if expected is not None and found is not None:
                self.assertIn(expected, found, said)
                self.assertTrue(expected or not found, said)


class Help(Command):
    def test_topics(self):
        for arguments, expected in ((["help"], "dlcheck run"), (["--help"], "dlcheck run"), (["-h"], "dlcheck run"),
                                    (["help", "run"], "--error-exitcode"), (["run", "--help"], "--on-deadlock"),
                                    (["help", "report"], "FILE.dlc"), (["report", "-h"], "FILE.dlc"),
                                    (["help", "options"], "on_deadlock=exit|continue|abort")):
            with self.subTest(arguments):
                self.check(call(*arguments), 0, stdout=expected)

    def test_version(self):
        self.check(call("--version"), 0, stdout="dlcheck ")

    def test_wrong_usage(self):
        for arguments, expected in (([], "there is no command"), (["rnu"], 'no command "rnu"'),
                                    (["help", "nothing"], 'no help on "nothing"'), (["help", "run", "report"], "one topic"),
                                    (["--version", "x"], "takes no argument"),
                                    (["run"], "no program"), (["run", "--"], "no program"),
                                    (["run", "--nosuch", "true"], "no option --nosuch"),
                                    (["run", "--print=1", "true"], "no option --print"),
                                    (["run", "--frames", "0", "true"], '"frames" takes a number'),
                                    (["run", "--on-deadlock=never", "true"], "one of exit|continue|abort"),
                                    (["run", "--error-exitcode=256", "true"], "takes a number from 0 to 255"),
                                    (["run", "--frames"], "takes a value"),
                                    (["run", "--log=x", "--output=y", "true"], "give one of them"),
                                    (["report", "--format=xml"], "text or json"), (["report", "--output"], "name of a file"),
                                    (["report", "--nosuch"], "no option --nosuch")):
            with self.subTest(arguments):
                self.check(call(*arguments), 2, stderr=expected)

    def test_options_in_the_environment_are_checked(self):
        self.check(call("run", "true", environment={"DLCHECK_OPTIONS": "frames=none"}), 2,
                   stderr="DLCHECK_OPTIONS is wrong")

    def test_the_manual_has_every_option_with_its_default(self):
        manual = ARGUMENTS.manual.read_text()
        options = re.findall(r"^  (\w+)=\S+\n((?: {10}.*\n)+)", call("help", "options").stdout, re.MULTILINE)
        self.assertGreater(len(options), 5)
        for name, text in options:
            entry = re.search(rf"^\.BI? ?R? ?{name}= .*\n((?:(?!\.TP|\.SH).*\n)+)", manual, re.MULTILINE)
            self.assertIsNotNone(entry, name)
            default = re.search(r"\(default: (\S+)\)", " ".join(text.split()))
            if default:
                self.assertIn(f"(default: {default[1]})", entry[1].replace("\n", " "), name)

    def test_the_manual_has_every_flag(self):
        manual = ARGUMENTS.manual.read_text().replace("\\-", "-")
        for topic in ("run", "report"):
            for flag in re.findall(r"^  --([\w-]+)", call("help", topic).stdout, re.MULTILINE):
                self.assertTrue(f"--{flag}" in manual or f"{flag.replace('-', '_')}=" in manual, flag)

    def test_a_full_disk_is_noticed(self):
        with open("/dev/full", "w") as full:
            self.check(call("help", stdout=full), 2, stderr="could not be written")
            self.check(call("report", self.recordings / "possible", stdout=full), 2, stderr="could not be written")
        self.check(call("report", self.recordings / "possible", "--output", "/dev/full"), 2,
                   stderr="could not be written in full to /dev/full")


class Report(Command):
    def report(self, *names, **more):
        return call("report", *(self.recordings / name for name in names), **more)

    def test_exit_status(self):
        self.check(self.report("clean"), 0, stdout="0 findings in 1 process")
        self.check(self.report("guarded"), 0, stdout="1 guarded")
        for name in ("possible", "deadlock", "hang", "relock", "unlock-not-owner"):
            self.check(self.report(name), 66, stdout="1 finding in 1 process")

    def test_counted_findings_are_shown_on_demand_and_are_no_findings(self):
        outcome = call("report", "--all", self.recordings / "guarded")
        self.check(outcome, 0, stdout="POSSIBLE DEADLOCK: func1 (mutexA, mutexB) and func2 (mutexB, mutexA)")
        self.assertIn("guarded: ", outcome.stdout)
        self.assertNotIn("Counted but not shown", outcome.stdout)

    def test_each_rule_has_its_title(self):
        for name, title in (("unlock-not-owner", "func1 unlocks mutexB, which another thread has locked"),
                            ("unlock-not-locked", "func1 unlocks mutexB, which is not locked"),
                            ("relock", "func1 locks mutexA, which its thread holds already"),
                            ("owner-exited", "func1 waits for mutexB, whose owner has ended"),
                            ("destroy-locked", "func1 destroys mutexB, which is locked")):
            with self.subTest(name):
                self.check(self.report(name), 66, stdout=f"MISUSE: {title}\n")

    def test_threads_that_hang_in_one_place_share_its_stack(self):
        text = self.report("hang").stdout
        self.assertIn("Thread T2 waits for a signal on condition variable ready at\n", text)
        self.assertIn("\n    (so does T3)\n\n  Thread T1 waits for", text)
        self.assertNotIn("Thread T3 waits", text)

    def test_a_hang_names_the_owner_that_has_ended(self):
        outcome = self.report("ended")
        self.check(outcome, 66, stdout="HANG: func1 waits for mutexB; func2 locked mutexB and its thread ended\n")
        self.assertRegex(outcome.stdout, r"\n  Thread T3 ended while it held M1 \(mutexB\), taken at\n      #0 func2 ")
        self.assertIn("Unlock the mutex on every way out of the thread", outcome.stdout)
        finding, = json.loads(call("report", "--format=json", self.recordings / "ended").stdout)["findings"]
        waiting, ended = finding["steps"]
        self.assertEqual(waiting["waits_for"], {"lock": ended["holds"][0]["lock"]})
        self.assertTrue(ended["holds"][0]["in_cycle"])
        self.assertEqual((ended["waits_for"], ended["stack"]), (None, []))

    def test_members_and_elements_have_names(self):
        outcome = self.report("names")
        self.check(outcome, 66, stdout="M1 is forks[1]")
        self.assertIn("func1 (forks[], mutex from make_recordings.c:", outcome.stdout)
        self.assertIn("M3 (pool.lock)", call("report", "--all", self.recordings / "guarded").stdout)

    def test_frames_have_lines_and_their_text(self):
        self.assertRegex(self.report("possible").stdout,
                         r"#0 func1 \(.*make_recordings\.c:(\d+)\)\n +\1 \| pthread_mutex_lock\(&mutexA\);")

    def test_equal_findings_of_several_processes_are_one(self):
        self.check(self.report("possible", "possible", "clean"), 66, stdout="1 finding in 3 processes")

    def test_the_default_folder(self):
        with tempfile.TemporaryDirectory() as folder:
            self.check(call("report", cwd=folder), 2, stderr="there is no folder dlcheck.out here")
            shutil.copytree(self.recordings / "possible", pathlib.Path(folder) / "dlcheck.out")
            self.check(call("report", cwd=folder), 66, stdout="1 finding")

    def test_nothing_to_read(self):
        with tempfile.TemporaryDirectory() as folder:
            self.check(call("report", folder), 2, stderr="there are no recordings")
            self.check(call("report", pathlib.Path(folder) / "nosuch"), 2, stderr="cannot be read: No such file")

    def test_unreadable_recordings_are_named_and_the_others_reported(self):
        whole = (self.recordings / "possible" / "1.dlc").read_bytes()
        broken = self.recordings / "broken.dlc"
        for content in (b"", b"DLCHECK", whole[:1000], b"X" * len(whole), whole[:8] + b"\xff" * 4 + whole[12:]):
            broken.write_bytes(content)
            with self.subTest(len(content)):
                self.check(call("report", broken), 3, stderr="broken.dlc cannot be read: ")
                outcome = call("report", broken, self.recordings / "possible")
                self.check(outcome, 66, stdout="1 finding in 1 process", stderr="(at byte ")
                self.check(call("report", broken, self.recordings / "clean"), 3, stdout="0 findings in 1 process",
                           stderr="cannot be read")

    def test_json(self):
        report = json.loads(call("report", "--format=json", self.recordings / "possible").stdout)
        self.assertEqual(report["schema"], 1)
        self.assertEqual(report["processes"][0]["command"], ["./make_recordings", "--fast"])
        finding, = report["findings"]
        self.assertEqual((finding["kind"], finding["labels"], finding["count"]), ("possible-deadlock", ["parallel"], 1))
        self.assertEqual({lock["name"] for lock in finding["locks"]}, {"mutexA", "mutexB"})
        self.assertEqual(len(finding["steps"]), 2)
        ids = {lock["id"] for lock in finding["locks"]}
        for step in finding["steps"]:
            self.assertIn(step["waits_for"]["lock"], ids)
            self.assertIn(step["holds"][0]["lock"], ids)
            self.assertEqual(pathlib.Path(step["stack"][0]["file"]).name, "make_recordings.c")
        counted = json.loads(call("report", "--format=json", self.recordings / "guarded").stdout)
        self.assertEqual((counted["findings"], counted["counts"]["guarded"], counted["not_seen"]["contexts_dropped"]),
                         ([], 1, 5))
        misuse = json.loads(call("report", "--format=json", self.recordings / "relock").stdout)
        self.assertEqual(misuse["findings"][0]["rule"], "relock")

    def test_output_goes_to_a_file(self):
        path = self.folder / "report.txt"
        path.write_text("x" * 100000)
        self.check(call("report", "--output", path, self.recordings / "possible"), 66)
        self.assertTrue(path.read_text().startswith("POSSIBLE DEADLOCK: "))
        self.assertNotIn("xxx", path.read_text())
        self.check(call("report", "--output=/nosuch/file", self.recordings / "possible"), 2,
                   stderr="cannot be written to /nosuch/file")

    def test_a_suppression_hides_its_finding_only(self):
        text = self.report("possible").stdout
        line = re.search(r"\n  Suppression\n    (.*)\n", text)[1]
        self.assertRegex(line, r"^possible-deadlock fingerprint=[0-9a-f]{16}$")
        path = self.folder / "suppressions"
        path.write_text(f"# known\n\n  {line} # ours\n")
        self.check(call("report", "--suppressions", path, self.recordings / "possible"), 0,
                   stdout="0 findings in 1 process, 1 suppressed")
        self.check(call("report", "--suppressions", path, self.recordings / "names"), 66, stdout="1 finding")
        self.check(call("report", f"--suppressions={path}", self.recordings / "deadlock"), 66, stdout="DEADLOCK")
        for wrong in ("possible-deadlock", "deadlok fingerprint=0123456789abcdef", line[:-1], line + "0", line + " x"):
            path.write_text(f"\n{wrong}\n")
            with self.subTest(wrong):
                self.check(call("report", "--suppressions", path, self.recordings / "possible"), 2,
                           stderr="suppressions:2: ")
        self.check(call("report", "--suppressions", self.folder / "nosuch", self.recordings / "possible"), 2,
                   stderr="cannot be read")

    def test_names_of_another_build_are_not_believed(self):
        path = self.folder / "other" / "1.dlc"
        path.parent.mkdir()
        recording = bytearray((self.recordings / "possible" / "1.dlc").read_bytes())
        module = os.fsencode(str(ARGUMENTS.make_recordings.resolve()))
        at = recording.index(module + b"\0")
        recording[at - 40] = 20  # build_id_bytes of struct dlc_module_record, followed by a build-id of zeroes
        path.write_bytes(recording)
        outcome = call("report", path)
        self.check(outcome, 66, stdout="make_recordings+0x")
        self.assertNotIn("mutexA", outcome.stdout)

    def test_colour_is_for_terminals(self):
        script = f"{ARGUMENTS.dlcheck} report {self.recordings / 'possible'}"
        for environment, coloured in (({}, True), ({"NO_COLOR": "1"}, False)):
            merged = {**{k: v for k, v in os.environ.items() if k != "NO_COLOR"}, **environment}
            outcome = subprocess.run(["script", "-qec", script, "/dev/null"], env=merged, capture_output=True,
                                     stdin=subprocess.DEVNULL, timeout=SECONDS)
            self.assertEqual(b"\033[" in outcome.stdout, coloured)
        self.assertNotIn("\033[", self.report("possible").stdout)


class Run(Command):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls.compile("program", PROGRAM)

    @classmethod
    def compile(cls, name, source, *flags):
        path = cls.folder / name
        subprocess.run([ARGUMENTS.compiler, "-g", "-pthread", "-x", "c", "-", "-o", path, *flags], input=source, text=True,
                       check=True, stderr=subprocess.PIPE)
        return path

    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix="dlcheck-run-")
        self.addCleanup(place.cleanup)
        self.cwd = pathlib.Path(place.name)

    def run_it(self, *arguments, **more):
        return call("run", *arguments, cwd=more.pop("cwd", self.cwd), **more)

    def start(self, what):
        """The program under `dlcheck run`, in a session of its own, once it waits for ever."""
        waiting = subprocess.Popen([ARGUMENTS.dlcheck, "run", self.program, what], cwd=self.cwd, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
        self.addCleanup(self.stop, waiting)
        while "waiting" not in waiting.stdout.readline():
            pass
        return waiting

    @staticmethod
    def stop(waiting):
        try:
            os.killpg(waiting.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        waiting.communicate()

    def test_a_quiet_program_stays_quiet(self):
        self.check(self.run_it("--", self.program), 0, stdout="to stdout\n")
        self.check(self.run_it(self.program, "fail"), 7, stdout="to stdout\n")

    def test_findings(self):
        outcome = self.run_it("--", self.program, "clash")
        self.check(outcome, 66, stdout="to stdout\n", stderr="POSSIBLE DEADLOCK: back (b, a) and forth (a, b)\n")
        self.assertEqual(outcome.stdout, "to stdout\n")
        self.check(self.run_it(self.program, "clash-fail"), 66, stdout=None, stderr="POSSIBLE")
        self.check(call("report", cwd=self.cwd), 66, stdout="POSSIBLE DEADLOCK: back (b, a) and forth (a, b)\n")

    def test_the_status_for_findings_can_be_chosen(self):
        for option, argument, status in (("--error-exitcode=9", "clash", 9), ("--error-exitcode=0", "clash", 0),
                                         ("--exitcode=9", "clash", 9), ("--error-exitcode=0", "clash-fail", 7),
                                         ("--error-exitcode=9", "", 0)):
            self.check(self.run_it(option, self.program, argument), status, stdout=None, stderr=None)
        self.check(self.run_it(self.program, "clash", environment={"DLCHECK_OPTIONS": "exitcode=9"}), 9, stdout=None,
                   stderr=None)

    def test_a_killed_program_is_reported(self):
        self.check(self.run_it(self.program, "kill"), 128 + signal.SIGKILL, stdout=None, stderr="ended by signal 9")
        self.check(self.run_it(self.program, "clash-kill"), 66, stdout=None, stderr="POSSIBLE DEADLOCK")

    def test_descendants_count(self):
        self.check(self.run_it("sh", "-c", f"{self.program} clash; {self.program} clash; exit 5"), 66, stdout=None,
                   stderr="Also found in 1 more process: ")

    def test_json_and_files(self):
        self.check(self.run_it("--format=json", "--output", "report.json", self.program, "clash"), 66, stdout=None,
                   stderr=None)
        self.assertEqual(len(json.loads((self.cwd / "report.json").read_text())["findings"]), 1)
        for _ in range(2):
            self.check(self.run_it("--log=all.txt", self.program, "clash"), 66, stdout=None, stderr=None)
        self.assertEqual((self.cwd / "all.txt").read_text().count("POSSIBLE DEADLOCK: "), 2)
        self.check(self.run_it("--output=/nosuch/file", self.program), 2, stderr="cannot be written to /nosuch/file")

    def test_older_recordings_are_moved_aside(self):
        names = []
        for _ in range(3):
            self.check(self.run_it(self.program), 0, stdout=None)
            names.append({path.name for path in (self.cwd / "dlcheck.out").iterdir()})
            self.assertEqual(len(names[-1]), 1)
        self.assertEqual({path.name for path in (self.cwd / "dlcheck.out.old").iterdir()}, names[-2])

    def test_a_folder_of_others_is_left_alone(self):
        (self.cwd / "mine").mkdir()
        (self.cwd / "mine" / "thesis.tex").write_text("x")
        self.check(self.run_it("--dir=mine", self.program), 2, stderr="mine holds files that are not recordings")
        self.assertTrue((self.cwd / "mine" / "thesis.tex").exists())
        (self.cwd / "dlcheck.out.old").mkdir()
        (self.cwd / "dlcheck.out.old" / "thesis.tex").write_text("x")
        self.check(self.run_it(self.program), 0, stdout=None)
        self.check(self.run_it(self.program), 2, stderr="dlcheck.out.old holds files that are not recordings")

    def test_a_folder_that_cannot_be_made(self):
        (self.cwd / "file").write_text("x")
        self.check(self.run_it("--dir=file", self.program), 2, stderr="file cannot be used: Not a directory")
        self.check(self.run_it("--dir=file/below", self.program), 2, stderr="file/below cannot be")
        self.check(self.run_it("--dir=/proc/nosuch/x", self.program), 2, stderr="/proc/nosuch/x cannot be made")
        self.check(self.run_it("--dir=deep/er:still", self.program), 0, stdout=None)
        self.assertEqual(len(list((self.cwd / "deep" / "er:still").iterdir())), 1)

    def test_runs_at_the_same_time_do_not_take_each_others_folder(self):
        waiting = self.start("wait")
        self.check(self.run_it(self.program, "clash"), 66, stdout=None, stderr="dlcheck.out.1")
        self.assertEqual(len(list((self.cwd / "dlcheck.out").iterdir())), 1)
        waiting.terminate()
        waiting.communicate(timeout=SECONDS)
        self.assertEqual(waiting.returncode, 128 + signal.SIGTERM)

    def test_signals(self):
        """TERM and HUP are passed on; INT, which a terminal sends to both, is left to the program."""
        for number in (signal.SIGTERM, signal.SIGHUP):
            waiting = self.start("clash-wait")
            waiting.send_signal(signal.SIGINT)
            time.sleep(0.1)
            self.assertIsNone(waiting.poll())
            waiting.send_signal(number)
            _, stderr = waiting.communicate(timeout=SECONDS)
            self.assertEqual(waiting.returncode, 66, stderr)
            self.assertIn(f"ended by signal {int(number)}", stderr)

    def test_programs_that_cannot_be_started(self):
        self.check(self.run_it("nosuchprogram"), 127, stderr="nosuchprogram was not found")
        self.check(self.run_it("./nosuchprogram"), 127, stderr="was not found")
        self.check(self.run_it("/tmp"), 126, stderr="cannot be executed")
        plain = self.cwd / "plain"
        plain.write_text("text")
        self.check(self.run_it("./plain"), 126, stderr="cannot be executed")
        script = self.cwd / "script"
        script.write_text("#!/nosuch/interpreter\n")
        script.chmod(0o755)
        self.check(self.run_it("./script"), 127, stderr="cannot be started")

    def test_programs_that_cannot_be_looked_into(self):
        static = self.compile("static", PROGRAM, "-static")
        self.check(self.run_it(static), 2, stderr="static is statically linked")
        script = self.cwd / "script"
        script.write_text(f"#!{static} x\n")
        script.chmod(0o755)
        self.check(self.run_it("./script"), 2, stderr="static is statically linked")
        narrow = bytearray(self.program.read_bytes())
        narrow[4] = 1
        self.check_altered(narrow, "is a 32-bit program")
        foreign = bytearray(self.program.read_bytes())
        foreign[18:20] = (21).to_bytes(2, "little")
        self.check_altered(foreign, "another processor")

    def check_altered(self, content, said):
        path = self.cwd / "altered"
        path.write_bytes(content)
        path.chmod(0o755)
        self.check(self.run_it(path), 2, stderr=said)

    def test_address_sanitizer_is_named(self):
        try:
            program = self.compile("asan", PROGRAM, "-fsanitize=address", "-shared-libasan"
                                   if "clang" in ARGUMENTS.compiler else "-fsanitize=address")
        except subprocess.CalledProcessError:
            self.skipTest("the compiler has no AddressSanitizer")
        if b"libasan.so" not in program.read_bytes():
            self.skipTest("the compiler links AddressSanitizer statically")
        self.check(self.run_it(program), 2, stderr="AddressSanitizer")

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_a_set_user_id_program_is_named(self):
        path = self.cwd / "other"
        shutil.copy(self.program, path)
        os.chown(path, 12345, -1)
        path.chmod(path.stat().st_mode | stat.S_ISUID)
        self.check(self.run_it(path), 2, stderr="set-user-ID")

    def test_a_program_without_recording_is_said(self):
        self.check(self.run_it("sh", "-c", "exit 0", environment={"DLCHECK_LIBRARY": "/dev/null"}), 2, stderr=None,
                   stdout=None)
        self.check(self.run_it("sh", "-c", "exit 4", environment={"DLCHECK_LIBRARY": "/dev/null"}), 4,
                   stderr="left no recording")

    def test_a_missing_library(self):
        self.check(self.run_it("true", environment={"DLCHECK_LIBRARY": "/nosuch.so"}), 2,
                   stderr="DLCHECK_LIBRARY names /nosuch.so")
        alone = self.cwd / "alone"
        alone.mkdir()
        shutil.copy(ARGUMENTS.dlcheck, alone / "dlcheck")
        outcome = subprocess.run([alone / "dlcheck", "run", "true"], cwd=self.cwd, capture_output=True, text=True,
                                 timeout=SECONDS)
        self.check(outcome, 2, stderr="libdlcheck.so is not where it belongs")

    def test_a_preload_before_us_is_kept(self):
        outcome = self.run_it("sh", "-c", "echo $LD_PRELOAD", environment={"LD_PRELOAD": "/lib/x86_64-linux-gnu/libm.so.6"})
        self.assertRegex(outcome.stdout, r"/libdlcheck\.so\S*:/lib/x86_64-linux-gnu/libm\.so\.6\n")

    def test_a_full_disk_for_the_report(self):
        self.check(self.run_it("--output=/dev/full", self.program, "clash"), 2, stdout=None, stderr="No space left")

    def test_a_limit_on_file_sizes(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))

        outcome = self.run_it(self.program, preexec_fn=limit)
        self.assertIn(outcome.returncode, (0, 2, 3), outcome.stderr)


def main():
    global ARGUMENTS
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--dlcheck", "--compiler"):
        parser.add_argument(name, required=True)
    for name in ("--make-recordings", "--manual"):
        parser.add_argument(name, type=pathlib.Path, required=True)
    ARGUMENTS, rest = parser.parse_known_args()
    ARGUMENTS.dlcheck = os.path.abspath(ARGUMENTS.dlcheck)
    unittest.main(argv=[sys.argv[0], *rest])


if __name__ == "__main__":
    main()
