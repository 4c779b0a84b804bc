#!/usr/bin/env python3
"""The include check finds what it is there to find."""

import unittest

from include_order import findings_of


class IncludeOrderTest(unittest.TestCase):
    def test_down_is_fine(self):
        self.assertEqual(findings_of("models/net/cidr.cc", '#include "sim/base/units.h"\n#include <vector>\n'), [])

    def test_up_is_found(self):
        self.assertEqual(
            findings_of("sim/engine/event.h", '\n#include "models/net/cidr.h"\n'),
            ["sim/engine/event.h:2: sim/engine may not include models/net (models/net/cidr.h)"])

    def test_neighbours_in_one_group_are_found(self):
        self.assertEqual(
            findings_of("models/ipam/allocator.h", '#include "models/policy/policy.h"\n'),
            ["models/ipam/allocator.h:1: models/ipam may not include models/policy (models/policy/policy.h)"])

    def test_statistics_know_no_model(self):
        self.assertEqual(
            findings_of("analysis/stats/interval.h", '#include "models/net/cidr.h"\n'),
            ["analysis/stats/interval.h:1: analysis/stats may not include models/net (models/net/cidr.h)"])

    def test_yaml_cpp_stays_in_documents(self):
        self.assertEqual(
            findings_of("models/cni/cilium.cc", "#include <yaml-cpp/yaml.h>\n"),
            ["models/cni/cilium.cc:1: only models/document includes <yaml-cpp/yaml.h>"])

    def test_internal_headers_stay_inside(self):
        self.assertEqual(
            findings_of("models/workload/node.cc", '#include "sim/engine/internal/window.h"\n'),
            ["models/workload/node.cc:1: 'sim/engine/internal/window.h' is internal to sim/engine"])
        self.assertEqual(
            findings_of("sim/engine/event.h", '#include "sim/engine/internal/window.h"\n'),
            ["sim/engine/event.h:1: a public header includes the internal 'sim/engine/internal/window.h'"])

    def test_unknown_folder_is_found(self):
        self.assertEqual(findings_of("models/foo/bar.h", ""), ["models/foo/bar.h: folder 'models/foo' is not in the table"])


if __name__ == "__main__":
    unittest.main()
