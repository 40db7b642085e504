#!/usr/bin/env python3
"""Times Airlock against other runtimes on the programs in programs/.

Each program is built for WASI 0.1 and run by every runtime in turn (A B A B …), whole processes,
user CPU time; the table shows medians and the median of the pairwise ratios. All runtimes must
print the same, or the comparison stops.

    benchmarks/compare.py --airlock build/release/bin/airlock --peer 'wasm3=path/to/wasm3 {wasm}'
"""

import argparse
import os
import pathlib
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


def find_clang():
    for name in [f"clang-{version}" for version in range(29, 18, -1)] + ["clang"]:
        if shutil.which(name):
            return name
    sys.exit("no clang found")


def build(programs, folder, airlock):
    """Compiles each program; returns {name: path of its .wasm}.

    Programs in the text format need features that not every runtime has, so they are only built if
    they are named."""
    built = {}
    for source in sorted((HERE / "programs").glob("*.wat")):
        if source.stem in programs:
            built[source.stem] = folder / f"{source.stem}.wasm"
            subprocess.run([*airlock, "parse", str(source), "-o", str(built[source.stem])], check=True)
    for source in sorted((HERE / "programs").glob("*.c")):
        if programs and source.stem not in programs:
            continue
        target = folder / f"{source.stem}.wasm"
        command = [find_clang(), "--target=wasm32-wasi", "-Wno-deprecated", "-O2",
                   "-Wl,-z,stack-size=1048576", str(source), "-o", str(target)]
        subprocess.run(command, check=True)
        built[source.stem] = target
    return built


def run(command):
    """Runs a command; returns its output and its user CPU time in seconds."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{shlex.join(command)}: exit code {process.returncode}")
    return output, usage.ru_utime


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--airlock", default="build/release/bin/airlock", metavar="COMMAND")
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=COMMAND",
                        help="another runtime; {wasm} is replaced by the module")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("programs", nargs="*", help="names of programs; all if none")
    arguments = parser.parse_args()

    runtimes = {"airlock": f"{arguments.airlock} run {{wasm}}"}
    runtimes.update(peer.split("=", 1) for peer in arguments.peer)
    with tempfile.TemporaryDirectory() as folder:
        programs = build(arguments.programs, pathlib.Path(folder),
                         shlex.split(arguments.airlock))
        print(f"{'program':12}" + "".join(f"{name:>12}" for name in runtimes) +
              "".join(f"{'vs ' + name:>14}" for name in list(runtimes)[1:]))
        for program, wasm in programs.items():
            commands = {name: shlex.split(text.format(wasm=wasm)) for name, text in runtimes.items()}
            expected = {name: run(command)[0] for name, command in commands.items()}  # warm-up
            if len(set(expected.values())) != 1:
                sys.exit(f"{program}: the runtimes disagree: {expected}")
            times = {name: [] for name in runtimes}
            for _ in range(arguments.runs):
                for name, command in commands.items():
                    times[name].append(run(command)[1])
            row = f"{program:12}"
            row += "".join(f"{statistics.median(times[name]):11.3f}s" for name in runtimes)
            for name in list(runtimes)[1:]:
                ratios = [a / b for a, b in zip(times["airlock"], times[name])]
                row += f"{statistics.median(ratios):13.2f}x"
            print(row, flush=True)


if __name__ == "__main__":
    main()
