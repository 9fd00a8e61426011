"""The comparison itself: blind to order and ids, and to nothing else."""

import copy
import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import run_golden  # noqa: E402

SOURCE = pathlib.Path("/somewhere/pair.c")


def frame(function, line, file="/elsewhere/pair.c"):
    return {"function": function, "file": file, "line": line, "module": "pair", "offset": line * 16}


def step(thread, held, held_line, lock, line):
    return {"thread": thread, "stack": [frame("lock", 7, "/usr/lock.h"), frame(f"f{thread}", line), frame("main", 9)],
            "holds": [{"lock": held, "in_cycle": True, "stack": [frame(f"f{thread}", held_line)]}],
            "waits_for": {"lock": lock}}


def report():
    return {"findings": [
        {"kind": "possible-deadlock", "labels": ["parallel", "timed"], "count": 1, "fingerprint": "1234",
         "locks": [{"id": "M1", "name": "a"}, {"id": "M2", "name": "b"}],
         "steps": [step("T1", "M1", 20, "M2", 21), step("T2", "M2", 30, "M1", 31)]},
        {"kind": "misuse", "rule": "relock", "labels": [], "count": 2, "fingerprint": "5678",
         "locks": [{"id": "M1", "name": "c"}], "steps": [step("T3", "M1", 40, "M1", 41)]}],
        "counts": {"guarded": 0, "tried": 1}, "not_seen": {"stacks_dropped": 0}}


def contract(changed):
    return run_golden.contract_of(changed, 66, SOURCE, 1)


def changed_by(change):
    changed = copy.deepcopy(report())
    change(changed)
    return contract(changed)


class Contract(unittest.TestCase):
    def test_order_and_ids_do_not_matter(self):
        def shuffle(changed):
            changed["findings"].reverse()
            deadlock = changed["findings"][1]
            deadlock["steps"].reverse()
            deadlock["labels"].reverse()
            deadlock["fingerprint"] = "9abc"
            for lock in deadlock["locks"]:
                lock["id"] = {"M1": "M2", "M2": "M1"}[lock["id"]]
            for one in deadlock["steps"]:
                one["thread"] = {"T1": "T8", "T2": "T9"}[one["thread"]]
                one["waits_for"]["lock"] = {"M1": "M2", "M2": "M1"}[one["waits_for"]["lock"]]
                for hold in one["holds"]:
                    hold["lock"] = {"M1": "M2", "M2": "M1"}[hold["lock"]]

        self.assertEqual(changed_by(shuffle), contract(report()))

    def test_everything_else_does(self):
        first = (lambda changed: changed["findings"][0])
        changes = {
            "kind": lambda changed: first(changed).update(kind="deadlock"),
            "label": lambda changed: first(changed)["labels"].pop(),
            "rule": lambda changed: changed["findings"][1].update(rule="destroy-locked"),
            "count": lambda changed: first(changed).update(count=2),
            "finding": lambda changed: changed["findings"].pop(),
            "step": lambda changed: first(changed)["steps"].pop(),
            "lock name": lambda changed: first(changed)["locks"][0].update(name="z"),
            "one thread": lambda changed: first(changed)["steps"][0].update(thread="T2"),
            "hold": lambda changed: first(changed)["steps"][0]["holds"].clear(),
            "hold line": lambda changed: first(changed)["steps"][0]["holds"][0]["stack"][0].update(line=22),
            "hold outside": lambda changed: first(changed)["steps"][0]["holds"][0].update(in_cycle=False),
            "wait line": lambda changed: first(changed)["steps"][0]["stack"][1].update(line=22),
            "wait function": lambda changed: first(changed)["steps"][0]["stack"][1].update(function="g"),
            "wait lock": lambda changed: first(changed)["steps"][0]["waits_for"].update(lock="M1"),
            "timed": lambda changed: first(changed)["steps"][0]["waits_for"].update(timed=True),
            "counted": lambda changed: changed["counts"].update(guarded=1),
            "not seen": lambda changed: changed["not_seen"].update(stacks_dropped=1),
        }
        for name, change in changes.items():
            with self.subTest(name):
                self.assertNotEqual(changed_by(change), contract(report()))


if __name__ == "__main__":
    unittest.main()
