#!/usr/bin/env python3
"""Every #include of the project points down the chain of folders.  The table is the place to argue about it."""

import pathlib
import re
import sys

# A folder may include the folders of the groups before it, and itself.  Folders of one group do not include each other.
CHAIN = [
    ["sim/base"],
    ["sim/engine"],
    ["sim/queueing"],
    ["models/document"],
    ["models/net"],
    ["models/azure"],
    ["models/cluster"],
    ["models/ipam", "models/service", "models/policy"],
    ["models/datapath"],
    ["models/cni"],
    ["models/workload", "models/lifecycle"],
    ["models/scenario"],
    ["analysis/experiment"],
    ["analysis/plan", "analysis/validation", "analysis/explain", "analysis/connectivity", "analysis/budget"],
    ["analysis/report", "analysis/export"],
    ["analysis/cli"],
]
# Beside the chain: numbers and their intervals know sim/base only.
EXTRA = {"analysis/stats": {"sim/base"}}
USES_EXTRA = {"analysis/stats": ["analysis/experiment", "analysis/plan", "analysis/validation", "analysis/explain",
                                 "analysis/connectivity", "analysis/budget", "analysis/report", "analysis/export",
                                 "analysis/cli"]}
# Library headers that only one folder may know.
ONLY_IN = {"yaml-cpp/": "models/document", "CLI/": "analysis/cli", "sqlite3.h": "analysis/export"}

INCLUDE = re.compile(r'^\s*#\s*include\s+[<"]([^>"]+)[>"]')


def allowed_folders():
    allowed, below = {}, set()
    for group in CHAIN:
        for folder in group:
            allowed[folder] = below | {folder}
        below = below | set(group)
    for folder, folders in EXTRA.items():
        allowed[folder] = folders | {folder}
    for folder, users in USES_EXTRA.items():
        for user in users:
            allowed[user] = allowed[user] | {folder}
    return allowed


def folder_of(path):
    parts = path.split("/")
    return "/".join(parts[:2])


def findings_of(path, text):
    """Sentences about each wrong include of the file `path` (relative to the root) with content `text`."""
    allowed = allowed_folders()
    own = folder_of(path)
    found = []
    if own not in allowed:
        return [f"{path}: folder '{own}' is not in the table"]
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        target = match.group(1)
        for prefix, owner in ONLY_IN.items():
            if target.startswith(prefix) and own != owner:
                found.append(f"{path}:{number}: only {owner} includes <{target}>")
        if target.split("/")[0] not in ("sim", "models", "analysis", "tests"):
            continue
        if folder_of(target) not in allowed[own]:
            found.append(f"{path}:{number}: {own} may not include {folder_of(target)} ({target})")
        if "/internal/" in target and folder_of(target) != own:
            found.append(f"{path}:{number}: '{target}' is internal to {folder_of(target)}")
        if "/internal/" in target and path.endswith(".h") and "/internal/" not in path:
            found.append(f"{path}:{number}: a public header includes the internal '{target}'")
    return found


def main(root):
    root = pathlib.Path(root)
    files = [p for top in ("sim", "models", "analysis") for p in sorted((root / top).rglob("*")) if p.suffix in (".h", ".cc")]
    found = []
    for file in files:
        found += findings_of(file.relative_to(root).as_posix(), file.read_text())
    print("\n".join(found) if found else f"{len(files)} files keep the chain")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
