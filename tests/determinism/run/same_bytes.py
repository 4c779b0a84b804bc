#!/usr/bin/env python3
"""The same scenario and seed give the same bytes, whatever the threads, fused or not; another seed gives others."""

import pathlib
import subprocess
import sys
import tempfile


def run(program, scenario, *options):
    """Screen and results.json of one run, in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([program, "run", scenario, "-o", "out", *options], cwd=folder, check=True,
                              capture_output=True)
        return done.stdout, (pathlib.Path(folder) / "out" / "results.json").read_bytes()


def main(program, scenario):
    program, scenario = str(pathlib.Path(program).resolve()), str(pathlib.Path(scenario).resolve())
    one = run(program, scenario, "--threads", "1")
    failures = []
    if run(program, scenario, "--threads", "1") != one:
        failures.append("two equal runs differ")
    if run(program, scenario, "--threads", "2") != one:
        failures.append("two threads give another result than one")
    if run(program, scenario, "--threads", "2", "--no-fusing") != one:
        failures.append("servers moved by events give another result than closed forms")
    if run(program, scenario, "--threads", "1", "--seed", "2")[1] == one[1]:
        failures.append("another seed gives the same result")
    print("\n".join(failures) if failures else "same bytes")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
