"""How long backups are kept."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from imagegarden.backup import contents, places
from imagegarden.backup.places import BackupFolder


def prune(folder: BackupFolder, *, daily: int, weekly: int) -> list[Path]:
    """Remove what is too old, and the contents that only it named; the removed backups. Raises BackupError.

    The newest of each of the last days and weeks that have one stays. One of a site without people takes no other's
    place: that is what a site looks like which has lost everything, and was started.
    """
    with folder.alone():
        whole = folder.whole()
        known = {backup: places.manifest_of(backup) for backup in whole}
        used = [backup for backup in whole if known[backup].has_people]
        kept = {
            *_newest_of_each(used, lambda backup: known[backup].created_at.date(), daily),
            *_newest_of_each(used, lambda backup: known[backup].created_at.isocalendar()[:2], weekly),
            *whole[:1],
        }
        removed = [backup for backup in whole if backup not in kept]
        for backup in removed:
            # Without its manifest it is no backup any more, however far its removal gets.
            (backup / places.MANIFEST).unlink()
            shutil.rmtree(backup)
        _forget_contents(folder, kept)
    return removed


def _newest_of_each(whole: Sequence[Path], time_of: Callable[[Path], object], count: int) -> list[Path]:
    newest: dict[object, Path] = {}
    for backup in whole:
        newest.setdefault(time_of(backup), backup)
    return list(newest.values())[:count]


def _forget_contents(folder: BackupFolder, kept: set[Path]) -> None:
    named = {file.sha256 for backup in kept for file in contents.listed(backup / places.FILES)}
    for path in folder.contents.glob("*/*"):
        if path.name not in named:
            path.unlink()
