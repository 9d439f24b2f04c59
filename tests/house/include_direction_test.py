#!/usr/bin/env python3
"""Plants includes in a small tree and expects the check to find the wrong ones."""
import pathlib
import tempfile
import unittest

from include_direction import check


class IncludeDirectionTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.plant("schemas/ids.h")
        self.plant("catalog/object.h")

    def plant(self, file, *lines):
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(["#pragma once", *lines, ""]))

    def breaches(self):
        return check(self.root)[0]

    def assert_breach(self, *parts):
        breaches = self.breaches()
        self.assertEqual(len(breaches), 1, breaches)
        for part in parts:
            self.assertIn(part, breaches[0])

    def test_includes_down_are_fine(self):
        self.plant("catalog/apply.cc", '#include "annals/catalog/object.h"',
                   '#include "annals/schemas/ids.h"', '#include "absl/status/status.h"',
                   '#include "annals_fbs/object_generated.h"', "#include <vector>")
        self.plant("tests/log/log_test.cc", '#include "annals/catalog/object.h"')
        self.plant("examples/minimal.cc", "#include <annals/schemas/ids.h>")
        self.assertEqual(self.breaches(), [])

    def test_names_file_line_include_and_rule(self):
        self.plant("log/record.cc", "", '#include "annals/catalog/object.h"')
        self.assert_breach("log/record.cc:3:", '#include "annals/catalog/object.h"',
                           "log may not include catalog (it may include schemas)")

    def test_headers_and_folders_below_are_read_too(self):
        self.plant("log/rocksdb/store.h", '#  include "annals/engine/catalog_manager.h"')
        self.assert_breach("log/rocksdb/store.h:2:", "log may not include engine")

    def test_a_layer_does_not_see_tests(self):
        self.plant("engine/manager.cc", '#include "annals/tests/engine/clock.h"')
        self.assert_breach("engine may not include what is outside the layers")

    def test_project_headers_have_the_prefix(self):
        for include in ('"object.h"', '"catalog/object.h"', '"../catalog/object.h"', "<catalog/object.h>"):
            self.plant("catalog/apply.cc", f"#include {include}")
            self.assert_breach("catalog/apply.cc:2:", '"annals/<folder>/<name>"')

    def test_project_headers_have_quotes(self):
        self.plant("catalog/apply.cc", "#include <annals/catalog/object.h>")
        self.assert_breach("in quotes")

    def test_generated_types_stay_where_they_are_made(self):
        self.plant("engine/manager.cc", '#include "annals_fbs/update_generated.h"')
        self.assert_breach("engine/manager.cc:2:", "update.fbs stay in schemas and catalog")

    def test_the_root_is_for_snapshot(self):
        self.plant("catalog/apply.cc", '#include "annals_fbs/snapshot_generated.h"')
        self.plant("snapshot/writer.cc", '#include "annals_fbs/snapshot_generated.h"')
        self.assert_breach("catalog/apply.cc:2:", "snapshot.fbs stay in schemas and snapshot")

    def test_public_headers_include_only_what_is_installed(self):
        self.plant("catalog/apply.h", '#include "annals/catalog/chain_internal.h"')
        self.plant("catalog/chain_internal.h", '#include "annals_fbs/object_generated.h"')
        self.assert_breach("catalog/apply.h:2:", "public headers only")
        self.plant("catalog/apply.h", '#include "annals_fbs/object_generated.h"')
        self.assert_breach("catalog/apply.h:2:", "not installed")

    def test_links_run_the_same_way(self):
        (self.root / "catalog/CMakeLists.txt").write_text(
            "annals_layer(catalog\n  USES schemas log LINKS absl::status)\n")
        self.assert_breach("catalog/CMakeLists.txt:1:", "USES log")


if __name__ == "__main__":
    unittest.main()
