#!/usr/bin/env python3
"""libdlcheck.so exports the functions it stands in for (functions.def) and those of dlcheck.h, and nothing else: any
other name could replace one of the program's own.

    exported_names.py LIBDLCHECK FUNCTIONS_DEF DLCHECK_H
"""

import pathlib
import re
import subprocess
import sys


def without_comments(text):
    return re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.DOTALL)


def expected(functions, header):
    names = set(re.findall(r"^\s*DLC_FUNCTION\w*\(\s*(\w+)", without_comments(functions.read_text()), re.MULTILINE))
    if not names:
        sys.exit(f"{functions}: no DLC_FUNCTION rows")
    if header.exists():
        names |= set(re.findall(r"\b(dlcheck_\w+)\s*\(", without_comments(header.read_text())))
    return names


def exported(library):
    listing = subprocess.run(["nm", "--dynamic", "--defined-only", "--format=posix", library], check=True,
                             capture_output=True, text=True).stdout
    return {line.split()[0].split("@")[0] for line in listing.splitlines()}


def main():
    library, functions, header = sys.argv[1:]
    wanted, found = expected(pathlib.Path(functions), pathlib.Path(header)), exported(library)
    for name in sorted(found - wanted):
        print(f"exported, but in no table: {name}")
    for name in sorted(wanted - found):
        print(f"in a table, but not exported: {name}")
    sys.exit(found != wanted)


if __name__ == "__main__":
    main()
