#!/usr/bin/env sh
# Make what docker-compose.yml wants in ./secrets and is not there yet: random where we choose, empty where a vendor does.
# A certificate for tests is made for HOST; put a real one in its place.
#
#   deployment/make-secrets.sh HOST
set -eu
host=${1:?"name the host, for example garden.example.com"}
# Without it the secrets would be empty, and kept.
command -v openssl > /dev/null || { echo "openssl is needed: apt-get install openssl" >&2; exit 1; }
umask 077
mkdir -p secrets
cd secrets

random() { openssl rand -hex 32; }
once() { [ -e "$1" ] || printf %s "$2" > "$1"; }

once secret_key "$(random)"
once database_password "$(random)"
once valkey_password "$(random)"
once metrics_token "$(random)"
once database_url "postgresql://imagegarden:$(cat database_password)@database:5432/imagegarden"
once redis_url "redis://:$(cat valkey_password)@valkey:6379/0"
for name in smtp_password replicate_api_token replicate_webhook_secret razorpay_key_secret razorpay_webhook_secret \
  secret_key_fallbacks replicate_webhook_secret_previous razorpay_webhook_secret_previous; do
  once "$name" ""
done
[ -e tls_certificate ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 \
  -subj "/CN=$host" -addext "subjectAltName=DNS:$host" -keyout tls_certificate_key -out tls_certificate 2>/dev/null

# Each container sees only the files that it was given, under a user of its own: they are readable, their folder is not.
chmod 0644 ./*
