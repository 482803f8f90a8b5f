"""A bare Flask view that runs one indexed query: what calls of the API are measured against."""

from uuid import UUID

from flask import Flask, jsonify
from sqlalchemy import create_engine, select

from config import load_settings
from imagegarden.models import Generation


def make() -> Flask:
    """The application."""
    url = load_settings().database_url or ""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1), isolation_level="AUTOCOMMIT")
    app = Flask(__name__)

    @app.get("/readyz")
    def ready() -> str:
        return "ok"

    @app.get("/<uuid:generation_uuid>")
    def show(generation_uuid: UUID) -> object:
        with engine.connect() as connection:
            row = connection.execute(
                select(Generation.uuid, Generation.prompt, Generation.status).where(Generation.uuid == generation_uuid)
            ).one()
        return jsonify(id=row.uuid, prompt=row.prompt, status=row.status)

    return app
