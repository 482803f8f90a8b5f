"""First programs to copy: a picture from words, in the languages that people call from."""

from collections.abc import Sequence
from dataclasses import dataclass

CURL = """curl {site}/api/v1/generations \\
  -H "Authorization: Bearer {key}" \\
  -H "Content-Type: application/json" \\
  -H "Prefer: wait=30" \\
  -d '{{"prompt": "a lighthouse in a storm", "aspect_ratio": "16:9"}}'"""
PYTHON = """import httpx

garden = httpx.Client(
    base_url="{site}/api/v1",
    headers={{"Authorization": "Bearer {key}"}},
    timeout=90,
)
answer = garden.post(
    "/generations",
    json={{"prompt": "a lighthouse in a storm"}},
    headers={{"Prefer": "wait=60"}},
)
answer.raise_for_status()
for output in answer.json()["outputs"]:
    file = garden.get(output["url"])
    with open(output["id"] + ".png", "wb") as picture:
        picture.write(file.content)"""
JAVASCRIPT = """const headers = {{ Authorization: "Bearer {key}" }};
const answer = await fetch("{site}/api/v1/generations", {{
  method: "POST",
  headers: {{ ...headers, "Content-Type": "application/json", Prefer: "wait=60" }},
  body: JSON.stringify({{ prompt: "a lighthouse in a storm" }}),
}});
if (!answer.ok) throw new Error((await answer.json()).detail);
for (const output of (await answer.json()).outputs) {{
  const file = await fetch(output.url, {{ headers }});
  console.log(output.id, (await file.blob()).size, "bytes");
}}"""
OPENAI = """import base64

from openai import OpenAI

client = OpenAI(base_url="{site}/v1", api_key="{key}")
result = client.images.generate(
    prompt="a lighthouse in a storm",
    response_format="b64_json",
)
with open("lighthouse.png", "wb") as picture:
    picture.write(base64.b64decode(result.data[0].b64_json))"""
LANGUAGES = (
    ("curl", "curl", CURL),
    ("python", "Python", PYTHON),
    ("javascript", "JavaScript", JAVASCRIPT),
    ("openai", "openai package", OPENAI),
)


@dataclass(frozen=True)
class Snippet:
    """A program, and what it is written in."""

    name: str
    label: str
    code: str


def snippets(site: str, key: str) -> Sequence[Snippet]:
    """The programs for the site at this address, with this key in its place."""
    given = {"site": site.rstrip("/"), "key": key}
    return [Snippet(name, label, code.format(**given)) for name, label, code in LANGUAGES]
