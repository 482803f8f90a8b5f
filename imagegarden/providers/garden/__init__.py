"""The garden engine: pictures composed from words by rules and chance, without any model or token."""
