#!/usr/bin/env bash
# Starts the whole stack with made-up secrets, as docs/operating.md says, and looks at it from outside.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

mkdir -p secrets
for name in secret_key database_password valkey_password metrics_token; do
  openssl rand -hex 32 >"secrets/$name"
done
printf 'postgresql://imagegarden:%s@database/imagegarden' "$(cat secrets/database_password)" >secrets/database_url
printf 'redis://:%s@valkey:6379/0' "$(cat secrets/valkey_password)" >secrets/redis_url
printf 'r8_smoke' >secrets/replicate_api_token
printf 'anything' >secrets/smtp_password
for name in replicate_webhook_secret razorpay_key_secret razorpay_webhook_secret; do : >"secrets/$name"; done
openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=garden.test \
  -keyout secrets/tls_certificate_key -out secrets/tls_certificate 2>/dev/null
chmod 644 secrets/*
cat >.env <<'END'
PUBLIC_URL=https://garden.test
SMTP_SERVER=mail
SMTP_PORT=1025
SMTP_USERNAME=garden
SMTP_SECURITY=none
MAIL_SENDER=Image Garden <garden@garden.test>
END

docker compose --profile mail up --detach --wait --wait-timeout 240 --scale web=2 --scale worker=2
see() { curl --silent --show-error --fail --insecure --resolve garden.test:443:127.0.0.1 "https://garden.test$1"; }
see / | grep --quiet "Image Garden"
see /readyz | grep --quiet ok
test "$(curl --silent --output /dev/null --write-out '%{http_code}' --resolve garden.test:80:127.0.0.1 http://garden.test/)" = 301 \
  || test "$(curl --silent --output /dev/null --write-out '%{http_code}' --resolve garden.test:80:127.0.0.1 http://garden.test/)" = 308
test "$(curl --silent --insecure --output /dev/null --write-out '%{http_code}' --resolve garden.test:443:127.0.0.1 https://garden.test/metrics)" != 200
docker compose exec -T web flask --app wsgi user create smoke@garden.test
echo "The stack works."
