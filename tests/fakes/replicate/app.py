"""The application: its paths, and what every request passes."""

from collections.abc import AsyncIterator, Awaitable, Callable

from aiohttp import web

from tests.fakes.replicate import admin, catalog, creating, downloads, problems, reading, uploads
from tests.fakes.replicate.cloud import CLOUD, Cloud
from tests.fakes.replicate.webhooks import POSTMAN, Postman

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
LARGEST_BODY = uploads.LARGEST + 1024 * 1024
# What the log says of a request whose connection was cut by us, or by who asked.
CUT, GIVEN_UP = 0, 499
# With this rate, an account has low credit.
LOW_CREDIT_RATE = 6


def make_app(cloud: Cloud) -> web.Application:
    """The application on this state."""
    app = web.Application(middlewares=[_log, _authenticate], client_max_size=LARGEST_BODY)
    app[CLOUD] = cloud
    app.cleanup_ctx.append(_postman)
    app.router.add_post("/v1/predictions", creating.create_by_version)
    app.router.add_post("/v1/models/{owner}/{name}/predictions", creating.create_by_model)
    app.router.add_get("/v1/predictions", reading.list_newest_first)
    app.router.add_get("/v1/predictions/{id}", reading.get)
    app.router.add_post("/v1/predictions/{id}/cancel", reading.cancel)
    app.router.add_post("/v1/files", uploads.create)
    app.router.add_get("/v1/files", uploads.list_newest_first)
    app.router.add_get("/v1/files/{id}", uploads.get)
    app.router.add_delete("/v1/files/{id}", uploads.delete)
    app.router.add_get("/v1/models", catalog.list_models)
    app.router.add_get("/v1/models/{owner}/{name}", catalog.get_model)
    app.router.add_get("/v1/models/{owner}/{name}/versions", catalog.list_versions)
    app.router.add_get("/v1/models/{owner}/{name}/versions/{version}", catalog.get_version)
    app.router.add_get("/v1/account", catalog.get_account)
    app.router.add_get("/v1/webhooks/default/secret", catalog.get_webhook_secret)
    app.router.add_get("/p/{token}/{name}", downloads.download)
    admin.add_routes(app)
    return app


async def _postman(app: web.Application) -> AsyncIterator[None]:
    app[POSTMAN] = Postman(app[CLOUD])
    yield
    await app[POSTMAN].close()


@web.middleware
async def _log(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Write down what was asked and how it was answered; what tests set and read is not written down."""
    if request.path.startswith("/__fake__/"):
        return await handler(request)
    cloud, status = request.app[CLOUD], GIVEN_UP
    arrived = cloud.now()
    try:
        response = await handler(request)
        status = CUT if "unheard" in request else response.status
        return response
    except web.HTTPException as refusal:
        status = refusal.status
        if status == 404:
            return problems.not_found()
        return problems.problem(status, refusal.reason)
    except ConnectionError:
        # Who asked has gone in the middle of the answer; this one reaches nobody.
        return web.Response()
    except Exception:
        status = 500
        raise
    finally:
        cloud.requests.append(
            {
                "at": arrived,
                "method": request.method,
                "path": request.path,
                "status": status,
                "has_authorization": "Authorization" in request.headers,
                "model": request.get("model"),
                "prediction": request.get("prediction"),
            }
        )


@web.middleware
async def _authenticate(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Take tokens, and no more requests than the limits allow. Output files are for all who know their address."""
    if not request.path.startswith("/v1/"):
        return await handler(request)
    cloud = request.app[CLOUD]
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    known = cloud.settings.token
    is_good = token == known if known else token.startswith("r8_") and len(token) > len("r8_")
    if scheme not in ("Bearer", "Token") or not is_good:
        return problems.unauthenticated()
    request["token"] = token
    is_create = request.method == "POST" and request.path.endswith("/predictions")
    wait = (cloud.creates if is_create else cloud.reads).take()
    if wait is not None:
        rate = cloud.settings.create_per_minute
        return problems.throttled(wait, has_low_credit=is_create and rate == LOW_CREDIT_RATE)
    return await handler(request)
