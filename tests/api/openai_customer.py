"""A person whose program has OpenAI's own client, and what the client is answered."""

import base64
import io

import httpx
import openai
from openai.types import ImagesResponse
from PIL import Image

from imagegarden.clock import now
from imagegarden.db import db
from imagegarden.domain import api_keys, generations
from imagegarden.models import Generation, Scope
from tests import factories
from tests.site_processes import SiteProcesses


class Customer:
    """A person with a key, and OpenAI's client that has it."""

    def __init__(self, site: SiteProcesses, *, sign_up_credits: int = 50) -> None:
        self._app = site.app
        with site.app.app_context():
            person = factories.person(db.session(), sign_up_credits=sign_up_credits)
            self.id = person.id
            made = api_keys.create(
                db.session(), user_id=person.id, name="blog", scopes=[Scope.GENERATE], actor_id=person.id, now=now()
            )
            db.session.commit()
        self.client = openai.OpenAI(base_url=f"{site.settings.public_url}/v1", api_key=made.secret, max_retries=0)

    def last(self) -> Generation | None:
        """What the person asked for last."""
        with self._app.app_context():
            return next(iter(generations.list_recent(db.session(), user_id=self.id, limit=1)), None)

    def credits(self) -> int:
        """What the person can spend."""
        with self._app.app_context():
            return factories.balance(db.session(), self.id).available


def decoded(content: bytes, format_: str = "PNG") -> Image.Image:
    """The picture in these bytes, which have this format."""
    image = Image.open(io.BytesIO(content))
    image.load()
    assert image.format == format_
    return image


def whole(answer: ImagesResponse) -> list[bytes]:
    """The files that were answered."""
    assert answer.data is not None
    return [base64.b64decode(one.b64_json or "") for one in answer.data]


def fetched(answer: ImagesResponse) -> httpx.Response:
    """The picture behind the first link, fetched by somebody who has no key."""
    assert answer.data
    return httpx.get(answer.data[0].url or "", timeout=30)
