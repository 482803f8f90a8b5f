"""Backups of the database and the files it names, in one folder; restored into an empty site."""

from imagegarden.backup.creating import create
from imagegarden.backup.manifest import BackupError, Manifest
from imagegarden.backup.places import BackupFolder
from imagegarden.backup.restoring import Restored, restore
from imagegarden.backup.retention import prune

__all__ = ["BackupError", "BackupFolder", "Manifest", "Restored", "create", "prune", "restore"]
