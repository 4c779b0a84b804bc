#!/usr/bin/env python3
"""results.json has the form that docs/schema describes, and knows no field that it does not."""

import json
import subprocess
import sys
import tempfile

import jsonschema


def closed(schema):
    """The schema with unknown fields forbidden, so that none goes undescribed."""
    if isinstance(schema, dict):
        schema = {key: closed(value) for key, value in schema.items()}
        if schema.get("type") == "object" and "properties" in schema:
            schema.setdefault("additionalProperties", False)
        return schema
    return [closed(item) for item in schema] if isinstance(schema, list) else schema


def main(program, scenario, schema_file):
    with tempfile.TemporaryDirectory() as folder:
        out = subprocess.run([program, "run", scenario, "-o", folder, "--json", "-"], check=True,
                             capture_output=True).stdout
    with open(schema_file, encoding="utf-8") as file:
        jsonschema.validate(json.loads(out), closed(json.load(file)))
    print("valid")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
