"""A stand-in for Replicate: its HTTP API, its clock, its pictures, its webhooks and its failures, in one process."""

# Standard base64 has no underscore: a secret holds exactly one.
WEBHOOK_SECRET = "whsec_" + "aW1hZ2UtZ2FyZGVuLWZha2UtcmVwbGljYXRlLTAwMDE="
