#!/usr/bin/env python3
"""check.py finds what it says it finds, and nothing in what is fine."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

check = pathlib.Path(__file__).with_name("check.py")


def faults(files):
    with tempfile.TemporaryDirectory() as root:
        for name, text in files.items():
            path = pathlib.Path(root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        command = [sys.executable, str(check), "--root", root]
        run = subprocess.run(command, capture_output=True, text=True)
        found = [line for line in run.stdout.splitlines() if line.startswith("a/")]
        return run.returncode, found


class Check(unittest.TestCase):
    def test_fine(self):
        files = {"a/x.hpp": "#pragma once\n", "a/x.cpp": '#include "a/x.hpp"\n'}
        self.assertEqual(faults(files), (0, []))

    def test_header_by_short_name(self):
        files = {"a/x.hpp": "#pragma once\n", "a/x.cpp": '#include "x.hpp"\n'}
        self.assertEqual(faults(files), (0, []))

    def test_dead_header(self):
        code, found = faults({"a/x.hpp": "#pragma once\n", "b/x.cpp": '#include "b/x.hpp"\n'})
        self.assertEqual((code, found), (1, ["a/x.hpp: no file includes this header"]))

    def test_spaces(self):
        code, found = faults({"a/README.md": "one\ntwo \n"})
        self.assertEqual((code, found), (1, ["a/README.md:2: spaces at the end of the line"]))

    def test_torn_heading(self):
        code, found = faults({"a/x.cpp": "// --- One\n// ------\n// --- Two ------\nint x;\n"})
        self.assertEqual((code, found), (1, ["a/x.cpp:2: the heading above was torn in two"]))
        code, found = faults({"a/x.cpp": "// One\n// ------\n\n// Two ------\nint x;\n"})
        self.assertEqual((code, found), (1, ["a/x.cpp:2: the heading above was torn in two"]))

    def test_words(self):
        code, found = faults({"a/x.cpp": "int x; // Behind y\n", "a/x.md": "one\nin front of two\n"})
        message = "say before or after"
        self.assertEqual(
            (code, found),
            (1, [f"a/x.cpp:1: `Behind`: {message}", f"a/x.md:2: `in front of`: {message}"]),
        )

    def test_words_of_code(self):
        self.assertEqual(faults({"a/x.cpp": "int behind; // before y\n"}), (0, []))

    def test_long_file(self):
        code, found = faults({"a/x.cpp": "int x;\n" * 701})
        self.assertEqual((code, found), (1, ["a/x.cpp: 701 lines: divide it (at most 700)"]))

    def test_crowded_folder(self):
        code, found = faults({f"a/b/{i}.txt": "x\n" for i in range(31)})
        self.assertEqual((code, found), (1, ["a/b: 31 entries: divide it (at most 30)"]))


if __name__ == "__main__":
    unittest.main()
