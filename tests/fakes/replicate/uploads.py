"""The files of clients: POST, GET and DELETE of /v1/files."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.fakes.replicate import problems
from tests.fakes.replicate.cloud import CLOUD, Cloud
from tests.fakes.replicate.connections import answer_under_faults
from tests.fakes.replicate.views import answer, written_time

LARGEST = 100 * 1024 * 1024


@dataclass(frozen=True)
class Upload:
    """One file."""

    id: str
    name: str
    content_type: str
    content: bytes
    metadata: dict[str, Any]
    created: float

    def view(self, cloud: Cloud) -> dict[str, Any]:
        """It as clients see it."""
        sha256 = hashlib.sha256(self.content).hexdigest()
        md5 = hashlib.md5(self.content, usedforsecurity=False).hexdigest()
        return {
            "id": self.id,
            "name": self.name,
            "content_type": self.content_type,
            "size": len(self.content),
            "etag": md5,
            "checksums": {"sha256": sha256, "md5": md5},
            "metadata": self.metadata,
            "created_at": written_time(self.created),
            "expires_at": written_time(self.created + cloud.settings.upload_ttl),
            "urls": {"get": f"{cloud.url}/v1/files/{self.id}"},
        }


async def create(request: web.Request) -> web.StreamResponse:
    """POST /v1/files."""
    form = await request.post()
    part = form.get("content")
    name = str(form.get("filename") or (part.filename if isinstance(part, web.FileField) else "file"))

    async def act() -> web.StreamResponse:
        return _keep(request.app[CLOUD], form, name)

    return await answer_under_faults(request, "upload", name, "", act)


def _keep(cloud: Cloud, form: Mapping[str, Any], name: str) -> web.Response:
    part = form.get("content")
    if part is None:
        return problems.problem(400, "Missing content", title="Bad request")
    is_file = isinstance(part, web.FileField)
    content = part.file.read() if is_file else _bytes(part)
    if len(content) > LARGEST:
        return problems.problem(413, "The file is larger than 100 MB.", title="Payload too large")
    try:
        metadata = json.loads(_bytes(form.get("metadata", "{}")))
    except ValueError:
        return problems.problem(400, "metadata is not JSON", title="Bad request")
    made = Upload(
        id=cloud.new_id(),
        name=name,
        content_type=_bytes(form.get("type", part.content_type if is_file else "application/octet-stream")).decode(),
        content=content,
        metadata=metadata,
        created=cloud.now(),
    )
    cloud.uploads[made.id] = made
    return answer(made.view(cloud), 201)


async def list_newest_first(request: web.Request) -> web.StreamResponse:
    """GET /v1/files."""
    cloud = request.app[CLOUD]
    known = (find(cloud, id_) for id_ in reversed(cloud.uploads))
    return answer({"next": None, "previous": None, "results": [one.view(cloud) for one in known if one]})


async def get(request: web.Request) -> web.StreamResponse:
    """GET /v1/files/{id}."""
    cloud = request.app[CLOUD]
    found = find(cloud, request.match_info["id"])
    return problems.not_found() if found is None else answer(found.view(cloud))


async def delete(request: web.Request) -> web.StreamResponse:
    """DELETE /v1/files/{id}."""
    cloud = request.app[CLOUD]
    found = find(cloud, request.match_info["id"])
    if found is None:
        return problems.not_found()
    del cloud.uploads[found.id]
    return web.Response(status=204)


def find(cloud: Cloud, id_: str) -> Upload | None:
    """A file that has not expired."""
    found: Upload | None = cloud.uploads.get(id_)
    return None if found is None or cloud.now() >= found.created + cloud.settings.upload_ttl else found


def _bytes(part: Any) -> bytes:
    return part.encode() if isinstance(part, str) else bytes(part)
