"""
The programs, one class each. `prepare` builds what all runs share, natively and once; `run` runs the program once
and gives the Outcome. A smaller `scale` makes for shorter runs. Servers listen only on loopback, or on a unix
socket in the temporary folder.
"""

import bz2
import hashlib
import os
import random
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from ways import RUN_LIMIT_S, Native, Outcome, Run, peak_bytes_of

HERE = Path(__file__).resolve().parent
MEGABYTE = 1_000_000
START_LIMIT_S = 30


def sha256_of(path):
    if not path.exists():
        return "not there"
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_compressible(path, size):
    """Words of a small vocabulary in random order; the same bytes every time."""
    source = random.Random(1)
    words = ["".join(source.choices("abcdefghijklmnopqrstuvwxyz", k=source.randint(2, 10))) for _ in range(4096)]
    with open(path, "wb") as file:
        while file.tell() < size:
            text = " ".join(source.choices(words, k=160_000)).encode()
            file.write(text[: size - file.tell()])


def native(arguments, folder, **keywords):
    """Runs a helper program; its output. Raises subprocess.SubprocessError when it fails or takes too long."""
    return subprocess.run([str(argument) for argument in arguments], cwd=folder, check=True, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=RUN_LIMIT_S, **keywords).stdout


def wait_until(ready, process):
    """True once ready() is; false when the process ended before, or it took too long."""
    limit = time.monotonic() + START_LIMIT_S
    while time.monotonic() < limit:
        if ready():
            return True
        if os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            return False
        time.sleep(0.02)
    return False


class Program:
    needs = []

    def __init__(self, shared, scale):
        self.shared = shared
        self.scale = scale

    def prepare(self):
        pass

    def run(self, run):
        raise NotImplementedError


class Pbzip2(Program):
    """Compresses 100 MB; what it wrote is decompressed and compared."""
    name = "pbzip2"
    needs = ["pbzip2"]

    def prepare(self):
        self.plain = self.shared / "plain"
        write_compressible(self.plain, int(100 * MEGABYTE * self.scale))
        self.plain_sha256 = sha256_of(self.plain)
        self.verified = set()

    def run(self, run):
        packed = run.folder / "plain.bz2"
        (run.folder / "plain").symlink_to(self.plain)
        outcome = run.complete(["pbzip2", "-q", "-p2", "-k", "-f", "plain"])
        outcome.text += f"decompresses to the same: {self.same(packed)}\n"
        return outcome

    def same(self, packed):
        packed_sha256 = sha256_of(packed)
        if packed_sha256 not in self.verified:
            if not packed.exists():
                return False
            with bz2.open(packed) as file:
                if hashlib.sha256(file.read()).hexdigest() != self.plain_sha256:
                    return False
            self.verified.add(packed_sha256)
        return True


class Pbunzip2(Pbzip2):
    """Decompresses what pbzip2 made."""
    name = "pbzip2 -d"

    def prepare(self):
        super().prepare()
        native(["pbzip2", "-q", "-k", "-f", self.plain], self.shared)

    def run(self, run):
        (run.folder / "plain.bz2").symlink_to(self.shared / "plain.bz2")
        outcome = run.complete(["pbzip2", "-q", "-d", "-p2", "-k", "-f", "plain.bz2"])
        plain = run.folder / "plain"
        outcome.text += f"same: {sha256_of(plain) == self.plain_sha256}\n"
        return outcome


class Xz(Program):
    name = "xz -T2"
    needs = ["xz"]

    def prepare(self):
        write_compressible(self.shared / "plain", int(32 * MEGABYTE * self.scale))

    def run(self, run):
        (run.folder / "plain").symlink_to(self.shared / "plain")
        outcome = run.complete(["xz", "-T2", "-2", "--block-size=2MiB", "-k", "-f", "plain"])
        outcome.text += sha256_of(run.folder / "plain.xz")
        return outcome


class Sqlite3(Program):
    """Two indexes over a table that does not fit its cache: sorted by worker threads."""
    name = "sqlite3"
    needs = ["sqlite3"]

    def prepare(self):
        rows = int(600_000 * self.scale)
        (self.shared / "script.sql").write_text(f"""
            PRAGMA threads=2;
            PRAGMA cache_size=-2000;
            CREATE TABLE t(a INTEGER PRIMARY KEY, b INTEGER, c TEXT);
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
                INSERT INTO t
                SELECT i, (i * 7919) % 600011, hex((i * 2654435761) % 1000003) || printf('%032d', i) FROM n;
            CREATE INDEX by_c ON t(c);
            CREATE INDEX by_b ON t(b);
            SELECT count(*), sum(b), max(c) FROM t;
            SELECT substr(c, 1, 4) AS start, count(*) FROM t GROUP BY start ORDER BY 2 DESC, 1 LIMIT 5;
            PRAGMA integrity_check;
        """)

    def run(self, run):
        with open(self.shared / "script.sql") as script:
            return run.complete(["sqlite3", "t.db"], stdin=script)


class Python3(Program):
    """Debian's own interpreter: its locks are semaphores, its threads many."""
    name = "python3"
    needs = ["/usr/bin/python3"]

    def run(self, run):
        return run.complete(["/usr/bin/python3", HERE / "threads.py"])


class GitGc(Program):
    """Repacks a generated history with two threads; git forks and executes itself a dozen times on the way."""
    name = "git gc"
    needs = ["git"]

    def prepare(self):
        self.repository = self.shared / "repository"
        native(["git", "init", "-q", "--bare", self.repository], self.shared)
        native(["git", "fast-import", "--quiet", "--depth=0"], self.repository, input=self.history())
        for name, value in [("pack.threads", "2"), ("gc.autoDetach", "false")]:
            native(["git", "config", name, value], self.repository)

    def history(self):
        source = random.Random(2)
        files = [[f"line {source.random()}" for _ in range(200)] for _ in range(40)]
        stream = []
        for number in range(int(600 * self.scale)):
            message = f"change {number}\n"
            stream.append(f"commit refs/heads/main\ncommitter A <a@example.org> {1_600_000_000 + number} +0000\n"
                          f"data {len(message)}\n{message}")
            for file in source.sample(range(len(files)), 5):
                files[file][source.randrange(200)] = f"line {source.random()}"
                text = "\n".join(files[file]) + "\n"
                stream.append(f"M 100644 inline folder{file % 7}/file{file}\ndata {len(text)}\n{text}\n")
        return "".join(stream)

    def run(self, run):
        copy = run.folder / "repository"
        shutil.copytree(self.repository, copy)
        outcome = run.complete(["git", "-C", copy, "gc", "-q", "--aggressive", "--prune=now"])
        outcome.text += native(["git", "fsck", "--full", "--strict"], copy)
        counts = native(["git", "count-objects", "-v"], copy).splitlines()
        outcome.text += "\n".join(line for line in counts if not line.startswith("size"))
        objects = native(["git", "rev-list", "--all", "--objects"], copy)
        outcome.text += f"\n{hashlib.sha256(objects.encode()).hexdigest()}\n"
        return outcome


class Gdb(Program):
    """Starts, reads a program's debug information with its worker threads, and quits."""
    name = "gdb"
    needs = ["gdb", "cc"]

    def prepare(self):
        native(["cc", "-g", "-pthread", "-o", self.shared / "program", HERE / "memcached_load.c"], self.shared)

    def run(self, run):
        return run.complete(["gdb", "-nx", "-batch", "-ex", "info line run_client", "-ex", "print 6 * 7",
                             self.shared / "program"])


class Memcached(Program):
    """80,000 requests from four clients; the time is that of the load."""
    name = "memcached"
    needs = ["memcached", "cc"]

    def prepare(self):
        self.load = self.shared / "memcached_load"
        native(["cc", "-O2", "-pthread", "-o", self.load, HERE / "memcached_load.c"], self.shared)

    def run(self, run):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        pid_file = run.folder / "memcached.pid"
        user = ["-u", "root"] if os.geteuid() == 0 else []
        process = run.start(["memcached", *user, "-l", "127.0.0.1", "-p", port, "-U", 0, "-P", pid_file])

        def answers():
            with socket.socket() as client:
                return client.connect_ex(("127.0.0.1", port)) == 0 and pid_file.exists()

        text, seconds, peak_bytes = "did not start\n", 0, 0
        try:
            if wait_until(answers, process):
                pid = int(pid_file.read_text())
                started = time.monotonic()
                text = native([self.load, port, int(80_000 * self.scale)], run.folder)
                seconds = time.monotonic() - started
                peak_bytes = peak_bytes_of(pid)
                os.kill(pid, signal.SIGTERM)
            else:
                run.kill(process)
        except subprocess.SubprocessError:
            run.kill(process)
            raise
        finally:
            status = run.finish(process).status
        return Outcome(status, text + run.output.read_text(), seconds, peak_bytes)


class Mariadbd(Program):
    """`sysbench oltp_read_write` with four threads, then a clean shutdown; the time is that of the load."""
    name = "mariadbd"
    needs = ["mariadbd", "mariadb-install-db", "mariadb-admin", "mariadb", "sysbench"]
    tables = 2
    rows = 10_000

    def prepare(self):
        self.user = ["--user=root"] if os.geteuid() == 0 else []
        self.data = self.shared / "data"
        native(["mariadb-install-db", "--no-defaults", *self.user, f"--datadir={self.data}", "--skip-test-db",
                "--auth-root-authentication-method=normal"], self.shared)
        run = Run(Native(), self.shared)
        self.serve(run, self.data, lambda: self.ask(run, "CREATE DATABASE sbtest") + self.sysbench(run, "prepare"))

    def run(self, run):
        data = run.folder / "data"
        shutil.copytree(self.data, data)
        measured = {}

        def load():
            started = time.monotonic()
            report = self.sysbench(run, f"--events={int(8000 * self.scale)}", "--time=0", "--threads=4", "run")
            measured["seconds"] = time.monotonic() - started
            measured["peak_bytes"] = peak_bytes_of(int((run.folder / "pid").read_text()))
            text = "".join(line.split("(")[0] + "\n" for line in report.splitlines() if "transactions:" in line)
            # Rows are deleted and inserted again under the same key: their number is the same in every run.
            for table in range(1, self.tables + 1):
                text += self.ask(run, f"SELECT COUNT(*) FROM sbtest.sbtest{table}; CHECK TABLE sbtest.sbtest{table}")
            return text

        outcome, text = self.serve(run, data, load)
        log = run.output.read_text(errors="replace")
        text += "".join(line.split(" ", 3)[3] + "\n" for line in log.splitlines() if "[ERROR]" in line)
        text += f"shutdown complete: {'Shutdown complete' in log}\n"
        return Outcome(outcome.status, text, measured.get("seconds", 0), measured.get("peak_bytes", 0))

    def serve(self, run, data, session):
        """Starts the server, has session() talk to it, shuts it down; its Outcome, and what session() gave."""
        process = run.start(["mariadbd", "--no-defaults", *self.user, f"--datadir={data}", "--skip-networking",
                             f"--socket={run.folder}/socket", f"--pid-file={run.folder}/pid",
                             "--innodb-flush-log-at-trx-commit=0"])
        text = "did not start\n"
        try:
            if wait_until(lambda: self.alive(run), process):
                text = session()
                self.admin(run, "shutdown")
            else:
                run.kill(process)
        except subprocess.SubprocessError:
            run.kill(process)
            raise
        finally:
            outcome = run.finish(process)
        return outcome, text

    def connection(self, run):
        return ["--no-defaults", "-uroot", f"--socket={run.folder}/socket"]

    def alive(self, run):
        return (run.folder / "socket").exists() and subprocess.run(
            ["mariadb-admin", *self.connection(run), "ping"], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL).returncode == 0

    def admin(self, run, command):
        return native(["mariadb-admin", *self.connection(run), command], run.folder)

    def ask(self, run, statements):
        return native(["mariadb", *self.connection(run), "--batch", "-e", statements], run.folder)

    def sysbench(self, run, *arguments):
        return native(["sysbench", "oltp_read_write", f"--mysql-socket={run.folder}/socket", "--mysql-user=root",
                       f"--tables={self.tables}", f"--table-size={self.rows}", *arguments], run.folder)


PROGRAMS = [Pbzip2, Pbunzip2, Xz, Sqlite3, Python3, GitGc, Gdb, Memcached, Mariadbd]
PACKAGES = ["time", "pbzip2", "xz-utils", "sqlite3", "python3", "git", "gdb", "gcc", "libc6-dev", "memcached",
            "mariadb-server", "sysbench"]
