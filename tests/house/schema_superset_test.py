#!/usr/bin/env python3
"""Changes a released schema in every forbidden way and expects the check to see it."""
import pathlib
import tempfile
import unittest

from schema_superset import differences, facts

RELEASED = """
// A comment.
namespace n;
enum Color : ubyte { None = 0, Red = 1, Blue = 2 }
struct Point { x:int; y:int; }
table A { name:string (id: 0, required); size:uint = 7 (id: 1); list:[ubyte] (id: 2); }
table B { a:A (id: 0); /* another */ color:Color = Red (id: 1); }
union U { A = 1, B = 2 }
root_type B;
"""


class SchemaSupersetTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def write(self, folder, text):
        (self.root / folder).mkdir(exist_ok=True)
        (self.root / folder / "x.fbs").write_text(text)

    def after(self, old, new):
        """The differences that replacing `old` by `new` makes."""
        self.assertIn(old, RELEASED)
        self.write("released", RELEASED)
        self.write("current", RELEASED.replace(old, new))
        return list(differences(self.root / "released", self.root / "current"))

    def assert_refused(self, old, new, part):
        found = self.after(old, new)
        self.assertTrue(any(part in line for line in found), found)

    def test_additions_are_fine(self):
        self.assertEqual(self.after("Blue = 2", "Blue = 2, Green = 3"), [])
        self.assertEqual(self.after("list:[ubyte] (id: 2);", "list:[ubyte] (id: 2); more:bool (id: 3);"), [])
        self.assertEqual(self.after("B = 2 }", "B = 2, C = 3 }\ntable C { k:int (id: 0, required); }"), [])

    def test_layout_and_order_of_the_text_do_not_matter(self):
        self.assertEqual(self.after("Red = 1, Blue = 2", "Blue = 2,\n  Red = 1 // Same.\n"), [])

    def test_a_removed_field_is_seen(self):
        self.assert_refused("size:uint = 7 (id: 1); ", "", "A.size: uint = 7 (id: 1)")

    def test_a_renamed_field_is_seen(self):
        self.assert_refused("size:uint", "length:uint", "A.size")

    def test_a_renumbered_field_is_seen(self):
        self.assert_refused("list:[ubyte] (id: 2)", "list:[ubyte] (id: 3)", "A.list")

    def test_another_type_is_seen(self):
        self.assert_refused("size:uint", "size:ulong", "A.size")

    def test_another_default_is_seen(self):
        self.assert_refused("size:uint = 7", "size:uint = 8", "A.size")

    def test_required_added_is_seen(self):
        self.assert_refused("list:[ubyte] (id: 2)", "list:[ubyte] (id: 2, required)", "A.list")

    def test_required_dropped_is_seen(self):
        self.assert_refused("(id: 0, required)", "(id: 0)", "A.name")

    def test_a_new_required_field_is_seen(self):
        self.assert_refused("list:[ubyte] (id: 2);", "list:[ubyte] (id: 2); k:string (id: 3, required);", "A.k")

    def test_a_renumbered_enum_value_is_seen(self):
        self.assert_refused("Red = 1, Blue = 2", "Red = 2, Blue = 1", "Color.Red = 1")

    def test_another_enum_width_is_seen(self):
        self.assert_refused("Color : ubyte", "Color : ushort", "enum Color : ubyte")

    def test_a_replaced_union_member_is_seen(self):
        self.assert_refused("union U { A = 1, B = 2 }", "union U { A = 1, C = 2 }\ntable C {}", "U.B = 2")

    def test_a_grown_struct_is_seen(self):
        self.assert_refused("y:int;", "y:int; z:int;", "struct Point")

    def test_a_removed_table_is_seen(self):
        self.assert_refused("table B {", "table D {", "table B is gone")

    def test_numbers_must_be_written(self):
        with self.assertRaises(SyntaxError):
            self.after("Blue = 2", "Blue")
        with self.assertRaises(SyntaxError):
            self.after("(id: 2)", "")

    def test_what_is_not_understood_is_an_error(self):
        with self.assertRaises(SyntaxError):
            self.after("root_type B;", "rpc_service S { f(A):B; }")

    def test_our_own_schemas_are_read_whole(self):
        ours = facts(pathlib.Path(__file__).parents[2] / "schemas")
        self.assertIn("Object.name: string (id: 2, required)", ours["object.fbs", "table", "Object"])
        self.assertIn("Entry.NewObject = 1", ours["update.fbs", "union", "Entry"])


if __name__ == "__main__":
    unittest.main()
