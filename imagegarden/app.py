"""The composition root: settings in, application out, from top to bottom."""

from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from config import Settings
from imagegarden import admin, api, auth, billing, cli, embedded, extensions, generate, logs, redis_client
from imagegarden.auth import sign_in
from imagegarden.current import Adapters
from imagegarden.db import address_of, db, end_reading, ping_after_idling, read_in_single_statements
from imagegarden.known_people import KnownPeople
from imagegarden.steering import SteeringReader
from imagegarden.web import (
    assets,
    confirming,
    errors,
    guards,
    headers,
    health,
    maintenance,
    metrics,
    own_changes,
    requests,
    sessions,
    templating,
)
from imagegarden.wiring import build_adapters

MIGRATIONS = str(Path(__file__).parent.parent / "migrations")
DAY_SECONDS = 24 * 3600
# Enough for the longest prompt in any script, and for nothing much larger.
MAX_BODY_BYTES = 256 * 1024
POOL_TIMEOUT_SECONDS = 1


def create_app(settings: Settings, adapters: Adapters | None = None) -> Flask:
    """The application, with the adapters that the settings ask for unless others are given."""
    app = Flask("imagegarden", static_folder="static", static_url_path="/static")
    app.config.from_mapping(_flask_config(settings))
    app.extensions["settings"] = settings
    app.extensions["adapters"] = adapters or build_adapters(settings)
    app.extensions["migration_head"] = _migration_head()
    app.extensions["steering"] = SteeringReader()
    app.extensions["redis"] = redis = redis_client.connect(redis_client.address(settings))
    logs.configure(settings.log_level, settings.secret_values)

    db.init_app(app)
    app.teardown_appcontext(end_reading)
    with app.app_context():
        ping_after_idling(db.engine)
        read_in_single_statements(db)
    if settings.database_url is None:
        with app.app_context():
            app.extensions["embedded"] = embedded.attach(
                db.engine, settings.data_dir, with_valkey=settings.redis_url is None
            )
    with app.app_context():
        app.extensions["known_people"] = KnownPeople(address_of(db.engine))
    extensions.migrate.init_app(app, db, directory=MIGRATIONS)
    extensions.mail.init_app(app)
    sessions.install(app, redis)

    # What happens before a view happens in this order.
    requests.install(app, is_behind_proxy=settings.trusted_proxies > 0)
    headers.install(app, is_https=settings.is_https)
    app.before_request(sessions.require_readable_session)
    sign_in.install(app)
    own_changes.install(app)
    # Before the limiter, which takes any fault of the database for one of its own store.
    app.before_request(maintenance.refuse_while_closed)
    app.before_request(guards.identify_caller)
    app.before_request(requests.allow_large_bodies)
    extensions.csrf.init_app(app)
    extensions.limiter.init_app(app)
    guards.install(app)
    confirming.install(app)

    assets.install(app)
    templating.install(app)
    app.register_blueprint(health.bp)
    app.register_blueprint(metrics.bp)
    app.register_blueprint(auth.bp)
    app.register_blueprint(generate.bp)
    app.register_blueprint(billing.bp)
    app.register_blueprint(admin.bp)
    api.install(app)
    # After the API's library, which would answer every fault of the site as JSON.
    errors.install(app)
    cli.install(app)

    hops = settings.trusted_proxies
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def _flask_config(settings: Settings) -> dict[str, object]:
    prefix = "__Host-" if settings.is_https else ""
    key = settings.secret_key.get_secret_value()
    earlier = [one.get_secret_value() for one in settings.secret_key_fallbacks]
    return {
        "SECRET_KEY": key,
        "SECRET_KEY_FALLBACKS": earlier,
        # The library of forms knows no fallbacks, and takes several keys: the last one signs.
        "WTF_CSRF_SECRET_KEY": [*reversed(earlier), key],
        "MAX_CONTENT_LENGTH": MAX_BODY_BYTES,
        "PREFERRED_URL_SCHEME": "https" if settings.is_https else "http",
        "SESSION_COOKIE_NAME": f"{prefix}image_garden",
        "SESSION_COOKIE_SECURE": settings.is_https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": settings.session_idle_days * DAY_SECONDS,
        "SESSION_REFRESH_EACH_REQUEST": False,
        "REMEMBER_COOKIE_NAME": f"{prefix}image_garden_remember",
        "REMEMBER_COOKIE_DURATION": settings.session_days * DAY_SECONDS,
        "REMEMBER_COOKIE_SECURE": settings.is_https,
        "REMEMBER_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_TIME_LIMIT": None,
        "SQLALCHEMY_DATABASE_URI": _database_url(settings),
        "SQLALCHEMY_ENGINE_OPTIONS": {
            # Every thread of the process may hold one connection, and the lease keeper one more.
            "pool_size": max(settings.web_threads, settings.worker_concurrency) + 1,
            "max_overflow": 4,
            "pool_timeout": POOL_TIMEOUT_SECONDS,
            # A few connections do most of the work, and know its statements prepared after the first time.
            "pool_use_lifo": True,
            "connect_args": {"connect_timeout": 2, "options": "-c timezone=UTC", "prepare_threshold": 1},
        },
        "RATELIMIT_STORAGE_URI": _limiter_url(settings),
        "RATELIMIT_STORAGE_OPTIONS": {
            "socket_timeout": redis_client.TIMEOUT_SECONDS,
            "socket_connect_timeout": redis_client.TIMEOUT_SECONDS,
            "retry": redis_client.once_more(),
        },
        "RATELIMIT_STRATEGY": "sliding-window-counter",
        "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,
        "RATELIMIT_KEY_PREFIX": "limit",
        "MAIL_SERVER": settings.smtp_server or "localhost",
        "MAIL_PORT": settings.smtp_port,
        "MAIL_USERNAME": settings.smtp_username,
        "MAIL_PASSWORD": settings.smtp_password.get_secret_value() if settings.smtp_password else None,
        "MAIL_USE_TLS": settings.smtp_security == "starttls",
        "MAIL_USE_SSL": settings.smtp_security == "tls",
        "MAIL_DEFAULT_SENDER": settings.mail_sender or "Image Garden <garden@localhost>",
    }


def _database_url(settings: Settings) -> str:
    url = settings.database_url or embedded.database_url(settings.data_dir)
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def _limiter_url(settings: Settings) -> str:
    """The limiter's library has a scheme of its own for sockets."""
    return redis_client.address(settings).replace("unix://", "redis+unix://", 1)


def _migration_head() -> str | None:
    config = Config()
    config.set_main_option("script_location", MIGRATIONS)
    return ScriptDirectory.from_config(config).get_current_head()
