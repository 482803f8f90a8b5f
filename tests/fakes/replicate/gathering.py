"""The files that an input names, fetched as Replicate does before a run."""

import asyncio
import base64
import binascii
import re
import urllib.parse
from collections.abc import Mapping
from typing import Any

from tests.fakes.replicate import downloads, uploads
from tests.fakes.replicate.cloud import Cloud
from tests.fakes.replicate.fields import Model
from tests.fakes.replicate.inputs import InputFile, Inputs

OUTPUT = re.compile(r"/p/(?P<token>[^/]+)/(?P<name>[^/]+)")
UPLOAD = re.compile(r"/v1/files/(?P<id>[^/]+)")
UNREACHABLE = (
    "HTTPSConnectionPool(host={host!r}): Max retries exceeded with url: {path} "
    "(Caused by NameResolutionError: Failed to resolve {host!r})"
)


class Unusable(Exception):
    """A file cannot be had; the words are those that the prediction fails with."""


async def gather(cloud: Cloud, model: Model, given: Mapping[str, Any]) -> tuple[Inputs, str | None]:
    """The files, and why the run fails if it does: a file that is not there, is no picture, or is not right."""
    found: dict[str, tuple[InputFile, ...]] = {}
    try:
        for name, field in model.fields.items():
            if field.is_uri and given.get(name):
                addresses = given[name] if isinstance(given[name], list) else [given[name]]
                found[name] = tuple([await _open(cloud, address) for address in addresses])
    except Unusable as why:
        return found, str(why)
    return found, model.trouble(model.filled(given), found)


async def _open(cloud: Cloud, address: str) -> InputFile:
    content = await _content(cloud, address)
    try:
        return await asyncio.to_thread(InputFile.read, content)
    # What a broken file makes a decoder raise is anything.
    except Exception as unreadable:
        raise Unusable(str(unreadable)) from unreadable


async def _content(cloud: Cloud, address: str) -> bytes:
    if address.startswith("data:"):
        return _from_data_url(address)
    parts = urllib.parse.urlsplit(address)
    base = f"{parts.scheme}://{parts.netloc}"
    if base not in (cloud.url, cloud.settings.output_base):
        raise Unusable(UNREACHABLE.format(host=parts.hostname, path=parts.path))
    upload, output = UPLOAD.fullmatch(parts.path), OUTPUT.fullmatch(parts.path)
    if upload:
        known = uploads.find(cloud, upload["id"])
        if known is not None:
            return known.content
    if output:
        ordinal = downloads.find(cloud, output["token"], output["name"])
        if ordinal is not None:
            prediction = cloud.by_token[output["token"]]
            return await cloud.renderer.content(prediction, ordinal, cloud.settings.output_scale)
    raise Unusable(f"404 Client Error: Not Found for url: {address}")


def _from_data_url(address: str) -> bytes:
    head, _, body = address.partition(",")
    if not head.endswith(";base64"):
        return urllib.parse.unquote_to_bytes(body)
    try:
        return base64.b64decode(urllib.parse.unquote(body), validate=True)
    except binascii.Error as wrong:
        raise Unusable(f"Invalid base64-encoded string: {wrong}") from wrong
