#!/usr/bin/env python3
"""A program without MPI that a launcher starts on several ranks says so, once, and does nothing.

    without_mpi.py PROGRAM [LAUNCHER]
"""

import os
import subprocess
import sys

LAUNCHERS = (("OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"), ("PMI_SIZE", "PMI_RANK"))
AS_ROOT = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
           "OMPI_MCA_rmaps_base_oversubscribe": "1"}


def run(command, **variables):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("OMPI_", "PMI"))}
    done = subprocess.run([*command, "--version"], env={**environment, **AS_ROOT, **variables}, check=False,
                          capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr.count("built without MPI")


def main(program, *launcher):
    failures = []
    for size, rank in LAUNCHERS:
        if run([program], **{size: "2", rank: "0"}) != (2, "", 1):
            failures.append(f"{size}=2, {rank}=0: not refused")
        if run([program], **{size: "2", rank: "1"}) != (2, "", 0):
            failures.append(f"{size}=2, {rank}=1: not refused in silence")
        if run([program], **{size: "1", rank: "0"})[0] != 0:
            failures.append(f"{size}=1 is one process, and refused")
    if launcher:
        code, out, complaints = run([*launcher, "-n", "2", program])
        if code != 2 or complaints != 1 or "cnisim" in out:
            failures.append(f"{launcher[0]} -n 2: exit code {code}, {complaints} complaints, output {out!r}")
    print("\n".join(failures) if failures else "refused once")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
