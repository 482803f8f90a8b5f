"""The conversation with Replicate's API. The only place that imports its package.

The package is kept on a short leash: it creates without a time-out, sleeps through any Retry-After inside the call,
loses the headers of an error, and fails on states that it does not know. So the transport below gives every call its
limits and turns every error answer into ours before the package sees it, and answers are read as plain JSON.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import httpx
from replicate.client import Client as ReplicateClient
from replicate.webhook import Webhooks, WebhookSigningSecret

from imagegarden.providers.base import AnswerLost, PermanentError, ProviderError, TemporaryError, Throttled

CONNECT_SECONDS = 5
ANSWER_SECONDS = 10
# How long a wait that the provider asks for is believed.
LONGEST_WAIT_SECONDS = 60
USUAL_WAIT_SECONDS = 5
REPORT_TOLERANCE_SECONDS = 300
LIST_PAGES = 10
CODES = {401: "provider_unauthorized", 402: "provider_unpaid", 403: "provider_unauthorized"}

Json = dict[str, Any]


def _is_signed_by(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    try:
        Webhooks.validate(
            headers=dict(headers),
            body=body.decode(),
            secret=WebhookSigningSecret(key=secret),
            tolerance=REPORT_TOLERANCE_SECONDS,
        )
    except ValueError:
        return False
    return True


class Client:
    """Calls to the API. Every one ends within seconds; none is repeated here."""

    def __init__(self, token: str, base_url: str, webhook_secrets: Sequence[str]) -> None:
        self._secrets = webhook_secrets
        self._replicate = ReplicateClient(
            api_token=token,
            base_url=base_url,
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            transport=_LeashedTransport(
                httpx.HTTPTransport(limits=httpx.Limits(max_connections=64, max_keepalive_connections=32))
            ),
        )

    def create(self, source: str, body: Json, *, deadline_seconds: float) -> Json:
        """Begin a prediction, which the provider itself ends after `deadline_seconds`.

        Raises AnswerLost when it may have begun although no answer came, other ProviderError when it did not.
        """
        name, _, version = source.partition(":")
        path = "/v1/predictions" if version else f"/v1/models/{name}/predictions"
        if version:
            body = {"version": version, **body}
        headers = {"Cancel-After": f"{math.ceil(deadline_seconds)}s"}
        created = self._json("POST", path, json=body, headers=headers)
        if not isinstance(created.get("id"), str):
            raise AnswerLost("the answer names no prediction")
        return created

    def upload(self, name: str, content: bytes, mime: str) -> str:
        """Bring a file there, for a day: its address. Raises ProviderError."""
        try:
            uploaded = self._json("POST", "/v1/files", files={"content": (name, content, mime)})
        except AnswerLost as error:
            # Nothing is begun by it: it can be brought again.
            raise TemporaryError(f"a file may not have arrived: {error}") from error
        address = (uploaded.get("urls") or {}).get("get") if isinstance(uploaded.get("urls"), dict) else None
        if not isinstance(address, str):
            raise TemporaryError("the answer names no address of the file")
        return address

    def get(self, job_id: str) -> Json:
        """A prediction as it is now. Raises ProviderError."""
        return self._json("GET", f"/v1/predictions/{job_id}")

    def cancel(self, job_id: str) -> None:
        """Stop a prediction; one that is over stays as it is. Raises ProviderError."""
        self._json("POST", f"/v1/predictions/{job_id}/cancel")

    def newest(self) -> Iterator[Json]:
        """The account's predictions, newest first, as far back as is sensible. Raises ProviderError."""
        path = "/v1/predictions"
        for _ in range(LIST_PAGES):
            page = self._json("GET", path)
            yield from page.get("results") or []
            following = page.get("next")
            if not following:
                return
            # The address comes from outside: our token goes to the API's own host alone.
            split = urlsplit(following)
            path = f"{split.path}?{split.query}"

    def model(self, source: str) -> Json:
        """What the provider says about a model. Raises ProviderError."""
        return self._json("GET", f"/v1/models/{source.partition(':')[0]}")

    def version(self, source: str) -> Json:
        """What the provider says about the version that a source pins. Raises ProviderError."""
        name, _, version = source.partition(":")
        return self._json("GET", f"/v1/models/{name}/versions/{version}")

    def is_genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether the provider itself signed this, a short while ago, by the present secret or the previous one."""
        return any(_is_signed_by(secret, headers, body) for secret in self._secrets)

    def _json(self, method: str, path: str, **request: Any) -> Json:
        try:
            answer = self._replicate._request(method, path, **request).json()
        except ProviderError:
            raise
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise TemporaryError(f"no connection: {type(error).__name__}") from error
        except (httpx.HTTPError, ValueError) as error:
            raise _unsure(method, f"no sound answer: {type(error).__name__}") from error
        if not isinstance(answer, dict):
            raise _unsure(method, "the answer is no object")
        return answer


class _LeashedTransport(httpx.BaseTransport):
    """Ends what hangs, and answers errors in our own words."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        limits = request.extensions.get("timeout") or {}
        defaults = {"connect": CONNECT_SECONDS, "read": ANSWER_SECONDS, "write": ANSWER_SECONDS, "pool": ANSWER_SECONDS}
        request.extensions["timeout"] = {name: limits.get(name) or seconds for name, seconds in defaults.items()}
        response = self._inner.handle_request(request)
        if response.status_code < 300:
            return response
        try:
            response.read()
        finally:
            response.close()
        raise _refusal(request.method, response)

    def close(self) -> None:
        self._inner.close()


def _refusal(method: str, response: httpx.Response) -> ProviderError:
    """What an error answer means."""
    try:
        problem = response.json()
    except ValueError:
        problem = {}
    problem = problem if isinstance(problem, dict) else {}
    status = response.status_code
    text = f"{status} {problem.get('title') or ''} {problem.get('detail') or ''}".strip()[:500]
    if status == 429:
        return Throttled(text, retry_after=_wait(response, problem))
    if status >= 500:
        return _unsure(method, text, retry_after=_wait(response, problem))
    if status < 400:
        return PermanentError(f"redirected: {status}")
    return PermanentError(text, code=CODES.get(status, "provider_error"))


def _unsure(method: str, text: str, *, retry_after: float | None = None) -> ProviderError:
    """Looking again is harmless; asking for something again is not."""
    if method == "GET":
        return TemporaryError(text, retry_after=retry_after)
    return AnswerLost(text)


def _wait(response: httpx.Response, problem: Json) -> float:
    """The wait in seconds that an answer asks for, within reason."""
    asked = []
    for value in (response.headers.get("Retry-After"), problem.get("retry_after")):
        try:
            asked.append(float(value))  # type: ignore[arg-type]
        except (TypeError, ValueError):
            continue
    asked = [seconds for seconds in asked if math.isfinite(seconds) and seconds >= 0]
    return min(max(asked, default=USUAL_WAIT_SECONDS), LONGEST_WAIT_SECONDS)
