"""The tools of the mask editor in a real browser: by mouse, by fingers and by keys alone, into a file and back."""

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.holding_up import hold_up_as_it_is
from tests.browser.people import context, sign_up
from tests.browser.test_editor_strip import DONE_MS, all_done, bring, marked, paint, tries
from tests.browser.test_kinds_story import SIZE
from tests.fakes import sources
from tests.processes import wait_for

# Long, or of a whole machine: the full run looks at it.
pytestmark = pytest.mark.full


@pytest.fixture
def url(generous_url: str) -> str:
    return generous_url


@pytest.fixture
def page(chromium: Browser, url: str, faults: list[str]) -> Iterator[Page]:
    opened = context(chromium, faults).new_page()
    sign_up(opened, url)
    bring(opened, url)
    yield opened
    opened.context.close()


def zoom(page: Page) -> int:
    return int(page.locator("[data-mask-zoom]").inner_text().rstrip(" %"))


def box_of(page: Page, selector: str) -> dict[str, float]:
    found = page.locator(selector).bounding_box()
    assert found is not None
    return dict(found)


def saved(page: Page) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    """The mask as it is saved."""
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the mask as a PNG").click()
    image = Image.open(io.BytesIO(Path(download.value.path()).read_bytes()))
    assert (image.format, image.mode, image.size) == ("PNG", "L", SIZE)
    return np.asarray(image)


def take_in(page: Page, content: bytes, name: str = "mask.png") -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Take a mask from a PNG").click()
    chooser.value.set_files([{"name": name, "mimeType": "image/png", "buffer": content}])


def png(levels: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]") -> bytes:
    written = io.BytesIO()
    Image.fromarray(levels).save(written, "PNG")
    return written.getvalue()


def test_a_soft_brush_has_levels_between_black_and_white_and_a_hard_one_has_none(page: Page) -> None:
    paint(page, (0.4, 0.5), (0.6, 0.5))
    assert set(np.unique(saved(page))) == {0, 255}
    page.keyboard.press("Control+z")
    for _ in range(6):
        page.keyboard.press("Shift+BracketLeft")
    expect(page.locator("[data-mask-hardness-words]")).to_have_text("40 %")
    paint(page, (0.4, 0.5), (0.6, 0.5))
    expect(page.locator("[data-mask-ring]")).to_have_class(re.compile("is-soft"))
    levels = saved(page)
    between = (levels > 0) & (levels < 255)
    assert between.sum() > 500
    assert levels[between].min() >= 16
    page.keyboard.press("Shift+BracketRight")
    expect(page.locator("[data-mask-hardness-words]")).to_have_text("50 %")


def test_rectangle_eraser_and_clear_do_what_they_say_and_all_is_undone(page: Page) -> None:
    page.keyboard.press("r")
    paint(page, (0.3, 0.3), (0.7, 0.7))
    drawn = saved(page)
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    assert (drawn[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] == 255).all()
    page.get_by_role("button", name="Eraser").click()
    paint(page, (0.45, 0.5), (0.55, 0.5))
    erased = saved(page)
    assert (erased <= drawn).all()
    assert erased.sum() < drawn.sum()
    page.get_by_role("button", name="Clear").click()
    assert "Nothing is marked" in marked(page)
    expect(page.get_by_role("button", name="Save the mask as a PNG")).to_have_attribute("aria-disabled", "true")
    for before in (erased, drawn):
        page.get_by_role("button", name="Undo").click()
        assert np.array_equal(saved(page), before)
    page.get_by_label("Mask opacity").press("End")
    assert page.locator("[data-mask-canvas]").evaluate("canvas => canvas.style.opacity") == "0.9"


def test_a_mask_goes_out_as_it_comes_in_and_one_of_another_size_is_scaled(page: Page) -> None:
    given = np.zeros((SIZE[1], SIZE[0]), np.uint8)
    given[100:200, 50:250] = 255
    given[200:210, 50:250] = 120
    take_in(page, png(given))
    expect(page.locator("[data-mask-carried]")).to_have_text("The mask is in.")
    assert np.array_equal(saved(page), given)
    # It is a step like any other.
    page.get_by_role("button", name="Undo").click()
    assert "Nothing is marked" in marked(page)

    take_in(page, png(given[::2, ::2]))
    expect(page.locator("[data-mask-carried]")).to_contain_text("It was 240 × 180 and has been scaled to")
    halved = saved(page)
    assert (halved[104:196, 54:246] == 255).all()
    assert (halved[:90] == 0).all()


def test_what_is_no_png_or_says_nothing_is_said_and_changes_nothing(page: Page) -> None:
    paint(page, (0.4, 0.5), (0.6, 0.5))
    painted = marked(page)
    for content, words in [
        (sources.photo(40, 30), "This file is no PNG."),
        (png(np.zeros((30, 40), np.uint8))[:60], "This PNG cannot be read."),
    ]:
        take_in(page, content)
        expect(page.locator("[data-mask-carried]")).to_contain_text(words)
        assert marked(page) == painted
    take_in(page, png(np.zeros((SIZE[1], SIZE[0]), np.uint8)))
    expect(page.locator("[data-mask-carried]")).to_contain_text("Nothing of it is white.")


def test_the_wheel_zooms_around_the_pointer_space_moves_and_0_fits(page: Page) -> None:
    page.locator("[data-mask-stage]").scroll_into_view_if_needed()
    before = box_of(page, "[data-mask-canvas]")
    x, y = before["x"] + before["width"] * 0.3, before["y"] + before["height"] * 0.4
    page.mouse.move(x, y)
    page.mouse.wheel(0, -600)
    expect(page.locator("[data-mask-zoom]")).not_to_have_text("100 %")
    close = box_of(page, "[data-mask-canvas]")
    assert (x - close["x"]) / close["width"] == pytest.approx(0.3, abs=0.01)
    assert (y - close["y"]) / close["height"] == pytest.approx(0.4, abs=0.01)

    # The circle is as large as the brush is, on the screen.
    diameter = int(page.locator("[data-mask-size-words]").inner_text().rstrip(" px"))
    ring = box_of(page, "[data-mask-ring]")
    assert ring["width"] == pytest.approx(diameter * close["width"] / SIZE[0], rel=0.06)

    page.keyboard.down(" ")
    page.mouse.down()
    page.mouse.move(x + 40, y + 25, steps=4)
    page.mouse.up()
    page.keyboard.up(" ")
    moved = box_of(page, "[data-mask-canvas]")
    assert (moved["x"] - close["x"], moved["y"] - close["y"]) == (pytest.approx(40, abs=2), pytest.approx(25, abs=2))
    assert "Nothing is marked" in marked(page)
    page.keyboard.press("0")
    assert zoom(page) == 100


def test_all_of_it_is_done_by_keys_alone(page: Page) -> None:
    page.locator("summary", has_text="Rectangle by numbers").focus()
    page.keyboard.press("Enter")
    for number in ("120", "90", "240", "180"):
        page.keyboard.press("Tab")
        page.keyboard.type(number)
    page.keyboard.press("Enter")
    expect(page.locator("[data-mask-words]")).to_have_text("25 % of the picture will be repainted.")
    page.locator("[data-mask-stage]").focus()
    page.keyboard.press("i")
    expect(page.locator("[data-mask-words]")).to_have_text("75 % of the picture will be repainted.")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+Shift+z")
    page.keyboard.press("Control+z")
    expect(page.locator("[data-mask-words]")).to_have_text("25 % of the picture will be repainted.")
    page.locator("[data-mask-stage]").focus()
    page.keyboard.press("+")
    assert zoom(page) == 150
    left = box_of(page, "[data-mask-canvas]")["x"]
    page.keyboard.press("ArrowLeft")
    assert box_of(page, "[data-mask-canvas]")["x"] > left

    page.locator("#prompt").focus()
    page.keyboard.type("red poppies")
    page.keyboard.press("Control+Enter")
    expect(tries(page)).to_have_count(1)
    all_done(page)
    drop = page.get_by_role("button", name="Drop: red poppies")
    drop.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Undo: red poppies")).to_be_focused()
    # Nobody is as fast as this: until the piece has settled, its buttons are those of a plain form.
    expect(page.locator(".htmx-added")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(drop).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("link", name="Keep: red poppies")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/i/*", timeout=DONE_MS)


Touch = Callable[[str, list[tuple[float, float]]], None]


def fingers(page: Page) -> Touch:
    """Fingers on the stage, at places that are shares of it."""
    page.locator("[data-mask-stage]").scroll_into_view_if_needed()
    box = box_of(page, "[data-mask-stage]")
    hand = page.context.new_cdp_session(page)

    def touch(kind: str, places: list[tuple[float, float]]) -> None:
        points = [
            {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"], "id": n}
            for n, (x, y) in enumerate(places)
        ]
        hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    return touch


def test_two_fingers_zoom_and_move_and_leave_no_mark(chromium: Browser, url: str, faults: list[str]) -> None:
    page = context(chromium, faults, 360, has_touch=True, is_mobile=True).new_page()
    sign_up(page, url)
    bring(page, url)
    touch = fingers(page)
    touch("touchStart", [(0.4, 0.5)])
    touch("touchStart", [(0.4, 0.5), (0.6, 0.5)])
    for n in range(1, 6):
        touch("touchMove", [(0.4 - 0.04 * n, 0.5), (0.6 + 0.04 * n, 0.5)])
    # What the fingers did last is seen with the next frame.
    wait_for(lambda: abs(zoom(page) - 300) <= 15, seconds=10, what="the zoom")
    before = box_of(page, "[data-mask-canvas]")
    for n in range(1, 6):
        touch("touchMove", [(0.2 + 0.02 * n, 0.5 + 0.02 * n), (0.8 + 0.02 * n, 0.5 + 0.02 * n)])
    touch("touchEnd", [])

    def is_moved() -> bool:
        after = box_of(page, "[data-mask-canvas]")
        return after["x"] > before["x"] + 10 and after["y"] > before["y"] + 10

    wait_for(is_moved, seconds=10, what="the picture to move")
    assert "Nothing is marked" in marked(page)
    hold_up_as_it_is(page)
    page.get_by_role("button", name="Fit the picture").tap()
    assert zoom(page) == 100
    page.context.close()
