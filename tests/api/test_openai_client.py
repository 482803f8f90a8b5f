"""OpenAI's own client against the running site: another address and another key, and nothing else."""

import io
from collections.abc import Iterator
from uuid import uuid4

import httpx
import openai
import pytest
from openai.types import ImagesResponse
from PIL import Image, ImageChops

from imagegarden.clock import now
from imagegarden.models import Generation, GenerationStatus
from tests.api.openai_customer import Customer, decoded, fetched, whole
from tests.garden_site import garden_site
from tests.processes import wait_for
from tests.servers import Servers
from tests.site_processes import SiteProcesses

SIZE = (320, 240)
HOLE = (80, 60, 200, 160)


@pytest.fixture(scope="module")
def site(running_servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SiteProcesses]:
    """The site with everything that runs."""
    with (
        garden_site(running_servers, tmp_path_factory.mktemp("site"), api_limit="10000 per minute") as site,
        site.web(),
        site.worker(),
    ):
        yield site


@pytest.fixture
def customer(site: SiteProcesses) -> Iterator[Customer]:
    someone = Customer(site)
    with someone.client:
        yield someone


@pytest.fixture
def client(customer: Customer) -> openai.OpenAI:  # type: ignore[override]
    return customer.client


def photo() -> bytes:
    """A picture that differs at every place."""
    across = Image.linear_gradient("L").resize(SIZE)
    image = Image.merge("RGB", (across, across.rotate(180), Image.new("L", SIZE, 90)))
    return as_png(image)


def mask(size: tuple[int, int] = SIZE) -> bytes:
    """An opaque picture with a hole."""
    image = Image.new("RGBA", size, (0, 0, 0, 255))
    image.paste((0, 0, 0, 0), HOLE)
    return as_png(image)


def as_png(image: Image.Image) -> bytes:
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


def test_a_picture_comes_as_a_link_that_opens_without_the_key(client: openai.OpenAI) -> None:
    answer = client.images.generate(prompt="a pond at dawn")
    assert answer.data is not None
    assert len(answer.data) == 1
    assert abs(answer.created - now().timestamp()) < 60
    found = fetched(answer)
    assert found.headers["Content-Type"] == "image/png"
    assert found.headers["Cache-Control"] == "private, max-age=3600"
    picture = decoded(found.content)
    assert answer.size == f"{picture.width}x{picture.height}" == "1024x1024"
    assert answer.output_format == "png"


def test_a_picture_comes_whole_where_that_is_asked_for(client: openai.OpenAI) -> None:
    [content] = whole(client.images.generate(prompt="a pond", response_format="b64_json"))
    assert decoded(content).size == (1024, 1024)


@pytest.mark.parametrize("model", ["gpt-image-1", "gpt-image-2.5-sunburst", "chatgpt-image-latest"])
def test_whoever_names_a_newer_model_of_openais_gets_what_that_would_answer(client: openai.OpenAI, model: str) -> None:
    [content] = whole(client.images.generate(prompt="a pond", model=model, quality="high", background="opaque"))
    assert decoded(content).size == (1024, 1024)


def test_an_older_name_is_answered_by_a_link(client: openai.OpenAI) -> None:
    answer = client.images.generate(prompt="a pond", model="dall-e-3", quality="hd", style="vivid", user="u-1")
    assert fetched(answer).status_code == 200


@pytest.mark.parametrize(("name", "format_"), [("jpeg", "JPEG"), ("webp", "WEBP"), ("png", "PNG")])
def test_a_picture_comes_in_the_format_that_is_asked_for(client: openai.OpenAI, name: str, format_: str) -> None:
    answer = client.images.generate(
        prompt="a pond",
        response_format="b64_json",
        output_format=name,
        output_compression=60,  # type: ignore[call-overload]
    )
    assert answer.output_format == name
    [content] = whole(answer)
    assert decoded(content, format_).size == (1024, 1024)
    linked = client.images.generate(prompt="a pond", output_format=name)  # type: ignore[call-overload]
    found = fetched(linked)
    assert found.headers["Content-Type"] == f"image/{name}"
    decoded(found.content, format_)
    again = httpx.get(linked.data[0].url, headers={"If-None-Match": found.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_compressed_picture_is_smaller(client: openai.OpenAI) -> None:
    sizes = []
    for quality in (0, 100):
        answer = client.images.generate(
            prompt="a pond",
            output_format="jpeg",
            output_compression=quality,
            response_format="b64_json",
        )
        sizes += [len(content) for content in whole(answer)]
    assert sizes[0] < sizes[1] / 2


def test_two_pictures_are_two_and_differ(customer: Customer) -> None:
    before = customer.credits()
    answer = customer.client.images.generate(prompt="a pond", n=2, response_format="b64_json")
    first, second = whole(answer)
    assert ImageChops.difference(decoded(first).convert("RGB"), decoded(second).convert("RGB")).getbbox() is not None
    made = customer.last()
    assert made is not None
    assert customer.credits() == before - (made.charged or 0)


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("auto", "1024x1024"),
        ("256x256", "1024x1024"),
        ("1536x1024", "1152x896"),
        ("1024x1536", "896x1152"),
        ("1792x1024", "1344x768"),
        ("1024x1792", "768x1344"),
        ("99999x1", "1344x768"),
    ],
)
def test_the_nearest_shape_is_taken_and_its_true_size_is_said(client: openai.OpenAI, asked: str, given: str) -> None:
    answer = client.images.generate(prompt="a pond", size=asked, response_format="b64_json")
    assert answer.size == given
    assert "{}x{}".format(*decoded(whole(answer)[0]).size) == given


def test_with_a_mask_its_hole_changes_and_nothing_else(client: openai.OpenAI) -> None:
    before = photo()
    answer = client.images.edit(image=before, mask=mask(), prompt="a red boat", response_format="b64_json")
    after = decoded(whole(answer)[0]).convert("RGB")
    assert answer.size == "320x240"
    difference = ImageChops.difference(decoded(before).convert("RGB"), after)
    assert difference.crop(HOLE).getbbox() is not None
    difference.paste((0, 0, 0), HOLE)
    assert difference.getbbox() is None


def test_without_a_mask_the_whole_picture_is_changed(client: openai.OpenAI) -> None:
    before = photo()
    answer = client.images.edit(image=[("pond.png", before)], prompt="at night", model="gpt-image-1")
    after = decoded(whole(answer)[0]).convert("RGB")
    assert after.size == SIZE
    assert ImageChops.difference(decoded(before).convert("RGB"), after).getbbox() is not None


@pytest.mark.parametrize(
    ("files", "param"),
    [
        ({"image": b"no picture"}, "image"),
        ({"image": b""}, "image"),
        ({"image": photo(), "mask": photo()}, "mask"),
        ({"image": photo(), "mask": mask((300, 200))}, "mask"),
        ({"image": photo(), "mask": as_png(Image.new("RGBA", SIZE, (0, 0, 0, 255)))}, "mask"),
        ({"image": [photo(), photo()]}, "image"),
    ],
)
def test_a_picture_or_a_mask_that_is_no_good_is_named(customer: Customer, files: dict[str, bytes], param: str) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        customer.client.images.edit(prompt="a boat", **files)  # type: ignore[call-overload]
    assert refused.value.param == param
    assert customer.last() is None


def test_a_named_edit_is_made_once(customer: Customer) -> None:
    named = {"Idempotency-Key": uuid4().hex}

    def edit(prompt: str) -> ImagesResponse:
        return customer.client.images.edit(
            image=photo(), prompt=prompt, response_format="b64_json", extra_headers=named
        )

    first = edit("at night")
    made = customer.last()
    assert whole(edit("at night")) == whole(first)
    assert made is not None
    assert (customer.last() or made).uuid == made.uuid
    with pytest.raises(openai.ConflictError):
        edit("in autumn")


def test_models_are_listed_and_can_be_looked_at(client: openai.OpenAI) -> None:
    listed = client.models.list().data
    assert [model.id for model in listed] == ["garden", "garden-fill", "garden-recolor"]
    for model in listed:
        assert client.models.retrieve(model.id) == model
        assert (model.object, model.owned_by) == ("model", "garden")
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("imaginary")


def test_what_is_wrong_is_raised_as_the_client_knows_it(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as unknown:
        client.images.generate(prompt="a pond", model="imaginary")
    assert (unknown.value.code, unknown.value.param) == ("model_not_found", "model")
    with pytest.raises(openai.BadRequestError) as large:
        client.images.generate(prompt="a pond", size="large")
    assert large.value.param == "size"
    with pytest.raises(openai.BadRequestError) as many:
        client.images.generate(prompt="a pond", n=11)
    assert many.value.param == "n"
    with pytest.raises(openai.BadRequestError) as streamed:
        client.images.generate(prompt="a pond", stream=True)
    assert (streamed.value.code, streamed.value.param) == ("unsupported_parameter", "stream")
    with pytest.warns(DeprecationWarning, match="deprecated"), pytest.raises(openai.NotFoundError) as varied:
        client.images.create_variation(image=photo() + bytes(1_000_000))
    assert varied.value.code == "unsupported"


def test_a_wrong_key_is_an_authentication_error(site: SiteProcesses) -> None:
    with (
        openai.OpenAI(base_url=f"{site.settings.public_url}/v1", api_key="ig_wrong") as stranger,
        pytest.raises(openai.AuthenticationError) as refused,
    ):
        stranger.images.generate(prompt="a pond")
    assert refused.value.code == "invalid_api_key"


def test_no_credits_are_a_rate_limit_error_that_is_not_tried_again(site: SiteProcesses) -> None:
    poor = Customer(site, sign_up_credits=0)
    tries: list[object] = []
    with poor.client as client:
        client._client.event_hooks["response"].append(tries.append)
        with pytest.raises(openai.RateLimitError) as refused:
            client.with_options(max_retries=3).images.generate(prompt="a pond")
    assert refused.value.code == "insufficient_quota"
    assert len(tries) == 1


def test_whoever_hangs_up_finds_the_picture_later(customer: Customer) -> None:
    with pytest.raises(openai.APITimeoutError):
        customer.client.images.generate(prompt="a pond", n=4, timeout=0.3)

    def ended() -> Generation | None:
        made = customer.last()
        return made if made is not None and made.is_finished else None

    made = wait_for(ended, what="the picture")
    assert (made.status, len(made.media)) == (GenerationStatus.SUCCEEDED, 4)
