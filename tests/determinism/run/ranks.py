#!/usr/bin/env python3
"""results.json is the same from one process and from MPI ranks, whatever they share, however many threads each has, and
whether servers answer in closed form or are moved by events.

    ranks.py LAUNCHER PROGRAM MPI_PROGRAM quick|slow SCENARIO...
"""

import itertools
import os
import pathlib
import subprocess
import sys
import tempfile

# Ranks may be more than cores, and root may start them where tests run in a container (Open MPI asks).
ENVIRONMENT = {**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
               "OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_MCA_mpi_yield_when_idle": "1", "NO_COLOR": "1"}
FUSING = ([], ["--no-fusing"])
SHORT = ["--replications", "1", "--cost-draws", "1", "--warm-up", "5ms", "--duration", "20ms"]


def run(command, scenario, *options):
    """results.json, or what the program complained about."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([*command, "run", scenario, "-o", "out", *SHORT, *options], cwd=folder, check=False,
                              env=ENVIRONMENT, capture_output=True, text=True)
        results = pathlib.Path(folder) / "out" / "results.json"
        return done.returncode, results.read_bytes() if results.exists() else done.stderr


def main(launcher, program, mpi_program, suite, *scenarios):
    quick = suite == "quick"
    threads, ranks = ((1, 2), (1, 2)) if quick else ((1, 2, 3, 4, 8), (1, 2, 4))
    failed = compared = 0

    def fail(text):  # at once: the slow suite takes its time
        nonlocal failed
        failed += 1
        print(text, flush=True)

    for scenario in scenarios:
        code, expected = run([program], scenario, "--threads", "1")
        if code != 0:
            fail(f"{scenario}: one process ends with {code}: {expected}")
            continue
        # One kind of sharing a pair in the quick suite, all in the slow one.
        kinds = ("blocks", "stripes", "runs")
        for number, (each, count) in enumerate(itertools.product(threads, ranks)):
            for how in kinds[number % 3:][:1] if quick else kinds:
                for fusing in [FUSING[number % 2]] if quick else FUSING:
                    command = [launcher, "-n", str(count), mpi_program]
                    found = run(command, scenario, "--threads", str(each), "--ranks", how, *fusing)
                    compared += 1
                    if found != (0, expected):
                        fail(f"{scenario}: {count} ranks of {each} threads that share {how} {fusing}: "
                             f"{found[1] if found[0] else 'another result'}")
    print(f"{compared} runs compared with one process, {failed} failures")
    return 1 if failed or compared == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], *(str(pathlib.Path(path).resolve()) for path in sys.argv[2:4]), sys.argv[4],
                  *(str(pathlib.Path(path).resolve()) for path in sys.argv[5:])))
