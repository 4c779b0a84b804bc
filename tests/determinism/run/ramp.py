#!/usr/bin/env python3
"""ramp.json is the same for any number of threads and MPI ranks, and has the form that docs/schema describes.

    ramp.py PROGRAM SCENARIO SCHEMA [LAUNCHER MPI_PROGRAM]
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import jsonschema

from ranks import ENVIRONMENT
from results_schema import closed

RAMP = ["--ramp", "rate=1000..1000000", "--warm-up", "20ms", "--duration", "100ms", "--configuration", "azure-overlay"]


def run(command, scenario, *options):
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([*command, "run", scenario, "-o", "out", *RAMP, *options], cwd=folder, check=False,
                              env=ENVIRONMENT, capture_output=True, text=True)
        ramp = pathlib.Path(folder) / "out" / "ramp.json"
        return done.stdout, ramp.read_bytes() if ramp.exists() else done.stderr


def main(program, scenario, schema, launcher=None, mpi_program=None):
    program, scenario = str(pathlib.Path(program).resolve()), str(pathlib.Path(scenario).resolve())
    expected = run([program], scenario, "--threads", "1")
    failures = []
    if run([program], scenario, "--threads", "2") != expected:
        failures.append("two threads give another ramp than one")
    if launcher:
        ranks = [launcher, "-n", "2", str(pathlib.Path(mpi_program).resolve())]
        if run(ranks, scenario, "--threads", "1") != expected:
            failures.append("two ranks give another ramp than one process")
    ramp = json.loads(expected[1])
    if any(found["sustained"] is None or found["broke_at"] is None for found in ramp["configurations"]):
        failures.append("the ramp finds no limit")
    jsonschema.validate(ramp, closed(json.loads(pathlib.Path(schema).read_text(encoding="utf-8"))))
    print("\n".join(failures) if failures else "same bytes")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
