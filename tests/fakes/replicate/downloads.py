"""GET of output files: the stand-in for replicate.delivery, with all that can go wrong on the way."""

import asyncio

from aiohttp import web

from tests.fakes.replicate import connections, problems
from tests.fakes.replicate.cloud import CLOUD, Cloud
from tests.fakes.replicate.faults import FILE_FAULTS, Drawn
from tests.fakes.replicate.pictures import CONTENT_TYPES
from tests.fakes.replicate.predictions import FOREIGN_URL

CHUNK = 64 * 1024
TICK_SECONDS = 0.05
HUGE = 2 * 1024**3
PAGE = "<!doctype html><html><head><title>Just a moment...</title></head><body>Checking your browser</body></html>"


async def download(request: web.Request) -> web.StreamResponse:
    """GET /p/{token}/out-N.{ext}."""
    cloud = request.app[CLOUD]
    token, name = request.match_info["token"], request.match_info["name"]
    prediction = cloud.by_token.get(token)
    if prediction is not None:
        request["model"], request["prediction"] = prediction.model.slug, prediction.id
    ordinal = find(cloud, token, name)
    if prediction is None or ordinal is None:
        return _missing()
    faults = cloud.faults.draw_any(FILE_FAULTS, prediction.prompt, prediction.model.slug)
    kind = CONTENT_TYPES[name.rpartition(".")[2]]
    early = await _instead(request, faults, kind)
    if early is not None:
        return early
    content = await cloud.renderer.content(prediction, ordinal, cloud.settings.output_scale)
    if "output_wrong_type" in faults:
        return web.Response(body=content, content_type="text/plain")
    if "output_cut" in faults:
        return web.Response(body=content[: len(content) // 2], content_type=kind)
    if "output_truncated" in faults:
        return await _truncated(request, content, kind)
    if "output_stall" in faults:
        return await _stalled(request, content, kind, faults["output_stall"].number(connections.LONG))
    if "output_slow" in faults:
        return await _dripping(request, content, kind, faults["output_slow"].number(10_000))
    if "output_huge" in faults:
        return await _endless(request, content, kind, faults["output_huge"])
    return web.Response(body=content, content_type=kind)


def find(cloud: Cloud, token: str, name: str) -> int | None:
    """Which of a prediction's files this is, if it is there."""
    prediction, now = cloud.by_token.get(token), cloud.now()
    if prediction is None or prediction.status(now) != "succeeded":
        return None
    names = [url.rpartition("/")[2] for url in prediction.file_urls()]
    return None if prediction.is_removed(now, cloud.settings.ttl) or name not in names else names.index(name)


async def _instead(request: web.Request, faults: dict[str, Drawn], kind: str) -> web.StreamResponse | None:
    if "output_hang" in faults:
        return await connections.hang(request, faults["output_hang"].number(connections.LONG))
    if "output_reset" in faults:
        return connections.reset(request)
    if "output_404" in faults:
        return _missing()
    if "output_500" in faults:
        return problems.failure(500)
    if "output_html" in faults:
        return web.Response(text=PAGE, content_type=kind)
    if "output_redirect" in faults:
        target = str(faults["output_redirect"].value or FOREIGN_URL)
        return web.Response(status=302, headers={"Location": target})
    return None


def _missing() -> web.Response:
    return web.Response(status=404, text="Not Found")


async def _started(request: web.Request, kind: str, length: int | None) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": kind})
    response.content_length = length
    await response.prepare(request)
    return response


async def _truncated(request: web.Request, content: bytes, kind: str) -> web.StreamResponse:
    """Half of what was announced, then the end of the connection."""
    response = await _started(request, kind, len(content))
    await response.write(content[: len(content) // 2])
    connections.drop(request)
    return response


async def _stalled(request: web.Request, content: bytes, kind: str, seconds: float) -> web.StreamResponse:
    """Half of it, then nothing for long."""
    response = await _started(request, kind, len(content))
    await response.write(content[: len(content) // 2])
    await connections.hang(request, seconds)
    return response


async def _dripping(request: web.Request, content: bytes, kind: str, bytes_per_second: float) -> web.StreamResponse:
    """All of it, slowly."""
    response = await _started(request, kind, len(content))
    step = max(1, int(bytes_per_second * TICK_SECONDS))
    pause = step / bytes_per_second
    for start in range(0, len(content), step):
        await response.write(content[start : start + step])
        await asyncio.sleep(pause)
    return response


async def _endless(request: web.Request, content: bytes, kind: str, drawn: Drawn) -> web.StreamResponse:
    """A picture, and after it zeros; with the value `chunked` nobody is told how many."""
    response = await _started(request, kind, None if drawn.value == "chunked" else HUGE)
    await response.write(content)
    zeros, left = bytes(CHUNK), HUGE - len(content)
    while left > 0:
        await response.write(zeros[:left])
        left -= CHUNK
    return response
