# syntax=docker/dockerfile:1
# One image for web, workers, clock and migrations (target `site`, the last), and one for nginx with the built front end.

FROM node:24.11-bookworm-slim AS frontend
WORKDIR /build/frontend
COPY frontend/package.json frontend/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY frontend/ ./
RUN npm run --silent build

FROM python:3.13-slim-bookworm AS packages
COPY requirements/base.txt /tmp/base.txt
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --no-deps --require-hashes --only-binary :all: -r /tmp/base.txt

FROM nginx:1.29-alpine AS front
COPY nginx/ /etc/nginx/
COPY imagegarden/static/ /srv/static/
COPY --from=frontend /build/imagegarden/static/dist/ /srv/static/dist/

FROM python:3.13-slim-bookworm AS site
# pg_dump and pg_restore, as new as the server, for `flask backup`: Debian's own are older.
ADD --chmod=644 https://www.postgresql.org/media/keys/ACCC4CF8.asc /usr/share/keyrings/postgresql.asc
RUN echo "deb [signed-by=/usr/share/keyrings/postgresql.asc] https://apt.postgresql.org/pub/repos/apt bookworm-pgdg main" \
        > /etc/apt/sources.list.d/postgresql.list \
    && apt-get update \
    && apt-get install -y --no-install-recommends postgresql-client-18 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin garden \
    && install -d -o garden -g garden /data /backups
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY config.py wsgi.py .env.example ./
COPY migrations/ migrations/
COPY imagegarden/ imagegarden/
COPY --from=frontend /build/imagegarden/static/dist/ imagegarden/static/dist/
ARG RELEASE=development
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    APP_ENV=production \
    DATA_DIR=/data \
    HOST=0.0.0.0 \
    PORT=8000 \
    RELEASE=$RELEASE
USER garden
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["gunicorn", "--config", "python:imagegarden.gunicorn_settings", "wsgi:app"]
