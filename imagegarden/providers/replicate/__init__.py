"""Replicate: pictures from AI models."""
