"""`python -m benchmarks`: how fast the program is on this machine, beside the same work without it.

python -m benchmarks reading
"""

from __future__ import annotations

import argparse
import asyncio

from benchmarks import buying, database, delivering, hearing, reading, selling, starting

BENCHMARKS = {
    "database": database.measure,
    "buying": buying.measure,
    "reading": reading.measure,
    "hearing": hearing.measure,
    "delivering": delivering.measure,
    "selling": selling.measure,
    "starting": starting.measure,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(BENCHMARKS)}; all without one")
    names = parser.parse_args().names or list(BENCHMARKS)
    for name in names:
        if name not in BENCHMARKS:
            parser.error(f"there is no benchmark {name!r}")
        asyncio.run(BENCHMARKS[name]())


if __name__ == "__main__":
    main()
