#!/usr/bin/env python3
"""Checks that time and memory grow no faster than the input.

Each input of `growth_inputs.py` is made with n, 2n and 4n parts and given to a command: user CPU
time (the median of several runs) and peak memory are shown, and what each doubling multiplies them
by. n is the input's own, or larger until a run takes long enough for starting the process not to
matter. Exit code 1 if a doubling costs more than the bound, or if a command ends in another way than
the input is made for.

    benchmarks/growth.py --airlock build/release/bin/airlock [INPUT or INPUT/COMMAND …]
"""

import argparse
import os
import pathlib
import shlex
import statistics
import subprocess
import sys
import tempfile

from growth_inputs import INPUTS

SHORTEST = 0.06  # seconds of user time of the run with n parts
MOST_SECONDS = 60  # of any one run


def run(command, seconds):
    """Returns (exit code, user seconds, peak bytes, error output) of a command."""
    process = subprocess.Popen(["timeout", str(seconds), *command], stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage.ru_utime, usage.ru_maxrss * 1024, errors


class Measurement:
    """One input and command, at one size."""

    def __init__(self, airlock, entry, command, count, folder, runs):
        path = folder / f"input{entry.suffix}"
        contents = entry.make(count)
        path.write_bytes(contents if isinstance(contents, bytes) else contents.encode())
        self.count = count
        self.input_bytes = path.stat().st_size
        results = [run([*airlock, *command.split(), str(path)], MOST_SECONDS) for _ in range(runs)]
        self.code = results[0][0]
        self.errors = results[0][3].decode(errors="replace").strip()
        self.seconds = statistics.median(result[1] for result in results)
        self.memory = statistics.median(result[2] for result in results)


def first_count(airlock, entry, command, folder):
    """The smallest n, by doubling, that takes long enough; or the most that the input is made for."""
    count = entry.count
    while count * 8 <= entry.most:
        if Measurement(airlock, entry, command, count, folder, 1).seconds >= SHORTEST:
            break
        count *= 2
    return count


def check(airlock, entry, command, folder, arguments):
    """Measures an input with a command and prints a row. Returns what is wrong, or None."""
    count = first_count(airlock, entry, command, folder)
    sizes = [Measurement(airlock, entry, command, count << step, folder, arguments.runs)
             for step in range(3)]
    times = [b.seconds / max(a.seconds, 1e-9) for a, b in zip(sizes, sizes[1:])]
    memory = [b.memory / a.memory for a, b in zip(sizes, sizes[1:])]
    wrong = None
    if any(size.code not in entry.codes for size in sizes):
        bad = next(size for size in sizes if size.code not in entry.codes)
        wrong = f"exit code {bad.code} at n = {bad.count}: {bad.errors[:200]}"
    elif any(a.seconds >= SHORTEST / 2 and ratio > arguments.bound
             for a, ratio in zip(sizes, times)):
        wrong = "time grows too fast"
    elif max(memory) > arguments.bound:
        wrong = "memory grows too fast"
    elif entry.memory and sizes[-1].memory > entry.memory * sizes[-1].input_bytes + (32 << 20):
        wrong = f"more memory than {entry.memory} times the input"
    label = f"{entry.name}/{command}"
    print(f"{label:42}{count:>9}" + "".join(f"{size.seconds:9.3f}" for size in sizes) + " s " +
          "".join(f"{ratio:6.2f}" for ratio in times) +
          f"{sizes[-1].memory / (1 << 20):9.0f} MiB" +
          f"{sizes[-1].memory / sizes[-1].input_bytes:7.1f}x" +
          "".join(f"{ratio:6.2f}" for ratio in memory) +
          (f"  {wrong}" if wrong else "") +
          ("  (too short to tell)" if sizes[0].seconds < SHORTEST / 2 else ""), flush=True)
    return wrong


def is_chosen(entry, command, names):
    return not names or any(name in (entry.name, f"{entry.name}/{command}") for name in names)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--airlock", default="build/release/bin/airlock", metavar="COMMAND")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--bound", type=float, default=2.3, help="for each doubling")
    parser.add_argument("--list", action="store_true", help="show what there is to measure")
    parser.add_argument("names", nargs="*", metavar="INPUT", help="all if none")
    arguments = parser.parse_args()

    chosen = [(entry, command) for entry in INPUTS for command in entry.commands
              if is_chosen(entry, command, arguments.names)]
    if not chosen:
        sys.exit("there is no such input; --list shows them")
    if arguments.list:
        for entry, command in chosen:
            print(f"{entry.name}/{command}")
        return
    airlock = shlex.split(arguments.airlock)
    print(f"{'input/command':42}{'n':>9}{'n':>9}{'2n':>9}{'4n':>9}   {'growth':>12}"
          f"{'memory of 4n':>13}{'input':>8}{'growth':>12}")
    with tempfile.TemporaryDirectory() as folder:
        wrong = [check(airlock, entry, command, pathlib.Path(folder), arguments)
                 for entry, command in chosen]
    failures = sum(one is not None for one in wrong)
    print(f"{len(wrong) - failures} of {len(wrong)} in proportion")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
