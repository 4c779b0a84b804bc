#!/usr/bin/env python3
"""Kills a sweep at random moments, or interrupts it as Ctrl-C does, and begins it again: results.json is that of an
undisturbed one, no finished point is run twice, no half-written file stays.

    killed_sweep.py PROGRAM KILLS|interrupt
"""

import json
import pathlib
import random
import signal
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


def finished_points(folder):
    kept = folder / "finished-points"
    return len([file for file in kept.iterdir() if file.suffix == ".json"]) if kept.exists() else 0


def kill_at(program, scenario, folder, moment):
    process = subprocess.Popen(command(program, scenario, folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(moment)
    process.kill()
    process.wait()
    if (folder / "results.json").exists():
        json.loads((folder / "results.json").read_text())


def interrupt_amid(program, scenario, folder):
    """Ctrl-C when the first point is finished; false if all were before it came."""
    process = subprocess.Popen(command(program, scenario, folder), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while finished_points(folder) == 0 and process.poll() is None:
        time.sleep(0.002)
    process.send_signal(signal.SIGINT)
    out, complaints = process.communicate()
    if process.returncode == 0:
        return False
    assert process.returncode == 130, (process.returncode, complaints)
    assert complaints == "\ncnisim: interrupted\n" and out == "", (out, complaints)
    assert not (folder / "results.json").exists()
    assert 0 < finished_points(folder) <= POINTS
    return True


def resume(program, scenario, folder, expected):
    """How many points were finished before; the results must be as expected."""
    finished = finished_points(folder)
    results, runs = finish(program, scenario, folder)
    assert results == expected, f"{folder}: other results"
    assert runs == (POINTS - finished) * RUNS_OF_A_POINT, f"{folder}: {runs} runs after {finished} points"
    left = sorted(path.name for path in folder.rglob("*"))
    assert left == ["results.json", "timing.json"], f"{folder}: {left}"
    return finished


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
        if kills == "interrupt":
            # A busy machine may let a sweep end before the signal comes.
            folder = next((each for each in (temporary / str(i) for i in range(10))
                           if interrupt_amid(program, scenario, each)), None)
            assert folder is not None, "ten sweeps ended before they could be interrupted"
            finished = resume(program, scenario, folder, expected)
            print(f"interrupted with {finished} of {POINTS} points finished, and gone on")
            return 0
        amid = 0
        for i in range(int(kills)):
            folder = temporary / str(i)
            kill_at(program, scenario, folder, moments.uniform(0, whole))
            amid += 0 < resume(program, scenario, folder, expected) < POINTS
        print(f"{kills} kills, {amid} of them with some points finished and some not")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
