#!/usr/bin/env python3
"""The rooms of the source tree know only what stands above them.

    layers.py ROOT

1. An include of a room's header runs from a lower row of ROOMS to a higher one, or stays in the room.
2. What only one place may know (ONLY) is named nowhere else.
"""

import pathlib
import re
import sys

ROOMS = ["include", "base", "record", "analyze", "report", "track", "live", "race", "interpose", "runtime"]
# Rooms beside the rows: whom they may include, beside themselves.
BESIDE = {"order": ["include"], "tools": ["include", "base", "record", "analyze", "report"]}

PTHREAD_FUNCTION = r"\b(?:pthread|mtx|cnd|thrd)_(?!\w*_t\b|t\b)[a-z]\w*"
ONLY = [
    ("a function of threads", PTHREAD_FUNCTION, lambda path: path.parts[:2] in (
        ("libdlcheck", "interpose"), ("libdlcheck", "order"))),
    ("dlsym", r"\bdlv?sym\b", lambda path: path in (  # libunwind is loaded, not linked
        pathlib.Path("libdlcheck/interpose/real.c"), pathlib.Path("libdlcheck/track/stack.c"))),
    ("libunwind", r"#\s*include\s*<libunwind", lambda path: path == pathlib.Path("libdlcheck/track/stack.c")),
    ("libdw, a JSON library or stdio",
     r"#\s*include\s*<(?:elfutils/|dwarf\.h|libelf\.h|gelf\.h|jansson\.h|stdio\.h)",
     lambda path: path.parts[0] == "tools"),
]


def without_comments(text):
    """Keeps the lines, so that their numbers stay right."""
    blank = (lambda match: re.sub(r"[^\n]", " ", match.group()))
    return re.sub(r'/\*.*?\*/|//[^\n]*', blank, text, flags=re.DOTALL)


def without_strings(line):
    return line if line.lstrip().startswith("#") else re.sub(r'"(?:[^"\\]|\\.)*"', '""', line)


def room_of(path):
    return path.parts[1] if path.parts[0] == "libdlcheck" else path.parts[0]


def may_include(room, other):
    if room == other:
        return True
    if room in BESIDE:
        return other in BESIDE[room]
    return other in ROOMS and ROOMS.index(other) < ROOMS.index(room)


def problems(root, path):
    room = room_of(path)
    for number, line in enumerate(without_comments((root / path).read_text()).splitlines(), 1):
        line = without_strings(line)
        include = re.match(r'\s*#\s*include\s*"([^"]+)"', line)
        if include:
            target = pathlib.Path(include.group(1))
            other = "include" if target.parts[0] == "dlcheck.h" else room_of(target)
            if not may_include(room, other):
                yield f"{path}:{number}: {room} includes {target}"
        for what, pattern, allowed in ONLY:
            match = re.search(pattern, line)
            if match and not allowed(path):
                yield f"{path}:{number}: {what} is named here: {match.group().strip()}"


def main():
    root = pathlib.Path(sys.argv[1])
    sources = sorted(path.relative_to(root) for folder in ("libdlcheck", "tools")
                     for path in (root / folder).rglob("*") if path.suffix in (".c", ".h", ".def"))
    found = [problem for path in sources for problem in problems(root, path)]
    print("\n".join(found))
    sys.exit(bool(found) or not sources)


if __name__ == "__main__":
    main()
