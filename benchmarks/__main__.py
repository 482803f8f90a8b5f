"""`make bench`: measure on this machine and write the figures down in docs/benchmarks.md."""

import os
import platform
from pathlib import Path

from benchmarks import calls, capacity, drawing, making
from imagegarden.clock import now
from tests import servers

REPORT = Path("docs/benchmarks.md")
HEAD = """# Figures

Written by `make bench`; run it again to see what your machine says. Everything ran on one machine of {cores} cores
({machine}, Python {python}, {day}): servers, web (2 processes of 8 threads), worker, clock and clients.
Such a machine is noisy: compare figures of one run only.

"""


def main() -> None:
    """Run all measurements."""
    sections = [drawing.measure()]
    with servers.enterable_folder() as folder, servers.running(folder) as running:
        sections += making.measure(running, folder)
        sections += calls.measure(running, folder / "calls")
        sections += capacity.measure(running, folder / "capacity")
    head = HEAD.format(
        cores=os.cpu_count(), machine=platform.machine(), python=platform.python_version(), day=f"{now():%Y-%m-%d}"
    )
    REPORT.write_text(head + "\n\n".join(sections) + "\n")
    print(REPORT.read_text())


if __name__ == "__main__":
    main()
