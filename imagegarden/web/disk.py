"""What is free where pictures are kept, or would be."""

import shutil
from pathlib import Path
from typing import NamedTuple

from imagegarden.storage import MEDIA


class Usage(NamedTuple):
    """A disk, in bytes."""

    total: int
    free: int


def usage(data_dir: Path) -> Usage:
    """The disk on which pictures lie: often one of its own, mounted at their folder."""
    folder = data_dir / MEDIA
    place = next(place for place in (folder, *folder.parents) if place.exists())
    found = shutil.disk_usage(place)
    return Usage(found.total, found.free)
