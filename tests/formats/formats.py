#!/usr/bin/env python3
"""Holds what cnisim writes against the tools that read it.

    formats.py CHECK --program PATH --root FOLDER --work FOLDER [--tools FOLDER --node PATH --npm PATH]

Exit code 0: it holds; 1: it does not; 77: a tool is missing, nothing was checked.
"""

import argparse
import html
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys

HERE = pathlib.Path(__file__).parent


class Missing(Exception):
    """A tool that the check needs is not installed."""


def need(program):
    path = shutil.which(program)
    if path is None:
        raise Missing(program)
    return path


def equal(what, found, expected):
    if found != expected:
        raise SystemExit(f"{what}: expected {expected!r}, found {found!r}")
    print(f"{what}: {found!r}")


def number(text):
    """The value of "15.4 ms", "0.0160", "1,019", "<0.1 %" in the unit of results (ns, 1)."""
    match = re.fullmatch(r"(<?)([\d,.]+) ?(ns|us|ms|s|%)?", text)
    scale = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9, "%": 0.01, None: 1}
    return float(match.group(2).replace(",", "")) * scale[match.group(3)]


def near(text, value):
    """Whether a printed figure is `value`, rounded to the digits that it shows."""
    digits = re.sub(r"[^\d.]", "", text)
    unit = number("1" + (" " + text.split(" ")[1] if " " in text else ""))
    last = 10 ** -len(digits.split(".")[1]) if "." in digits else 1
    if "." not in digits and len(digits) > 3 and "," not in text:
        last = 10 ** (len(digits) - 3)
    return text.startswith("<") or abs(number(text) - value) <= 0.5001 * last * unit


class Results:
    """Answers of results.json to what a sentence claims."""

    def __init__(self, document):
        self.configurations = {configuration["name"]: configuration for configuration in document["configurations"]}
        self.comparisons = document["comparisons"]
        flows = [traffic for traffic in document["configurations"][0]["traffic"] if traffic["kind"] != "stream"]
        self.main = (flows[0]["from"], flows[0]["to"]) if flows else ("", "")

    def value(self, name, metric, flow=("", "")):
        for entry in self.configurations[name]["metrics"]:
            if (entry["metric"], entry.get("from", ""), entry.get("to", "")) == (metric, *flow):
                return entry["value"]
        return None

    def answers(self, name):
        """Whether its latencies may be compared: one request in a hundred fails at most."""
        flows = [(traffic["from"], traffic["to"]) for traffic in self.configurations[name]["traffic"]]
        return max([self.value(name, "errors", flow) or 0 for flow in flows], default=0) <= 0.01

    def verdict(self, metric, flow, low, high):
        for pair in self.comparisons:
            if (pair["metric"], pair.get("from", ""), pair.get("to", "")) == (metric, *flow) and {pair["first"], pair["second"]} == {low, high}:
                turned = {"lower": "higher", "higher": "lower"}
                return pair["verdict"] if pair["first"] == low else turned.get(pair["verdict"], pair["verdict"])
        return None

    def names(self, text):
        """Those of a list, and how many others it has."""
        words = re.split(r", | and ", text)
        others = [int(word.split()[0]) for word in words if word.endswith(" others")]
        named = [word for word in words if not word.endswith(" others")]
        unknown = [word for word in named if word not in self.configurations]
        if unknown:
            raise SystemExit(f"no configuration: {unknown}")
        return named, sum(others)

    def check(self, sentence):
        for pattern, claim in self.CLAIMS:
            match = re.fullmatch(pattern, sentence)
            if match:
                wrong = claim(self, **match.groupdict())
                if wrong:
                    raise SystemExit(f"not true: {sentence}\n  {wrong}")
                return
        raise SystemExit(f"nobody checks: {sentence}")

    def lowest_of(self, metric, flow):
        able = [name for name in self.configurations if self.value(name, metric, flow) is not None]
        able = [name for name in able if self.answers(name)] or able
        return min(able, key=lambda name: self.value(name, metric, flow))

    def nobody(self, percent, best, value):
        own = self.value(best, "latency.p99", self.main)
        others = [self.value(name, "latency.p99", self.main) for name in self.configurations if self.answers(name)]
        if not near(value, own):
            return f"p99 is {own}"
        return None if max(others) / own - 1 < number(percent) and min(others) == own else f"p99s are {others}"

    def lowest(self, best, value, by_chance=None, by_model=None, slowest=None, slow=None, percent=None):
        own = self.value(best, "latency.p99", self.main)
        if best != self.lowest_of("latency.p99", self.main) or not near(value, own):
            return f"the lowest is {self.lowest_of('latency.p99', self.main)}, {own}"
        for text, verdict in ((by_chance, "not significant"), (by_model, "within model error")):
            for name in self.names(text)[0] if text else []:
                if self.verdict("latency.p99", self.main, best, name) != verdict:
                    return f"{name}: {self.verdict('latency.p99', self.main, best, name)}"
        if slowest:
            most = self.value(slowest, "latency.p99", self.main)
            if self.verdict("latency.p99", self.main, best, slowest) != "higher" or not near(slow, most) or not near(percent, most / own - 1):
                return f"{slowest}: {most}"
        return None

    def alike(self, which, count, what, low, high):
        answering = [name for name in self.configurations if self.answers(name) and self.value(name, "latency.p99", self.main) is not None]
        values = sorted(self.value(name, "latency.p99", self.main) for name in answering)
        best = self.lowest_of("latency.p99", self.main)
        verdicts = {self.verdict("latency.p99", self.main, best, name) for name in answering if name != best}
        if not near(low, values[0]) or not near(high, values[-1]):
            return f"p99s are {values}"
        expected = {"chance": {"not significant"}, "the model's error": {"within model error"},
                    "chance or the model's error": {"not significant", "within model error"}}[what]
        return None if verdicts == expected else f"verdicts are {verdicts}"

    def once(self, low, high):
        values = sorted(self.value(name, "latency.p99", self.main) for name in self.configurations if self.answers(name))
        good = near(low, values[0]) and near(high, values[-1])
        return None if good and all(pair["verdict"] == "not significant" for pair in self.comparisons
                                    if pair["metric"] == "latency.p99") else f"p99s are {values}"

    def share(self, low, best, high, most, percent):
        own = self.value(best, "network_latency.p50", self.main)
        other = self.value(most, "network_latency.p50", self.main)
        good = near(low, own) and near(high, other) and near(percent, other / own - 1)
        return None if good and self.verdict("network_latency.p50", self.main, best, most) == "higher" else f"{own} and {other}"

    def addresses(self, most, count, size, subnet, change=None, least=None, few=None, all=None):
        taken = {name: self.value(name, "vnet_addresses") for name in self.configurations}
        if taken[most] != max(taken.values()) or taken[most] != number(count):
            return f"taken: {taken}"
        sizes = {entry["name"]: entry["usable"] for entry in self.configurations[most]["subnets"]}
        if sizes[subnet] != number(size):
            return f"sizes: {sizes}"
        failed = [operation["name"] for operation in self.configurations[most]["addresses"]["operations"] if operation["failed"]]
        if (failed[0] if failed else None) != change:
            return f"failed operations: {failed}"
        if least:
            return None if taken[least] == min(taken.values()) == number(few) else f"taken: {taken}"
        return None if not all or len(set(taken.values())) == 1 else f"taken: {taken}"

    def cpu(self, most, percent, best, high, low):
        own, other = self.value(best, "network_cores"), self.value(most, "network_cores")
        good = near(high, other) and near(low, own) and near(percent, other / own - 1)
        return None if good and self.verdict("network_cores", ("", ""), best, most) == "higher" else f"{own} and {other}"

    def limit(self, names, worst=None, all=None, **found):
        saturated = {name for name, configuration in self.configurations.items() if configuration["saturated"]}
        count = {"Both": 2, None: len(saturated)}.get(all) or int(all.split()[1])
        if all and len(self.configurations) != count:
            return f"{len(self.configurations)} configurations"
        named, others = (sorted(saturated), count - len(saturated)) if all else self.names(names)
        if not set(named) <= saturated or len(named) + others != len(saturated):
            return f"past their limit: {saturated}"
        configuration = self.configurations[worst or named[0]]
        binding = next(resource for resource in configuration["resources"] if resource["kind"] == configuration["binds"])
        where = (binding["kind"], binding["busiest"])
        if (found["kind"], found["busiest"]) != where or not near(found["busy"], min(1, binding["busy_max"])):
            return f"{where}, {binding['busy_max']} busy"
        return None if number(found["drops"] or "0") == binding["drops"] else f"{binding['drops']} drops"

    def denials(self, count, names=None, every=None):
        denied = {name: configuration["denied"] for name, configuration in self.configurations.items()}
        most = [name for name in denied if denied[name] == max(denied.values())]
        named = list(self.configurations) if every else self.names(names)[0]
        return None if set(named) <= set(most) and number(count) == max(denied.values()) else f"denied: {denied}"

    def silent(self, names):
        unanswered = [name for name, configuration in self.configurations.items()
                      for traffic in configuration["traffic"]
                      if (traffic["from"], traffic["to"]) == self.main and traffic["completed"] == 0]
        named, others = self.names(names)
        return None if set(named) <= set(unanswered) and len(named) + others == len(unanswered) else f"silent: {unanswered}"

    FIGURE = r"<?[\d,.]+(?: (?:ns|us|ms|s|%))?"
    CLAIMS = [
        (rf"At p99 nobody is more than (?P<percent>{FIGURE}) above (?P<best>\S+): (?P<value>{FIGURE})\.", nobody),
        (rf"(?P<best>\S+) has the lowest p99, (?P<value>{FIGURE})(?:; (?P<by_chance>[^;]+) cannot be told from it \(chance\))?"
         rf"(?:; (?P<by_model>[^;]+) differs? by less than the model's error)?"
         rf"(?:; (?P<slowest>\S+) is slowest, (?P<slow>{FIGURE}) \((?P<percent>{FIGURE}) more\))?\.", lowest),
        (rf"At p99 (?P<which>both|all (?P<count>\d+)|the \d+ that answer) differ by less than (?P<what>[^:]+): "
         rf"(?P<low>{FIGURE}) to (?P<high>{FIGURE})\.", alike),
        (rf"p99 is (?P<low>{FIGURE}) to (?P<high>{FIGURE}); one replication does not tell chance from a difference\.", once),
        (rf"The network's part of a median request is (?P<low>{FIGURE}) under (?P<best>\S+) and (?P<high>{FIGURE}) under "
         rf"(?P<most>\S+) \((?P<percent>{FIGURE}) more\)\.", share),
        (rf"(?P<most>\S+) takes (?P<count>{FIGURE}) VNet addresses of the (?P<size>{FIGURE}) in subnet (?P<subnet>[^,;]+?)"
         rf"(?:, too many for the (?P<change>[^;]+?))?(?:; (?P<least>\S+) needs (?P<few>{FIGURE})|(?P<all>, as all do))?\.", addresses),
        (rf"(?P<most>\S+) spends (?P<percent>{FIGURE}) more CPU on networking than (?P<best>\S+) \((?P<high>{FIGURE}) against "
         rf"(?P<low>{FIGURE}) cores a node\)\.", cpu),
        (rf"(?:(?P<all>Both|All \d+)|(?P<names>.+?)) (?:is past its limit|are past their limit) at this load(?:; (?P<worst>\S+) is worst off)?: "
         rf"(?P<kind>.+?) of (?P<busiest>[^,]+), (?P<busy>{FIGURE}) busy(?:; (?P<drops>{FIGURE}) drops)?(?:; {FIGURE} of requests fail)?\.", limit),
        (rf"Policies stop (?P<count>{FIGURE}) requests and calls under (?:(?P<every>every configuration)|(?P<names>.+?))(?:, the most of all)?\.",
         denials),
        (r"Under (?P<names>.+) no request is answered\.", silent),
    ]


class Check:
    def __init__(self, options):
        self.options = options
        self.work = pathlib.Path(options.work)
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)

    def cnisim(self, *arguments, code=0):
        """Runs the program in the scenario's folder; its standard output."""
        done = subprocess.run([self.options.program, *map(str, arguments)], cwd=HERE, text=True, capture_output=True)
        if done.returncode != code:
            raise SystemExit(f"cnisim {arguments}: exit {done.returncode}, expected {code}\n{done.stdout}{done.stderr}")
        return done.stdout

    def run_gate(self, *more):
        self.cnisim("run", "gate.yaml", "-o", self.work, *more)
        return json.loads((self.work / "results.json").read_text())

    def npm_tools(self):
        """Installs what package-lock.json names, once."""
        if not self.options.npm or not self.options.node:
            raise Missing("node and npm")
        tools = pathlib.Path(self.options.tools)
        lock = (HERE / "package-lock.json").read_text()
        if not (tools / "node_modules").exists() or (tools / "package-lock.json").read_text() != lock:
            tools.mkdir(parents=True, exist_ok=True)
            for name in ("package.json", "package-lock.json"):
                shutil.copy(HERE / name, tools / name)
            subprocess.run([self.options.npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=tools, check=True)
        return tools

    def node(self, script, *arguments):
        """Scripts find their packages beside them, so they run where these are installed."""
        tools = self.npm_tools()
        shutil.copy(HERE / script, tools / script)
        subprocess.run([self.options.node, tools / script, *map(str, arguments)], check=True)

    # The checks.

    def junit(self):
        xmllint = need("xmllint")
        try:
            import junitparser
        except ImportError as error:
            raise Missing("python3-junitparser") from error
        folder = self.work / "scenarios"
        folder.mkdir()
        shutil.copy(HERE / "gate.yaml", folder)
        # One of the folder's scenarios cannot be read, and must not hide the other's verdicts.
        (folder / "broken.yaml").write_text("cnisim: 1\nname: broken\nconfigurations: 3\n")
        xml = self.work / "check.xml"
        verdicts = self.work / "check.json"
        self.cnisim("check", folder, "--junit", xml, "--json", verdicts, code=2)
        subprocess.run([xmllint, "--noout", xml], check=True)
        report = junitparser.JUnitXml.fromfile(str(xml))
        suites = list(report) if isinstance(report, junitparser.JUnitXml) else [report]
        failures = errors = tests = 0
        for suite in suites:
            for case in suite:
                tests += 1
                results = case.result if isinstance(case.result, list) else [case.result]
                failures += any(isinstance(result, junitparser.Failure) for result in results)
                errors += any(isinstance(result, junitparser.Error) for result in results)
        equal("test cases", tests, 5)  # four budgets and the broken file
        equal("failures", failures, 2)
        equal("errors", errors, 1)
        equal("failures by the suites' own count", sum(suite.failures for suite in suites), 2)
        text = verdicts.read_text()
        equal("broken budgets in the JSON", text.count('"broken"'), 2 + text.count('"scenario": "broken"'))

    def history(self):
        sqlite = need("sqlite3")
        database = self.work / "runs.db"
        results = self.run_gate("--history", database)
        self.run_gate("--history", database, "--seed", "2")
        done = subprocess.run([sqlite, database, "PRAGMA integrity_check"], text=True, capture_output=True, check=True)
        equal("integrity", done.stdout.strip(), "ok")
        with sqlite3.connect(database) as connection:
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            equal("tables", sorted(tables & {"run", "configuration", "metric", "event"}), ["configuration", "event", "metric", "run"])
            equal("runs", connection.execute("SELECT COUNT(*) FROM run").fetchone()[0], 2)
            equal("dangling keys", connection.execute("PRAGMA foreign_key_check").fetchall(), [])
            expected = 2 * sum(len(configuration["metrics"]) for configuration in results["configurations"])
            equal("figures", connection.execute("SELECT COUNT(*) FROM metric").fetchone()[0], expected)

    def annotations(self):
        """The annotations of a real run, against a file; GitHub reads one a line."""
        text = self.cnisim("check", "gate.yaml", "--github", code=1)
        lines = [line for line in text.splitlines() if line.startswith("::")]
        golden = HERE / "annotations.golden"
        if os.environ.get("CNISIM_ACCEPT"):
            golden.write_text("".join(line + "\n" for line in lines))
        equal("annotations", lines, golden.read_text().splitlines())
        budget_lines = (HERE / "gate.yaml").read_text().splitlines()
        for line in lines:
            number = int(line.split("line=")[1].split(",")[0])
            if "cnisim%3A budget" in line and "metric:" not in budget_lines[number - 1]:
                raise SystemExit(f"no budget stands on line {number}: {line}")

    def csv(self):
        try:
            import pandas
        except ImportError as error:
            raise Missing("python3-pandas") from error
        results = self.run_gate("--csv")
        table = pandas.read_csv(self.work / "results.csv")
        print(table.dtypes)
        for column in ("value", "low", "high"):
            if not pandas.api.types.is_numeric_dtype(table[column]):
                raise SystemExit(f"column {column} holds no numbers")
        compared = 0
        for configuration in results["configurations"]:
            own = table[(table["configuration"] == configuration["name"]) & table["replication"].isna()]
            for metric in configuration["metrics"]:
                rows = own[own["metric"] == metric["metric"]]
                for end in ("from", "to"):
                    rows = rows[rows[end].fillna("") == metric.get(end, "")]
                equal_rows = rows["value"].tolist()
                wanted = metric["value"]
                if wanted is None:
                    continue
                if len(equal_rows) != 1 or abs(equal_rows[0] - wanted) > 1e-12 * max(1.0, abs(wanted)):
                    raise SystemExit(f"{configuration['name']} {metric['metric']}: {equal_rows}, not {wanted}")
                compared += 1
        if compared < 50:
            raise SystemExit(f"only {compared} figures compared")
        print(f"{compared} figures are equal")

    def schemas(self):
        self.run_gate("--report")
        root = pathlib.Path(self.options.root)
        sarif = self.work / "lint.sarif"
        # What it finds is a finding (1); a scenario without any would check an empty list only.
        self.cnisim("policy", "lint", root / "scenarios/policies.yaml", "--sarif", sarif, code=1)
        self.node("schemas.mjs", root / "docs/schema/results-1.schema.json", self.work / "results.json", sarif)

    def pipelines(self):
        """Runs the steps of the example pipelines in a team's repository, with cnisim from a clone of this one."""
        import yaml
        root = pathlib.Path(self.options.root)
        examples = {
            "github": [(step["name"], step["run"], step.get("if")) for step in
                       yaml.safe_load((root / "docs/ci/github-actions.yml").read_text())["jobs"]["check"]["steps"] if "run" in step],
            "azure": [(step["displayName"], step["bash"], step.get("condition")) for step in
                      yaml.safe_load((root / "docs/ci/azure-pipelines.yml").read_text())["steps"] if "bash" in step],
        }
        for kind, steps in examples.items():
            equal(f"{kind}: steps", [name for name, _, _ in steps],
                  ["Install git", "Fetch cnisim", "Build cnisim", "Check", "Draw reports"])
            home = self.work / kind
            team = home / "team"
            (team / "network").mkdir(parents=True)
            shutil.copy(HERE / "gate.yaml", team / "network")
            self.cnisim("run", team / "network/gate.yaml", "-o", team / "network/baselines/gate")
            source = home / "cnisim"
            # A detached checkout, as CI makes it, has no branch to clone.
            origin = home / "cnisim.git"
            git = need("git")
            if subprocess.run([git, "clone", "--quiet", "--bare", root, origin]).returncode != 0:
                raise Missing("a git repository")
            subprocess.run([git, "-C", origin, "branch", "--force", "under-test", "HEAD"], check=True)
            environment = dict(os.environ, CNISIM_REPOSITORY=f"file://{origin}", CNISIM_VERSION="under-test", CNISIM=str(source),
                               GITHUB_OUTPUT=str(home / "output"), GITHUB_STEP_SUMMARY=str(home / "summary.md"))
            for name, script, condition in steps:
                if name == "Install git" and not self.options.everything:
                    continue  # changes the machine
                if name == "Build cnisim" and not self.options.everything:
                    (source / "build-release/bin").mkdir(parents=True)
                    shutil.copy(self.options.program, source / "build-release/bin/cnisim")
                    continue
                done = subprocess.run(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script], cwd=team, env=environment,
                                      text=True, capture_output=True)
                print(f"-- {kind}: {name}: exit {done.returncode}\n{done.stdout}{done.stderr}")
                # Two budgets of the gate are broken, so the check must fail, and with that the pipeline.
                equal(f"{kind}: {name}", done.returncode, 1 if name == "Check" else 0)
                if name == "Draw reports":
                    equal(f"{kind}: reports come when the check failed", condition, "always()")
                if name == "Check" and kind == "github":
                    equal("annotations", done.stdout.count("::error file=network/gate.yaml,line="), 2)
                    if "2 of 4 budgets broken" not in (home / "summary.md").read_text():
                        raise SystemExit("the step summary does not say what is broken")
                if name == "Check" and kind == "azure" and f"##vso[task.uploadsummary]{team}/cnisim-out/check.md" not in done.stdout:
                    raise SystemExit("the summary is not uploaded")
            for file in ("check.xml", "check.md", "gate/results.json", "gate/report.html"):
                if not (team / "cnisim-out" / file).is_file():
                    raise SystemExit(f"{kind}: no {file}")

    def stripped(self):
        """Notebooks are committed without what they gave on somebody's machine."""
        notebooks = sorted((pathlib.Path(self.options.root) / "notebooks").glob("*.ipynb"))
        if not notebooks:
            raise SystemExit("no notebook found")
        for notebook in notebooks:
            cells = json.loads(notebook.read_text())["cells"]
            outputs = [index for index, cell in enumerate(cells) if cell.get("outputs") or cell.get("execution_count")]
            equal(f"{notebook.name}: cells with outputs", outputs, [])
            equal(f"{notebook.name}: metadata of cells", [cell["metadata"] for cell in cells if cell["metadata"]], [])

    def notebooks(self):
        """Executes every notebook from top to bottom; a cell that fails, its own assertions too, fails this."""
        try:
            import ipykernel, matplotlib, nbconvert, pandas  # noqa: E401, F401
        except ImportError as error:
            raise Missing(str(error.name)) from error
        environment = dict(os.environ, CNISIM=self.options.program, PYDEVD_DISABLE_FILE_VALIDATION="1")
        environment.pop("MPLBACKEND", None)
        for notebook in sorted((pathlib.Path(self.options.root) / "notebooks").glob("*.ipynb")):
            subprocess.run([sys.executable, "-m", "nbconvert", "--log-level=WARN", "--to", "notebook", "--execute", notebook,
                            "--output-dir", self.work], env=environment, check=True)
            cells = json.loads((self.work / notebook.name).read_text())["cells"]
            executed = sum(1 for cell in cells if cell.get("execution_count"))
            equal(f"{notebook.name}: executed", executed, sum(1 for cell in cells if cell["cell_type"] == "code"))
            drawn = sum(1 for cell in cells for output in cell.get("outputs", []) if "image/png" in output.get("data", {}))
            if drawn == 0:
                raise SystemExit(f"{notebook.name} draws nothing")

    def sentences(self):
        """Every sentence that reports of real runs open with, held against results.json by other code than wrote it."""
        root = pathlib.Path(self.options.root)
        said = lies = 0
        for name, arguments in (("quickstart", ["--replications", "3", "--duration", "500ms"]), ("policies", ["--replications", "2"]),
                                ("smallest", []), ("smallest", ["--replications", "1"]), ("gate", [])):
            folder = self.work / name
            scenario = HERE / "gate.yaml" if name == "gate" else root / f"scenarios/{name}.yaml"
            self.cnisim("run", scenario, "--report", "-o", folder, *arguments)
            results = Results(json.loads((folder / "results.json").read_text()))
            page = (folder / "report.html").read_text()
            sentences = [html.unescape(text) for text in re.findall(r'<p class="answer">(.*?)</p>', page)]
            if not 1 <= len(sentences) <= 4:
                raise SystemExit(f"{name}: {len(sentences)} sentences")
            for sentence in sentences:
                results.check(sentence)
                print(f"{name}: true: {sentence}")
                said += 1
                # The same with another count is false, and must be found to be.
                false = re.sub(r"(?<=takes )[\d,]+(?= VNet)", lambda match: str(int(match[0].replace(",", "")) + 1), sentence)
                if false != sentence:
                    try:
                        results.check(false)
                    except SystemExit:
                        lies += 1
                    else:
                        raise SystemExit(f"taken for true: {false}")
        if lies == 0:
            raise SystemExit("no false sentence was tried")
        print(f"{said} sentences are true, {lies} false ones were found out")

    def page(self):
        chromium = need("chromium")
        root = pathlib.Path(self.options.root)
        pages = []
        for name, command in (("run", ["run", root / "scenarios/quickstart.yaml", "--replications", "3"]),
                              ("policies", ["run", root / "scenarios/policies.yaml", "--replications", "2"]),
                              ("sweep", ["run", root / "scenarios/service-count.yaml", "--replications", "2"]),
                              ("plan", ["plan", root / "scenarios/plan/two-years-of-growth.yaml"])):
            folder = self.work / name
            self.cnisim(*command, "--report", "-o", folder)
            pages.append(folder / ("plan.html" if name == "plan" else "report.html"))
        for page in pages:
            if page.stat().st_size >= 1_500_000:
                raise SystemExit(f"{page}: {page.stat().st_size} bytes")
            self.node("page.mjs", chromium, page, self.work / "screenshots" / page.parent.name)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("check", choices=["junit", "history", "annotations", "csv", "schemas", "page", "pipelines",
                                          "stripped", "notebooks", "sentences"])
    for option in ("--program", "--root", "--work"):
        parser.add_argument(option, required=True)
    for option in ("--tools", "--node", "--npm"):
        parser.add_argument(option, default="")
    parser.add_argument("--everything", action="store_true", help="pipelines: install packages and build as well")
    options = parser.parse_args()
    for tool in ("node", "npm"):
        if getattr(options, tool).endswith("NOTFOUND"):
            setattr(options, tool, "")
    try:
        getattr(Check(options), options.check)()
    except Missing as missing:
        print(f"skipped: {missing} is not installed")
        return 77
    except subprocess.CalledProcessError as error:
        print(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
