"""What there is to read about models, versions, the account and the webhook secret."""

from typing import Any

from aiohttp import web

from tests.fakes.replicate import problems, schema
from tests.fakes.replicate.cloud import CLOUD
from tests.fakes.replicate.fields import Model
from tests.fakes.replicate.models import BY_SLUG, TABLE
from tests.fakes.replicate.views import answer

CREATED_AT = "2026-01-15T12:00:00.000Z"


async def list_models(request: web.Request) -> web.StreamResponse:
    """GET /v1/models."""
    return answer({"next": None, "previous": None, "results": [_model_view(model) for model in TABLE]})


async def get_model(request: web.Request) -> web.StreamResponse:
    """GET /v1/models/{owner}/{name}."""
    found = _find(request)
    return problems.not_found() if found is None else answer(_model_view(found))


async def list_versions(request: web.Request) -> web.StreamResponse:
    """GET /v1/models/{owner}/{name}/versions."""
    found = _find(request)
    if found is None:
        return problems.not_found()
    return answer({"next": None, "previous": None, "results": [_version_view(found)]})


async def get_version(request: web.Request) -> web.StreamResponse:
    """GET /v1/models/{owner}/{name}/versions/{version}."""
    found = _find(request)
    if found is None or found.version != request.match_info["version"]:
        return problems.not_found()
    return answer(_version_view(found))


async def get_account(request: web.Request) -> web.StreamResponse:
    """GET /v1/account: the cheap way to try a token."""
    return answer(
        {"type": "user", "username": "gardener", "name": "Gardener", "github_url": "https://github.com/gardener"}
    )


async def get_webhook_secret(request: web.Request) -> web.StreamResponse:
    """GET /v1/webhooks/default/secret."""
    return answer({"key": request.app[CLOUD].settings.webhook_secret})


def _find(request: web.Request) -> Model | None:
    return BY_SLUG.get(f"{request.match_info['owner']}/{request.match_info['name']}")


def _model_view(model: Model) -> dict[str, Any]:
    owner, _, name = model.slug.partition("/")
    return {
        "url": f"https://replicate.com/{model.slug}",
        "owner": owner,
        "name": name,
        "description": model.description,
        "visibility": "public",
        "is_official": model.is_official,
        "github_url": None,
        "paper_url": None,
        "license_url": None,
        "run_count": model.run_count,
        "cover_image_url": None,
        "default_example": None,
        "latest_version": _version_view(model),
    }


def _version_view(model: Model) -> dict[str, Any]:
    return {
        "id": model.version,
        "created_at": CREATED_AT,
        "cog_version": "0.16.9",
        "openapi_schema": schema.openapi(model),
    }
