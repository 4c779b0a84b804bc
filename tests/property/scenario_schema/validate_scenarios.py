#!/usr/bin/env python3
"""Every scenario that we ship is valid under the schema; of the broken ones those are not whose mistake lies in their shape."""

import json
import pathlib
import sys

import jsonschema
import yaml

# Mistakes that a schema can see; the others need the catalog, other files or arithmetic.
REFUSED = ["budget_that_bounds_nothing", "call_with_wrong_values", "duration_with_an_unknown_unit",
           "duration_without_a_unit", "no_configurations", "not_a_map", "rate_without_a_unit",
           "size_with_an_unknown_unit", "traffic_without_ends", "unknown_key_at_the_top",
           "unknown_key_in_a_configuration", "unknown_key_in_a_node_pool", "unknown_switch",
           "wrong_name", "wrong_numbers_of_a_node_pool", "wrong_version"]


class Loader(yaml.SafeLoader):
    """As YAML 1.2 has it: a date is text."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def main(root):
    root = pathlib.Path(root)
    schema = json.loads((root / "scenarios/schema/scenario.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    wrong = []
    scenarios = sorted([*(root / "scenarios").glob("*.yaml"), *(root / "scenarios/plan").glob("*.yaml")])
    for file in scenarios:
        for error in validator.iter_errors(yaml.load(file.read_text(), Loader)):
            wrong.append(f"{file.name}: {'.'.join(map(str, error.path))}: {error.message}")
    for name in REFUSED:
        document = yaml.load((root / f"tests/data/broken/{name}.yaml").read_text(), Loader)
        if validator.is_valid(document):
            wrong.append(f"{name}.yaml: valid under the schema, but its mistake lies in its shape")
    print("\n".join(wrong) if wrong else f"{len(scenarios)} scenarios are valid, {len(REFUSED)} are refused")
    return 1 if wrong or not scenarios else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
