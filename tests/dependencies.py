"""What this product is built on, with licenses, as docs/dependencies.md shows it: `python -m tests.dependencies`."""

import json
import re
from importlib import metadata
from pathlib import Path

LOCK = Path("requirements/local.txt")
FRONTEND = Path("frontend/package-lock.json")
LOCKED = re.compile(r"^([\w.-]+)(?:\[[\w,-]+\])?==", re.MULTILINE)
# What a package says in its own words, as its license is called.
CALLED = {
    "BSD": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
}
# Whose metadata do not say it: read in what lies beside their code.
READ = {"python-dateutil": "Apache-2.0 OR BSD-3-Clause", "replicate": "Apache-2.0", "resvg-py": "MIT"}
CLASSIFIER = re.compile(r"License :: (?:OSI Approved :: )?(.+)")


def table() -> str:
    """Every package that runs in production or on one machine, in Markdown."""
    rows = ["| package | license | what for |", "|---|---|---|"]
    rows += [f"| {name} | {license_name} | {words} |" for name, license_name, words in sorted(python() + frontend())]
    return "\n".join(rows)


def python() -> list[tuple[str, str, str]]:
    """The locked packages that are installed here; those of other systems are not."""
    found = []
    for name in sorted(set(LOCKED.findall(LOCK.read_text()))):
        try:
            about = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            continue
        found.append((name, READ.get(name) or _license(about), _one_line(about.get("Summary", ""))))
    return found


def frontend() -> list[tuple[str, str, str]]:
    """What of the front end reaches a browser."""
    packages = json.loads(FRONTEND.read_text())["packages"]
    wanted = packages[""].get("dependencies", {})
    return [(name, packages[f"node_modules/{name}"]["license"], "in the browser") for name in wanted]


def _license(about: "metadata.PackageMetadata") -> str:
    said = about.get("License-Expression") or about.get("License") or ""
    if not said or len(said) > 40:
        named = [found[1] for line in about.get_all("Classifier") or [] if (found := CLASSIFIER.fullmatch(line))]
        said = named[0] if named else said.splitlines()[0] if said else "unknown"
    return CALLED.get(said.strip(), said.strip())


def _one_line(words: str) -> str:
    return " ".join(words.split()).replace("|", "/")[:90].rstrip(".")


if __name__ == "__main__":
    print(table())
