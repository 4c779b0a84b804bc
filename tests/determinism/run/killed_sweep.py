#!/usr/bin/env python3
"""Kills a sweep at random moments and begins it again: results.json is that of an undisturbed one, no finished point is
run twice, no half-written file stays."""

import json
import pathlib
import random
import subprocess
import sys
import tempfile
import time

SCENARIO = """
cnisim: 1
name: killed
configurations:
  - {name: azure-overlay, az: --network-plugin azure --network-plugin-mode overlay}
  - {name: azure-node-subnet, az: --network-plugin azure}
traffic:
  - {from: external, to: web, rate: 300/s}
measure: {warm_up: 100ms, duration: 400ms, replications: 3}
sweep: {services: [100, 2000], rate: [100/s, 400/s]}
"""
POINTS = 5  # and the scenario as it stands
RUNS_OF_A_POINT = 2 * (3 + 8)  # configurations x (replications + draws of the costs)


def command(program, scenario, folder):
    return [program, "run", str(scenario), "-o", str(folder), "--threads", "2"]


def finish(program, scenario, folder):
    subprocess.run(command(program, scenario, folder), check=True, capture_output=True)
    return (folder / "results.json").read_bytes(), json.loads((folder / "timing.json").read_text())["runs"]


def kill_and_resume(program, scenario, folder, moment):
    """How many points were finished when it was killed, and what came out in the end."""
    process = subprocess.Popen(command(program, scenario, folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(moment)
    process.kill()
    process.wait()
    if (folder / "results.json").exists():
        json.loads((folder / "results.json").read_text())
    kept = folder / "finished-points"
    finished = len([file for file in kept.iterdir() if file.suffix == ".json"]) if kept.exists() else 0
    return (finished, *finish(program, scenario, folder))


def main(program, kills):
    moments = random.Random(7)
    with tempfile.TemporaryDirectory() as temporary:
        temporary = pathlib.Path(temporary)
        scenario = temporary / "killed.yaml"
        scenario.write_text(SCENARIO)
        begin = time.monotonic()
        expected, runs = finish(program, scenario, temporary / "alone")
        whole = time.monotonic() - begin
        assert runs == POINTS * RUNS_OF_A_POINT, runs
        amid = 0
        for i in range(int(kills)):
            folder = temporary / str(i)
            finished, results, runs = kill_and_resume(program, scenario, folder, moments.uniform(0, whole))
            assert results == expected, f"kill {i}: other results"
            assert runs == (POINTS - finished) * RUNS_OF_A_POINT, f"kill {i}: {runs} runs after {finished} points"
            left = sorted(path.name for path in folder.rglob("*"))
            assert left == ["results.json", "timing.json"], f"kill {i}: {left}"
            amid += 0 < finished < POINTS
        print(f"{kills} kills, {amid} of them with some points finished and some not")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
