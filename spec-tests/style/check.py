#!/usr/bin/env python3
"""Style as a test: what can be said of the sources without compiling them.

usage: check.py [--root FOLDER]

Prints a line `file:line: what is wrong` for each fault and exits with 1 if there is one. Formatting
needs clang-format-22; without it that part is skipped, and said to be.
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys

most_lines = 700
most_entries = 30
formatter = "clang-format-22"

# False makes warnings of them, for a word that is new here and still common.
words_are_errors = True
words = re.compile(r"\b(behind|in front of)\b", re.IGNORECASE)

# Larger than they should be, with the size that they must not exceed. Numbers only go down.
long_files = {"decoder/instruction_table.hpp": 800}
crowded_folders = {
    "canonical-abi": 60,
    "decoder": 46,
    "decoder/text": 54,
    "interpreter": 50,
    "interpreter/handlers": 34,
    "runtime": 60,
    "validator/component": 34,
}

ignored_folders = {".git", "build", "node_modules", ".cache"}
text_suffixes = {".cpp", ".hpp", ".c", ".md", ".sh", ".py", ".txt", ".cmake"}


class Style:
    def __init__(self, root):
        self.root = root
        self.errors = []
        self.warnings = []
        self.folders = {}
        self.files = []
        for folder, subfolders, names in os.walk(root):
            subfolders[:] = [name for name in subfolders if name not in ignored_folders]
            place = pathlib.Path(folder).relative_to(root)
            self.folders[place.as_posix()] = len(subfolders) + len(names)
            self.files += [place / name for name in names]
        self.files.sort()

    def error(self, place, message):
        self.errors.append(f"{place}: {message}")

    def sources(self):
        return [file for file in self.files if file.suffix in (".cpp", ".hpp")]

    def lines(self, file):
        return (self.root / file).read_text(encoding="utf-8", errors="replace").split("\n")

    def check_sizes(self):
        for file in self.sources():
            count = len(self.lines(file)) - 1
            if count > long_files.get(file.as_posix(), most_lines):
                self.error(file, f"{count} lines: divide it (at most {most_lines})")
        for folder, count in sorted(self.folders.items()):
            most = crowded_folders.get(folder, most_entries)
            if count > most:
                self.error(folder, f"{count} entries: divide it (at most {most})")

    def check_headers(self):
        """Every header is included by a file other than itself."""
        included = set()
        pattern = re.compile(r'^\s*#include "([^"]+)"')
        for file in self.sources():
            for line in self.lines(file):
                if match := pattern.match(line):
                    # Relative to the file, to the root, or to one of the include folders.
                    included.add(os.path.normpath(file.parent / match[1]))
                    included.add(match[1])
        for file in self.sources():
            name = file.as_posix()
            public = name.split("/include/")[-1]
            if file.suffix == ".hpp" and name not in included and public not in included:
                self.error(file, "no file includes this header")

    def check_lines(self):
        """Spaces at the end of lines, and headings in comments (`// Name ----`) that were torn."""
        for file in self.files:
            if file.suffix not in text_suffixes:
                continue
            lines = self.lines(file)
            for number, line in enumerate(lines, 1):
                place = f"{file}:{number}"
                if line.endswith((" ", "\t")):
                    self.error(place, "spaces at the end of the line")
                if re.match(r"\s*// -{4,}$", line) and re.match(r"\s*// ", lines[number - 2]):
                    self.error(place, "the heading above was torn in two")

    def check_words(self):
        for file in self.files:
            if file.suffix not in (".cpp", ".hpp", ".md"):
                continue
            for number, line in enumerate(self.lines(file), 1):
                prose = line if file.suffix == ".md" else line.partition("//")[2]
                if match := words.search(prose):
                    report = f"{file}:{number}: `{match[0]}`: say before or after"
                    (self.errors if words_are_errors else self.warnings).append(report)

    def check_format(self):
        program = shutil.which(formatter)
        if not program:
            print(f"SKIPPED: formatting is not checked, {formatter} is not installed")
            return
        sources = [str(self.root / file) for file in self.sources()]
        parts = [sources[start : start + 40] for start in range(0, len(sources), 40)]
        command = [program, "--dry-run", "-Werror", "--ferror-limit=1"]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            runs = pool.map(
                lambda part: subprocess.run(command + part, capture_output=True, text=True), parts
            )
            for run in runs:
                for line in run.stderr.splitlines():
                    if match := re.match(r"(.*?:\d+):\d+: error", line):
                        name = os.path.relpath(match[1], self.root)
                        self.error(name, f"not as {formatter} has it")
                if run.returncode and "error" not in run.stderr:
                    self.error(formatter, run.stderr.strip() or f"exit code {run.returncode}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", default=pathlib.Path(__file__).resolve().parents[2])
    style = Style(pathlib.Path(parser.parse_args().root).resolve())
    style.check_sizes()
    style.check_headers()
    style.check_lines()
    style.check_words()
    style.check_format()
    if style.warnings:
        print(f"{len(style.warnings)} warnings: words that DESIGN.md does not want, such as")
        for warning in style.warnings[:5]:
            print(f"  {warning}")
    for error in style.errors:
        print(error)
    print(f"{len(style.files)} files, {len(style.errors)} faults of style")
    return 1 if style.errors else 0


if __name__ == "__main__":
    sys.exit(main())
