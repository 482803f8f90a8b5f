"""Adapters: conversations with those who take the money."""
