#!/usr/bin/env python3
"""Every C++ file stands in the CMakeLists.txt of its folder, so that none is dead and every header is checked."""

import pathlib
import sys


def main(root):
    root = pathlib.Path(root)
    found, count = [], 0
    for top in ("sim", "models", "analysis"):
        for file in sorted((root / top).rglob("*")):
            if file.suffix not in (".h", ".cc"):
                continue
            count += 1
            folder = root / "/".join(file.relative_to(root).parts[:2])
            listed = (folder / "CMakeLists.txt").read_text().split()
            name = file.relative_to(folder).as_posix()
            if not any(word.strip("()") == name for word in listed):
                found.append(f"{file.relative_to(root)}: not listed in {folder.relative_to(root)}/CMakeLists.txt")
    print("\n".join(found) if found else f"{count} files are listed")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
