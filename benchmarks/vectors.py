#!/usr/bin/env python3
"""Times the programs in programs/vectors/ with and without vector instructions.

Each is built for WASI 0.1 twice from the same source, plain and with -msimd128, and both are run by
Airlock in turn (A B A B …), whole processes, user CPU time. The table shows medians and the median of
the pairwise ratios: how many times as fast the vectors make it. Both must print the same.

    benchmarks/vectors.py --airlock build/release/bin/airlock
"""

import argparse
import pathlib
import shlex
import statistics
import subprocess
import sys
import tempfile

from compare import HERE, find_clang, run


def build(source, folder, name, flags):
    """Compiles a program; returns the path of its .wasm."""
    target = folder / f"{source.stem}-{name}.wasm"
    command = [find_clang(), "--target=wasm32-wasi", "-Wno-deprecated", "-O2", *flags, str(source),
               "-o", str(target)]
    subprocess.run(command, check=True)
    return target


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--airlock", default="build/release/bin/airlock", metavar="COMMAND")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("programs", nargs="*", help="names of programs; all if none")
    arguments = parser.parse_args()

    print(f"{'program':12}{'scalar':>12}{'vectors':>12}{'times as fast':>16}")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for source in sorted((HERE / "programs" / "vectors").glob("*.c")):
            if arguments.programs and source.stem not in arguments.programs:
                continue
            forms = {"scalar": build(source, folder, "scalar", []),
                     "vectors": build(source, folder, "vectors", ["-msimd128"])}
            commands = {form: [*shlex.split(arguments.airlock), "run", str(wasm)]
                        for form, wasm in forms.items()}
            printed = {form: run(command)[0] for form, command in commands.items()}  # warm-up
            if printed["scalar"] != printed["vectors"]:
                sys.exit(f"{source.stem}: the two forms disagree: {printed}")
            times = {form: [] for form in forms}
            for _ in range(arguments.runs):
                for form, command in commands.items():
                    times[form].append(run(command)[1])
            ratio = statistics.median(a / b for a, b in zip(times["scalar"], times["vectors"]))
            print(f"{source.stem:12}" +
                  "".join(f"{statistics.median(times[form]):11.3f}s" for form in forms) +
                  f"{ratio:15.2f}x", flush=True)


if __name__ == "__main__":
    main()
