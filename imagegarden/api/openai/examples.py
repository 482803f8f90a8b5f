"""Examples for the document: what OpenAI's clients send, and what comes back."""

from typing import Any

GENERATE: dict[str, Any] = {
    "link": {"summary": "A link to a picture", "value": {"prompt": "a lighthouse in a storm", "size": "1536x1024"}},
    "file": {
        "summary": "Two WebP files",
        "value": {
            "prompt": "a lighthouse in a storm",
            "n": 2,
            "response_format": "b64_json",
            "output_format": "webp",
            "output_compression": 80,
        },
    },
}
IMAGES: dict[str, Any] = {
    "created": 1795860903,
    "data": [{"url": "https://garden.example.com/shown/WyIwMTk4YTFjMjhkMzEi.aR2k5w.d8Vb1Yw0uNq"}],
    "size": "1152x896",
    "output_format": "png",
}
MODEL = {"id": "flux-schnell", "object": "model", "created": 1767225600, "owned_by": "black-forest-labs"}
MODELS = {"object": "list", "data": [MODEL]}
