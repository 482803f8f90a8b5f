"""Examples for the document: what is sent, and what comes back."""

from typing import Any

_SITE = "https://garden.example.com"
_GENERATION = "0198a1c2-6f0e-7cc1-9a7e-2b8a5d1c4e11"
_PICTURE = "0198a1c2-8d31-7f55-8f0a-6d3b9c2e7a10"

REQUESTS: dict[str, Any] = {
    "picture": {"summary": "Two pictures", "value": {"prompt": "a lighthouse in a storm", "aspect_ratio": "16:9"}},
    "film": {"summary": "A film", "value": {"kind": "video", "prompt": "waves at dusk"}},
    "enlarge": {"summary": "A larger picture", "value": {"kind": "upscale", "image": _PICTURE, "scale": 2}},
    "repaint": {
        "summary": "A part painted anew",
        "value": {
            "kind": "inpaint",
            "prompt": "a red boat",
            "image": _PICTURE,
            "mask": "0198a1c3-02aa-7d2b-b1c7-90f2e6a4d3b8",
        },
    },
    "words": {"summary": "A better prompt", "value": {"kind": "enhance", "prompt": "cat"}},
}
OUTPUT: dict[str, Any] = {
    "id": _PICTURE,
    "kind": "image",
    "origin": "output",
    "width": 1344,
    "height": 768,
    "duration": None,
    "flagged": False,
    "sha256": "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
    "created_at": "2026-11-28T10:15:07+00:00",
    "url": f"{_SITE}/api/v1/media/{_PICTURE}/content",
    "page": f"{_SITE}/i/{_PICTURE}",
}
MEDIA = {**OUTPUT, "title": "a lighthouse in a storm", "generation": _GENERATION}
UPLOAD = {**OUTPUT, "origin": "upload", "title": "harbor.png", "generation": None}
QUEUED: dict[str, Any] = {
    "id": _GENERATION,
    "kind": "image",
    "status": "queued",
    "prompt": "a lighthouse in a storm",
    "model": "flux-schnell",
    "style": "art",
    "color": "vibrant",
    "aspect_ratio": "16:9",
    "count": 2,
    "seed": 71077345,
    "image": None,
    "price": 2,
    "charged": None,
    "progress": 0,
    "queue_position": 1,
    "expected_in": 4,
    "notice": None,
    "text": None,
    "error": None,
    "outputs": [],
    "created_at": "2026-11-28T10:15:03+00:00",
    "started_at": None,
    "finished_at": None,
}
SUCCEEDED = {
    **QUEUED,
    "status": "succeeded",
    "charged": 2,
    "progress": 100,
    "queue_position": None,
    "expected_in": None,
    "outputs": [OUTPUT],
    "started_at": "2026-11-28T10:15:03+00:00",
    "finished_at": "2026-11-28T10:15:07+00:00",
}
CANCELED = {**SUCCEEDED, "status": "canceled", "charged": 0, "outputs": []}
PRICE = {"price": 2, "available": 1598, "is_affordable": True}
MODEL: dict[str, Any] = {
    "id": "flux-schnell",
    "kind": "image",
    "label": "FLUX schnell",
    "description": "Fast, and good at most things.",
    "is_ai": True,
    "is_available": True,
    "needs_premium": False,
    "prices": {"1": 1, "2": 2, "3": 3, "4": 4},
    "usual_seconds": 2.0,
    "prompt": "must",
    "image": "no",
    "mask": "no",
    "max_count": 4,
    "aspect_ratios": ["1:1", "3:4", "4:3", "9:16", "16:9"],
    "resolutions": [],
    "durations": [],
    "scales": [],
    "strengths": [],
    "expansions": [],
    "has_looks": True,
    "has_seed": True,
    "has_negative_prompt": False,
    "has_faces": False,
    "steps": {"lowest": 1, "highest": 4, "default": 4},
    "guidance": None,
}
ACCOUNT = {
    "email": "rosa@example.com",
    "username": "rosa",
    "plan": "premium",
    "premium_until": "2026-12-20T10:00:00+00:00",
    "credits": 1598,
    "held": 2,
    "unfinished": 1,
    "generations_per_hour": 120,
    "generations_at_once": 12,
    "scopes": ["read", "generate", "account"],
    "credit_cap": None,
    "spent": 40,
}
_COUNTS = {"calls": 12, "errors": 1, "ok": 11, "refused": 1, "limited": 0, "failed": 0, "generations": 4, "credits": 8}
USAGE = {
    "days": [{"date": "2026-11-28", **_COUNTS}],
    "keys": [{"id": "0198a1c2-1111-7cc1-9a7e-2b8a5d1c4e11", "name": "blog", "prefix": "ig_3fK9xQ2a", **_COUNTS}],
    "endpoints": [{"endpoint": "v1.submit_generation", **_COUNTS}],
    "sources": [{"source": "api", "generations": 4, "credits": 8}, {"source": "web", "generations": 2, "credits": 4}],
    "total": _COUNTS,
}
