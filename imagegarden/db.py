"""The database session: its base class, who commits, and how a row is locked."""

import contextlib
import enum
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar, cast

from flask import has_request_context
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as BoundSession
from sqlalchemy import BigInteger, Connection, DateTime, Engine, Enum, MetaData, Select, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Session, registry
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

# The engine by which requests read.
READING = "reading"
# A connection that was used this lately is taken to be there.
IDLE_SECONDS = 1

# Named constraints can be dropped by name in a later migration, on every machine alike.
NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


Row = TypeVar("Row")


class Base(DeclarativeBase):
    """What every table derives from."""

    # A registry, not the two attributes: Flask-SQLAlchemy copies this class's body into a second base.
    registry = registry(
        metadata=MetaData(naming_convention=NAMING_CONVENTION),
        type_annotation_map={
            datetime: DateTime(timezone=True),
            int: BigInteger,
            dict[str, Any]: JSONB,
            # As text under a CHECK, which a later migration can widen without a lock.
            enum.Enum: Enum(
                enum.Enum, native_enum=False, length=20, values_callable=lambda kind: [m.value for m in kind]
            ),
        },
    )


class RequestSession(BoundSession):
    """A session whose reads in a request are single statements; what is written is written in a `transaction`.

    Each statement sees what is committed when it runs, in a read transaction as well as without one. Without, a read
    is one round trip instead of three.
    """

    is_writing = False

    def get_bind(self, *args: Any, **options: Any) -> Engine | Connection:
        """The engine for what comes next: in a request, outside of a `transaction`, that for reading."""
        bind = super().get_bind(*args, **options)
        if self.is_writing or not has_request_context() or not isinstance(bind, Engine):
            return bind
        return self._db.engines.get(READING, bind)


# Objects stay readable after the commit: views render what an operation returned.
db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False, "class_": RequestSession})


@contextmanager
def transaction() -> Iterator[Session]:
    """Run one operation in a transaction of its own: commit on leaving, roll back when it raises.

    The read transaction that loading the user began is ended first, so that the operation sees what is committed now.

    Raises RuntimeError when changes are pending: they would be committed by somebody who does not know of them.
    """
    session = cast(RequestSession, db.session())
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("changes were made outside of a transaction")
    session.commit()
    session.is_writing = True
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.is_writing = False


def read_in_single_statements(database: SQLAlchemy) -> None:
    """Let requests read without a transaction, on the connections of the same pool."""
    engines: dict[str | None, Engine] = database.engines  # type: ignore[assignment]
    engines[READING] = database.engine.execution_options(isolation_level="AUTOCOMMIT")


def address_of(engine: Engine) -> str:
    """Where the engine's database is, as PostgreSQL's own programs and libraries want to be told. With the password."""
    return engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


def ping_after_idling(engine: Engine) -> None:
    """Try a connection before it is used, when it has idled: the server may have been restarted meanwhile.

    Under load this costs nothing; the pool's own `pool_pre_ping` would be a round trip for each transaction.
    """

    @event.listens_for(engine, "checkin")
    def note(_: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
        record.info["idle_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def ping(connection: DBAPIConnection, record: ConnectionPoolEntry, _: PoolProxiedConnection) -> None:
        if time.monotonic() - record.info.get("idle_since", math.inf) > IDLE_SECONDS:
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error as error:
                raise DisconnectionError from error


def locked(session: Session, query: Select[Row]) -> Row | None:
    """The row of `query`, locked until the transaction ends and read afresh.

    Without `populate_existing`, a row that the session already knows would keep its old values under the new lock.
    """
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))


def end_reading(error: BaseException | None) -> None:
    """At the end of a request: close its read transaction by a commit.

    A rollback, which is what closing the session comes to, makes the driver forget every statement it has prepared.
    """
    if error is not None or not db.session.registry.has():
        return
    session = db.session()
    if session.in_transaction() and not (session.new or session.dirty or session.deleted):
        with contextlib.suppress(SQLAlchemyError):
            session.commit()


def release_connection() -> None:
    """End the read transaction, so that no connection is kept while something slow goes on."""
    db.session.commit()
