"""A bare run, without the tool: what DLCHECK_OPTIONS asks for when something is found, and what is left of a process
that hangs or is killed.

    test_bare_runs.py LIBDLCHECK DLCHECK FOLDER_OF_SAMPLES BOOTSTRAP_SURROUNDINGS
"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import watchdog  # noqa: E402

SECONDS = 30
LIBRARY, TOOL, SAMPLES, SURROUNDINGS = (pathlib.Path(argument).resolve() for argument in sys.argv[1:5])
IN_OWN_MOUNTS = ["unshare", "--user", "--map-root-user", "--mount"]


def can_mount():
    try:
        return subprocess.run([*IN_OWN_MOUNTS, "mount", "-t", "tmpfs", "none", "/mnt"],
                              stderr=subprocess.DEVNULL).returncode == 0
    except FileNotFoundError:
        return False


class BareRuns(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="dlcheck-bare-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def environment(self, *options):
        return dict(os.environ, LD_PRELOAD=str(LIBRARY),
                    DLCHECK_OPTIONS=":".join([f"dir={self.folder}/recordings", *options]))

    def run_sample(self, name, *options):
        outcome = watchdog.run([str(SAMPLES / name)], SECONDS, env=self.environment(*options), cwd=self.folder)
        self.assertFalse(outcome.timed_out)
        return outcome

    def kinds_recorded(self):
        outcome = watchdog.run([str(TOOL), "report", "--format=json", str(self.folder / "recordings")], SECONDS)
        return [finding["kind"] for finding in json.loads(outcome.stdout)["findings"]]

    def test_possible_deadlock_is_printed_and_the_status_kept(self):
        outcome = self.run_sample("two_locks")
        self.assertEqual(outcome.status, 0)
        self.assertEqual(outcome.stdout, b"both threads came through\n")
        self.assertIn(b"POSSIBLE DEADLOCK", outcome.stderr)
        self.assertIn(b"mutex_a", outcome.stderr)
        self.assertIn(b"do1", outcome.stderr)

    def test_nothing_is_printed_about_a_program_without_findings(self):
        outcome = self.run_sample("two_locks_fixed")
        self.assertEqual((outcome.status, outcome.stderr), (0, b""))

    def test_exitcode_is_for_findings_only(self):
        self.assertEqual(self.run_sample("two_locks", "exitcode=42").status, 42)
        self.assertEqual(self.run_sample("two_locks_fixed", "exitcode=42").status, 0)

    def test_log_takes_the_report(self):
        log = self.folder / "log"
        outcome = self.run_sample("two_locks", f"log={log}")
        self.assertEqual(outcome.stderr, b"")
        self.assertIn("POSSIBLE DEADLOCK", log.read_text())

    def test_deadlock_ends_the_process(self):
        outcome = self.run_sample("two_locks_hang")
        self.assertEqual(outcome.status, 66)
        self.assertTrue(outcome.stderr.startswith(b"DEADLOCK"), outcome.stderr)
        self.assertEqual(self.kinds_recorded(), ["deadlock"])

    def test_deadlock_aborts(self):
        outcome = self.run_sample("two_locks_hang", "on_deadlock=abort")
        self.assertEqual(outcome.status, -signal.SIGABRT)
        self.assertIn(b"DEADLOCK", outcome.stderr)

    def hung_process(self, name, log):
        """Runs a sample that dlcheck is told to leave hanging, until it has reported."""
        process = subprocess.Popen([str(SAMPLES / name)], env=self.environment("on_deadlock=continue", f"log={log}"),
                                   start_new_session=True)
        deadline = time.monotonic() + SECONDS
        while not (log.exists() and "mutex_b" in log.read_text()):
            self.assertIsNone(process.poll())
            self.assertLess(time.monotonic(), deadline, "no report in time")
            time.sleep(0.01)
        return process

    def test_deadlock_is_left_hanging_and_can_be_looked_at(self):
        process = self.hung_process("two_locks_hang", self.folder / "log")
        try:
            self.assertEqual(self.kinds_recorded(), ["deadlock"])
            self.assertIsNone(process.poll())
        finally:
            watchdog.kill_group(process.pid)
            process.wait()
        self.assertEqual(self.kinds_recorded(), ["deadlock"])

    @unittest.skipUnless(can_mount(), "needs to mount a small file system")
    def test_full_disk(self):
        """The program goes on, and the report of what could be kept says that something is missing."""
        for size, report_status in ("4k", 2), ("512k", 0):
            with self.subTest(size=size):
                folder = self.folder / size
                folder.mkdir()
                report = self.folder / f"{size}.json"
                script = (f"mount -t tmpfs -o size={size} none {folder} && {SURROUNDINGS} work && "
                          f"LD_PRELOAD= {TOOL} report --format=json --output={report} {folder}")
                outcome = watchdog.run([*IN_OWN_MOUNTS, "sh", "-c", script], SECONDS,
                                       env=self.environment(f"dir={folder}", f"log={self.folder}/log"))
                self.assertEqual(outcome.stdout, b"worked\n", outcome.stderr)
                self.assertEqual(outcome.status, report_status, outcome.stderr)
                if report_status == 0:
                    self.assertGreater(json.loads(report.read_text())["not_seen"]["growth_failed"], 0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
