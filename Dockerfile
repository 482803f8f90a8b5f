# syntax=docker/dockerfile:1
# One image for web, worker, clock, migrations and backups (target "site"), and one for nginx with the built files ("front").

FROM node:24.11-bookworm-slim AS frontend
WORKDIR /build/frontend
COPY frontend/package.json frontend/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY frontend/ ./
# The build writes into ../imagegarden/static/dist.
RUN npm run build


FROM python:3.13-slim-bookworm AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
COPY requirements/base.txt /tmp/base.txt
# The list is complete and each file is checked against its hash; only wheels, so nothing is compiled.
RUN /opt/venv/bin/pip install --no-cache-dir --no-deps --require-hashes --only-binary=:all: -r /tmp/base.txt \
    && /opt/venv/bin/pip check \
    && /opt/venv/bin/python -m compileall -q /opt/venv/lib \
    && /opt/venv/bin/pip uninstall --yes pip


# What backups are made and read with has to be of the server's version, which the distribution does not have.
FROM postgres:18.1-bookworm AS postgres_programs
RUN install -d /programs/bin /programs/lib \
    && cp /usr/lib/postgresql/18/bin/pg_dump /usr/lib/postgresql/18/bin/pg_restore /programs/bin/ \
    && cp --dereference /usr/lib/*-linux-gnu/libpq.so.5 /programs/lib/


FROM python:3.13-slim-bookworm AS site
# What those programs stand on. Security repairs are wanted, so no version is named.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libpq5 liblz4-1 libzstd1 \
    && rm -rf /var/lib/apt/lists/*
COPY --from=postgres_programs /programs/ /usr/local/
RUN ldconfig \
    && groupadd --system --gid 10001 garden \
    && useradd --system --uid 10001 --gid garden --home-dir /nonexistent --shell /usr/sbin/nologin garden \
    && install --directory --owner=garden --group=garden --mode=0755 /data /data/media /backups
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY wsgi.py config.py .env.example ./
COPY migrations/ migrations/
COPY imagegarden/ imagegarden/
COPY --from=frontend /build/imagegarden/static/dist/ imagegarden/static/dist/
RUN /opt/venv/bin/python -m compileall -q /app
ARG RELEASE=development
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    APP_ENV=production \
    DATA_DIR=/data \
    HOST=0.0.0.0 \
    PORT=8000 \
    RELEASE=$RELEASE
LABEL org.opencontainers.image.title="Image Garden" \
      org.opencontainers.image.revision=$RELEASE
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=3)"]
CMD ["gunicorn", "--config", "python:imagegarden.gunicorn_settings", "wsgi:app"]


FROM nginx:1.29.3-alpine AS front
# Nothing of the image's own configuration, which would listen on port 80.
RUN rm -rf /etc/nginx/conf.d /etc/nginx/nginx.conf \
    && install -d -o 101 -g 101 /etc/nginx/run /etc/nginx/flags \
    && install -d -o 10001 -g 10001 /etc/nginx/media
COPY nginx/ /etc/nginx/
COPY imagegarden/static/ /etc/nginx/site/static/
COPY --from=frontend /build/imagegarden/static/dist/ /etc/nginx/site/static/dist/
USER 101:101
EXPOSE 8080 8443
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
    CMD ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8081/healthz"]
ENTRYPOINT ["nginx", "-e", "stderr", "-p", "/etc/nginx", "-c", "/etc/nginx/nginx.conf"]
CMD ["-g", "daemon off;"]
