"""Every kind of making in a real browser: with the garden engine alone, and before a stand-in for the AI models."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.holding_up import hold_up_as_it_is
from tests.browser.people import context, sign_up
from tests.fakes import sources

SIZE = (480, 360)
PHOTO = {"name": "pond.jpg", "mimeType": "image/jpeg", "buffer": sources.photo(*SIZE)}
DONE_MS = 60_000


@dataclass(frozen=True)
class Place:
    """A site, and whether AI models stand behind it."""

    url: str
    has_ai: bool


@pytest.fixture(params=["garden", "replicate"])
def place(request: pytest.FixtureRequest) -> Place:
    if request.param == "garden":
        return Place(request.getfixturevalue("generous_url"), has_ai=False)
    return Place(request.getfixturevalue("replicate_url"), has_ai=True)


@pytest.fixture
def page(chromium: Browser, place: Place, faults: list[str]) -> Iterator[Page]:
    opened = context(chromium, faults).new_page()
    sign_up(opened, place.url)
    yield opened
    opened.context.close()


def bring(page: Page, place: Place) -> str:
    """A picture along; its id."""
    page.goto(f"{place.url}/edit")
    page.locator("#drop-file").set_input_files([PHOTO])  # type: ignore[list-item]
    page.wait_for_url("**/edit/*/upscale")
    return page.url.split("/")[-2]


def press(page: Page, act: str, words: str | None = None, pictures: int = 1) -> str:
    """Press the button of a tool; the id of the first picture that comes of it."""
    before = page.locator("[data-batch]").count()
    if words is not None:
        page.locator("#prompt").fill(words)
    page.get_by_role("button", name=re.compile(f"^{act}")).click()
    expect(page.locator("[data-batch]")).to_have_count(before + 1, timeout=10_000)
    made = page.locator("[data-batch]").first.locator(".tiles a[href^='/i/']")
    expect(made).to_have_count(pictures, timeout=DONE_MS)
    return str(made.first.get_attribute("href")).rpartition("/")[2]


def pixels(page: Page, place: Place, uuid: str) -> "np.ndarray[tuple[int, ...], np.dtype[np.int16]]":
    answer = page.request.get(f"{place.url}/media/{uuid}/original")
    assert answer.ok
    return np.asarray(Image.open(io.BytesIO(answer.body())).convert("RGB")).astype(np.int16)


def plays(page: Page) -> dict[str, float]:
    """What the film on the page says once it can be played."""
    found: dict[str, float] = page.evaluate(
        """async () => {
            const film = document.querySelector("video");
            film.muted = true;
            film.preload = "auto";
            if (film.readyState < 3) await new Promise((go, stop) => {
                film.addEventListener("canplay", go, { once: true });
                film.addEventListener("error", stop, { once: true });
                film.load();
            });
            await film.play();
            return { seconds: film.duration, width: film.videoWidth, height: film.videoHeight };
        }"""
    )
    return found


def test_better_words_are_put_in_and_taken_back(page: Page, place: Place) -> None:
    page.goto(f"{place.url}/create")
    area = page.locator("#prompt")
    improve = page.locator("[data-enhance]")
    expect(improve).to_be_disabled()
    area.fill("a heron in the reeds")
    improve.click()
    expect(page.locator("[data-enhanced]")).to_be_visible(timeout=20_000)
    expect(area).not_to_have_value("a heron in the reeds")
    assert "heron" in area.input_value()
    expect(page.locator("[data-enhanced]")).to_contain_text("a heron in the reeds")
    expect(page.locator("#credit-pill")).to_contain_text("60")
    hold_up_as_it_is(page)
    page.locator("[data-enhance-undo]").click()
    expect(area).to_have_value("a heron in the reeds")
    improve.click()
    expect(area).not_to_have_value("a heron in the reeds", timeout=20_000)
    area.press("Control+z")
    expect(area).to_have_value("a heron in the reeds")


def test_a_picture_is_brought_along_enlarged_and_compared(page: Page, place: Place) -> None:
    uuid = bring(page, place)
    expect(page.get_by_role("button", name=re.compile("^Enlarge"))).to_contain_text("1 credit")
    expect(page.locator("label[for='scale-2']")).to_contain_text("960 × 720")
    hold_up_as_it_is(page)
    made = press(page, "Enlarge")
    page.goto(f"{place.url}/i/{made}")
    expect(page.locator(".table")).to_contain_text("960 × 720")
    divider = page.get_by_role("slider", name=re.compile("Divider"))
    divider.focus()
    before = divider.input_value()
    page.keyboard.press("ArrowLeft")
    assert divider.input_value() != before
    expect(page.get_by_role("heading", name="Made from", exact=True)).to_be_visible()
    hold_up_as_it_is(page)
    page.goto(f"{place.url}/i/{uuid}")
    expect(page.get_by_role("heading", name="Made from this")).to_be_visible()
    page.goto(f"{place.url}/gallery?show=uploads")
    expect(page.locator(".wall a[href^='/i/']")).to_have_count(1)


def test_what_is_painted_over_changes_and_the_rest_stays_as_it_was(page: Page, place: Place) -> None:
    uuid = bring(page, place)
    page.goto(f"{place.url}/edit/{uuid}/inpaint")
    expect(page.locator("[data-mask-editor][data-ready]")).to_be_visible()
    box = page.locator("[data-mask-stage] img").bounding_box()
    assert box is not None
    across, down = box["width"] / SIZE[0], box["height"] / SIZE[1]
    page.mouse.move(box["x"] + 200 * across, box["y"] + 180 * down)
    page.mouse.down()
    page.mouse.move(box["x"] + 280 * across, box["y"] + 180 * down, steps=8)
    page.mouse.up()
    expect(page.locator("[data-mask-words]")).to_contain_text("%")
    hold_up_as_it_is(page)
    made = press(page, "Repaint", "red poppies")
    before, after = pixels(page, place, uuid), pixels(page, place, made)
    assert before.shape == after.shape
    changed = np.abs(before - after).sum(axis=2) > 0
    assert changed[170:190, 210:270].mean() > 0.5
    # Far from the stroke, to the bit.
    assert not changed[:90].any()
    assert not changed[270:].any()
    assert not changed[:, :90].any()
    assert not changed[:, 390:].any()


def test_a_picture_is_changed_varied_and_goes_on_beyond_its_edge(page: Page, place: Place) -> None:
    uuid = bring(page, place)
    page.goto(f"{place.url}/edit/{uuid}/edit")
    changed = press(page, "Change", "make it night")
    assert pixels(page, place, changed).shape == pixels(page, place, uuid).shape
    page.goto(f"{place.url}/edit/{uuid}/expand")
    page.locator("label[for='expand-left']").click()
    wider = press(page, "Expand", "a meadow")
    assert pixels(page, place, wider).shape[:2] == (360, 720)
    page.goto(f"{place.url}/edit/{uuid}/vary")
    page.locator("label[for='strength-strong']").click()
    press(page, "Vary", "a lotus pond", pictures=2)
    page.goto(f"{place.url}/i/{uuid}")
    expect(page.locator("section[aria-labelledby='children-title'] a[href^='/i/']")).to_have_count(4)
    hold_up_as_it_is(page)


def test_a_film_from_words_and_one_from_a_picture_play(page: Page, place: Place) -> None:
    uuid = bring(page, place)
    page.goto(f"{place.url}/video")
    expect(page.get_by_role("button", name=re.compile("^Film"))).to_contain_text("5 credits")
    hold_up_as_it_is(page)
    film = press(page, "Film", "a lotus pond at dawn")
    expect(page.locator(".film-badge")).to_have_count(1)
    page.goto(f"{place.url}/i/{film}")
    said = plays(page)
    assert said["seconds"] == pytest.approx(5 if place.has_ai else 4, abs=0.2)
    hold_up_as_it_is(page)
    page.goto(f"{place.url}/i/{uuid}")
    page.get_by_role("link", name="Animate").click()
    page.wait_for_url("**/video?image=*")
    expect(page.locator(".reference")).to_be_visible()
    moved = press(page, "Film", "wind in the leaves")
    page.goto(f"{place.url}/i/{moved}")
    said = plays(page)
    assert said["width"] / said["height"] == pytest.approx(4 / 3, rel=0.05)
    expect(page.get_by_role("heading", name="Made from", exact=True)).to_be_visible()
    page.goto(f"{place.url}/gallery?show=videos")
    expect(page.locator(".wall .film-badge")).to_have_count(2)


def test_a_mask_is_painted_with_a_finger_on_a_phone(chromium: Browser, place: Place, faults: list[str]) -> None:
    phone = context(chromium, faults, 360, has_touch=True, is_mobile=True)
    page = phone.new_page()
    sign_up(page, place.url)
    uuid = bring(page, place)
    page.goto(f"{place.url}/edit/{uuid}/inpaint")
    expect(page.locator("[data-mask-editor][data-ready]")).to_be_visible()
    hold_up_as_it_is(page)
    stage = page.locator("[data-mask-stage] img")
    stage.scroll_into_view_if_needed()
    box = stage.bounding_box()
    assert box is not None
    finger = phone.new_cdp_session(page)

    def touch(kind: str, x: float, y: float) -> None:
        points = [] if kind == "touchEnd" else [{"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]}]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    scrolled = page.evaluate("scrollY")
    touch("touchStart", 0.4, 0.4)
    for n in range(1, 9):
        touch("touchMove", 0.4 + n * 0.025, 0.4 + n * 0.02)
    touch("touchEnd", 0, 0)
    assert page.evaluate("scrollY") == scrolled
    expect(page.locator("[data-mask-words]")).to_contain_text("%")
    made = press(page, "Repaint", "red poppies")
    changed = np.abs(pixels(page, place, uuid) - pixels(page, place, made)).sum(axis=2) > 0
    assert changed[150:180, 200:260].any()
    assert not changed[300:].any()
    phone.close()


def test_a_file_that_is_no_picture_is_refused_beside_the_field(page: Page, place: Place) -> None:
    page.goto(f"{place.url}/edit")
    liar = {"name": "page.png", "mimeType": "image/png", "buffer": b"<script>alert(1)</script>"}
    page.locator("#drop-file").set_input_files([liar])  # type: ignore[list-item]
    expect(page.locator("#drop-error")).to_contain_text("not a picture")
