#!/usr/bin/env python3
"""The gate of `cnisim check --baseline`, on the whole program: how often it cries wolf over two runs that differ by their
seed alone, and how often it sees 5 % on the stage that has the largest share of a budgeted metric: with the baseline's
seed, as a pipeline runs it, and with another one, as somebody does who draws anew.

    gate.py PROGRAM CATALOG PAIRS
"""

import json
import math
import pathlib
import re
import subprocess
import sys
import tempfile

SCENARIO = """
cnisim: 1
name: gated
configurations:
  - {name: azure-overlay, az: --network-plugin azure --network-plugin-mode overlay}
traffic:
  - {from: external, to: web, rate: 300/s}
measure: {warm_up: 200ms, duration: 1s, replications: 6}
budgets:
  - {metric: network_cores, max: 1}
  - {metric: network_latency.p50, from: external, max: 10ms}
"""
LEVEL = 0.05  # of check, over all figures together
POWER = 0.95


def at_most(n, p, k):
    """P(X <= k) of a binomial X."""
    return sum(math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k + 1))


def upper_bound(n, p):
    """The least k that a binomial passes in less than one of 1,000 reseedings."""
    return next(k for k in range(n + 1) if at_most(n, p, k) >= 0.999)


def lower_bound(n, p):
    """The largest k that a binomial falls below in less than one of 1,000 reseedings."""
    return max(k for k in range(n + 1) if k == 0 or at_most(n, p, k - 1) <= 0.001)


class Gate:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.scenario = folder / "gated.yaml"
        self.scenario.write_text(SCENARIO)

    def call(self, *arguments):
        done = subprocess.run([self.program, *map(str, arguments), "--cost-draws", "0"], capture_output=True, text=True)
        assert done.returncode in (0, 1), done.stderr
        return done

    def run(self, seed, *more):
        """The baseline of that seed; made once."""
        out = self.folder / "-".join(["base", str(seed), *more])
        if not out.exists():
            self.call("run", self.scenario, "-o", out, "--seed", seed, *more)
        return out / "results.json"

    def changed(self, seed, baseline, *more):
        """What check says of each figure that is not the same: {(metric, from): change}; and its exit code."""
        out = self.folder / "check.json"
        done = self.call("check", self.scenario, "--seed", seed, "--baseline", baseline, "--json", out, *more)
        found = {}

        def walk(node):
            if isinstance(node, dict):
                if "change" in node and node["change"] != "same":
                    found[(node["metric"], node.get("from", ""))] = node["change"]
                for child in node.values():
                    walk(child)
            elif isinstance(node, list):
                for child in node:
                    walk(child)

        walk(json.loads(out.read_text()))
        return found, done.returncode

    def largest_stages(self):
        """The stage with the largest share of the CPU, and of an exchange with a client outside."""
        results = json.loads(self.run(1).read_text())
        configuration = results["configurations"][0]
        offered = {(flow["from"], flow["to"]): flow["offered"] for flow in configuration["traffic"] + configuration["calls"]}
        cpu = {}
        for path in configuration["paths"]:
            for stage in path["stages"]:
                if stage["paid_by"] != "latency":
                    cost = stage["exchange_ns"] * offered.get((path["from"], path["to"]), 0)
                    cpu[stage["stage"]] = cpu.get(stage["stage"], 0) + cost
        outside = next(path for path in configuration["paths"] if path["from"] == "external")
        # The way from and to the client is no stage of the path; it is what the stages leave of the exchange.
        rest = outside["exchange_ns"][0] - sum(stage["exchange_ns"] for stage in outside["stages"])
        assert rest > max(stage["exchange_ns"] for stage in outside["stages"])
        return max(cpu, key=cpu.get), "client_one_way"


def dearer(stage, catalog, folder):
    """A catalog to lay over the program's own in which the stage's costs are 5 % higher, those fitted to machines too."""
    times = r"(typical|low|high|fixed): ([0-9.]+)(ns|us|ms)"
    changed = 0
    for file in [*(catalog / "costs").glob("*.yaml"), *(catalog / "hardware").glob("*.yaml")]:
        text = file.read_text()
        scaled = re.sub(rf"^  - id: {stage}\n(?:    .*\n)+|^ *- {{cost: {stage},.*\n",
                        lambda entry: re.sub(times, lambda m: f"{m[1]}: {float(m[2]) * 1.05:.10g}{m[3]}", entry[0]),
                        text, flags=re.M)
        if scaled == text:
            continue
        changed += 1
        target = folder / file.relative_to(catalog)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(scaled)
    assert changed > 0, f"no cost of {stage}"
    return folder


def main(program, catalog, pairs):
    pairs = int(pairs)
    with tempfile.TemporaryDirectory() as temporary:
        gate = Gate(program, pathlib.Path(temporary))
        alarms = sum(1 for i in range(pairs) if gate.changed(10_000 + i, gate.run(i + 1))[0])
        most = upper_bound(pairs, LEVEL)
        print(f"{alarms} of {pairs} equal pairs were told apart; at most {most} may be")
        ok = alarms <= most

        # 95 of 100; of fewer pairs what a power of 95 % nearly never falls below.
        least = 95 if pairs == 100 else lower_bound(pairs, POWER)
        cpu, latency = gate.largest_stages()
        forms = [(cpu, ("network_cores", ""), 0, ()), (latency, ("network_latency.p50", "external"), 0, ())]
        if pairs == 100:
            # Unpaired takes more runs.  CPU is left out: it moves with the number of requests, 2.4 % with 1,800 of them.
            forms.append((latency, ("network_latency.p50", "external"), 20_000, ("--replications", "12")))
        for stage, metric, other_seed, more in forms:
            overlay = dearer(stage, pathlib.Path(catalog), pathlib.Path(temporary) / stage)
            seen = 0
            for i in range(pairs):
                found, code = gate.changed(other_seed + i + 1, gate.run(i + 1, *more), "--catalog", overlay, *more)
                seen += found.get(metric) == "worse" and code == 1
            print(f"5 % on {stage} was seen in {metric[0]} in {seen} of {pairs}, "
                  f"{'seeds differ' if other_seed else 'seeds are equal'}; at least {least} are asked")
            ok = ok and seen >= least
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
