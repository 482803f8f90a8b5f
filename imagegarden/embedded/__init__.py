"""PostgreSQL and Valkey from wheels, for one machine without servers of its own; nothing about web or worker."""

from imagegarden.embedded.joining import Servers, Usage, attach, servers
from imagegarden.embedded.places import ServerFailed, database_url, redis_url
from imagegarden.embedded.postgres import PostgresServer, client_program
from imagegarden.embedded.valkey import ValkeyServer

__all__ = [
    "PostgresServer",
    "ServerFailed",
    "Servers",
    "Usage",
    "ValkeyServer",
    "attach",
    "client_program",
    "database_url",
    "redis_url",
    "servers",
]
