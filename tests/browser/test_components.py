"""The parts that pages are put together from, each by itself in a real browser: what one does and what is sent.

They stand on a small site of their own, with nothing behind them that could be slow.
"""

import contextlib
import io
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask, Response, render_template_string, request
from flask.typing import ResponseReturnValue
from jinja2 import StrictUndefined
from PIL import Image, ImageOps
from playwright.sync_api import Browser, CDPSession, FilePayload, Locator, Page, expect
from werkzeug.serving import make_server

from imagegarden.web import assets, headers
from tests.browser.conftest import looks
from tests.browser.holding_up import hold_up_as_it_is
from tests.browser.people import context

PHONE = 360
DESK = 1440
WHITE, BLACK = 255, 0


Open = Callable[..., Page]

PACKAGE = Path("imagegarden").resolve()
SHELL = """
<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
    <title>Components</title>
    <meta name="htmx-config" content='{"includeIndicatorStyles": false, "allowEval": false, "historyCacheSize": 0}'>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="{{ asset_url('app.css') }}">
    <script src="{{ asset_url('theme.js') }}"></script>
    <script type="module" src="{{ asset_url('app.js') }}"></script>
  </head>
  <body class="is-member">
    <main id="main" tabindex="-1">
      <div id="toasts" class="toasts" role="status" aria-live="polite"></div>
      <div class="page"><h1>Components</h1>{% block page %}{% endblock %}</div>
    </main>
    <p id="announcer" class="visually-hidden" role="status" aria-live="polite"></p>
  </body>
</html>
"""
MASK = """
{% from "macros/mask_editor.html" import mask_editor %}
<form method="post" action="/sent" enctype="multipart/form-data" data-mask-form
      {% if request.args.get("htmx") %}hx-post="/sent" hx-encoding="multipart/form-data" hx-target="#answer"{% endif %}>
  {{ mask_editor("stripes", "/picture/%dx%d.png" % (width, height), width, height, "A picture with stripes") }}
  <label for="prompt">Prompt</label> <input type="text" id="prompt" name="prompt">
  <button class="button is-primary" type="submit" name="go" value="now">Repaint</button>
</form>
<div id="answer"></div>
"""

COMPARE = """
{% from "macros/compare.html" import compare %}
{% set picture = "/picture/%dx%d.png" % (width, height) %}
{{ compare(picture, picture ~ "?again", width, height, "Before", "After") }}
"""
DROP = """
{% from "macros/drop_zone.html" import drop_zone %}
{% set hint = "Or drop it here, or paste it. PNG, JPEG or WebP up to 20 MB." %}
{{ drop_zone("/upload", "/edit", "Choose a picture", hint, "a token", target="#answer") }}
<label for="note">Note</label> <input type="text" id="note">
<div id="answer"></div>
"""
ENHANCE = """
<form method="post" action="/sent">
  <div class="field"><label for="prompt">Prompt</label><textarea id="prompt" name="prompt"></textarea></div>
  <button class="button" type="submit" formaction="/enhance" hx-post="/enhance" hx-target="#enhanced"
          data-enhance="prompt">Enhance</button>
  <div id="enhanced"></div>
</form>
"""
WAITING = (
    '<p hx-get="/enhanced?text={{ text|urlencode }}" hx-trigger="load delay:200ms" hx-swap="outerHTML">Looking</p>'
)
ENHANCED = """
<div class="enhanced" data-enhanced data-text="{{ text }}, in soft light">
  <dl class="enhanced-texts">
    <div><dt>Before</dt><dd>{{ text }}</dd></div>
    <div><dt>Now</dt><dd>{{ text }}, in soft light</dd></div>
  </dl>
  <div class="enhanced-acts">
    <button class="button is-small" type="button" data-enhance-undo>Undo</button>
    <button class="button is-small" type="button" data-enhance-use>Use this</button>
  </div>
</div>
"""


@dataclass
class Sent:
    """What a form sent."""

    fields: dict[str, str]
    files: dict[str, bytes]
    headers: dict[str, str] = field(default_factory=dict)


def make(sent: list[Sent]) -> Flask:
    """The site; what its forms send is added to the list."""
    app = Flask("components", static_folder=str(PACKAGE / "static"), template_folder=str(PACKAGE / "templates"))
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(csp_nonce=headers.nonce)
    headers.install(app, is_https=False)
    assets.install(app)

    def page(body: str, **values: object) -> str:
        return render_template_string(SHELL.replace("{% block page %}{% endblock %}", body), **values)

    @app.get("/picture/<int:width>x<int:height>.png")
    def picture(width: int, height: int) -> Response:
        drawn = Image.linear_gradient("L").resize((width, height)).convert("RGB")
        if "again" in request.args:
            drawn = ImageOps.flip(drawn)
        out = io.BytesIO()
        drawn.save(out, "PNG", compress_level=1)
        return Response(out.getvalue(), mimetype="image/png")

    @app.get("/mask/<int:width>x<int:height>")
    def mask(width: int, height: int) -> str:
        return page(MASK, width=width, height=height)

    @app.get("/compare/<int:width>x<int:height>")
    def compare(width: int, height: int) -> str:
        return page(COMPARE, width=width, height=height)

    @app.get("/drop")
    def drop() -> str:
        return page(DROP)

    @app.post("/upload")
    def upload() -> ResponseReturnValue:
        keep()
        name = request.files["file"].filename
        if name == "broken.png":
            return "<div data-toast><p>We could not read that picture.</p><p>Request 1</p></div>", 422
        if name == "away.png":
            return Response("", headers={"HX-Redirect": "/compare/300x200"})
        return '<p data-kept="1">Here it is</p>'

    @app.get("/enhance")
    def write() -> str:
        return page(ENHANCE)

    @app.post("/enhance")
    def enhance() -> ResponseReturnValue:
        text = request.form["prompt"]
        if text == "refused":
            return '<p class="field-error">The model refused this prompt.</p>'
        return render_template_string(WAITING, text=text)

    @app.get("/enhanced")
    def enhanced() -> str:
        return render_template_string(ENHANCED, text=request.args["text"])

    @app.post("/sent")
    def keep() -> ResponseReturnValue:
        files = {name: file.read() for name, file in request.files.items()}
        sent.append(Sent(request.form.to_dict(), files, dict(request.headers)))
        return f'<p data-kept="{len(sent)}">Kept</p>'

    return app


@contextlib.contextmanager
def serving(sent: list[Sent]) -> Iterator[str]:
    """The site's address, while the block runs."""
    server = make_server("127.0.0.1", 0, make(sent), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def kept() -> list[Sent]:
    return []


@pytest.fixture(scope="module")
def url(kept: list[Sent]) -> Iterator[str]:
    with serving(kept) as address:
        yield address


@pytest.fixture
def sent(kept: list[Sent]) -> list[Sent]:
    """What was sent in this test."""
    kept.clear()
    return kept


@pytest.fixture
def visit(chromium: Browser, url: str, faults: list[str]) -> Iterator[Open]:
    """Open a page in a browser of its own."""
    opened = []

    def go(path: str, width: int = DESK, **more: object) -> Page:
        made = context(chromium, faults, width, reduced_motion="reduce", **more)
        opened.append(made)
        page = made.new_page()
        page.goto(url + path)
        return page

    yield go
    for made in opened:
        made.close()


class Stage:
    """The stage of the mask editor, by the pixels of its picture."""

    def __init__(self, page: Page, width: int, height: int) -> None:
        self.page = page
        self.screen: CDPSession | None = None
        box = page.locator("[data-mask-stage]").bounding_box()
        assert box
        self.scale = min(box["width"] / width, box["height"] / height)
        self.left = box["x"] + (box["width"] - width * self.scale) / 2
        self.top = box["y"] + (box["height"] - height * self.scale) / 2

    def at(self, x: float, y: float) -> tuple[float, float]:
        return self.left + x * self.scale, self.top + y * self.scale

    def drag(self, *points: tuple[float, float]) -> None:
        mouse = self.page.mouse
        mouse.move(*self.at(*points[0]))
        mouse.down()
        for point in points[1:]:
            mouse.move(*self.at(*point), steps=5)
        mouse.up()

    def touch(self, kind: str, *fingers: tuple[float, float]) -> None:
        """As a screen would tell it; the fingers are where they are on the window."""
        if self.screen is None:
            self.screen = self.page.context.new_cdp_session(self.page)
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(fingers)]
        self.screen.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def repaint(page: Page, sent: list[Sent]) -> Sent:
    """Send the form, at once."""
    before = len(sent)
    button(page, "Repaint").click()
    page.wait_for_function("n => document.querySelector('[data-kept]')?.dataset.kept === String(n)", arg=before + 1)
    assert len(sent) == before + 1
    return sent[-1]


def mask_of(form: Sent) -> Image.Image:
    mask = Image.open(io.BytesIO(form.files["mask"]))
    assert mask.format == "PNG"
    assert mask.mode == "L"
    assert {value for _, value in mask.getcolors() or []} <= {BLACK, WHITE}
    return mask


def share(mask: Image.Image) -> float:
    return mask.histogram()[WHITE] / (mask.width * mask.height)


def test_what_is_drawn_is_white_in_the_mask_and_all_else_is_black(visit: Open, sent: list[Sent]) -> None:
    page = visit("/mask/1200x800")
    stage = Stage(page, 1200, 800)
    # 64 pixels wide, along a line; and a rectangle.
    stage.drag((200, 200), (600, 200))
    expect(page.locator("[data-mask-words]")).to_have_text("3 % of the picture will be repainted.")
    page.keyboard.press("r")
    expect(button(page, "Rectangle")).to_have_attribute("aria-pressed", "true")
    stage.drag((800, 500), (1000, 700))
    form = repaint(page, sent)
    mask = mask_of(form)
    assert mask.size == (1200, 800)
    for inside in ((200, 200), (400, 172), (400, 228), (600, 200), (175, 200), (810, 510), (990, 690), (900, 600)):
        assert mask.getpixel(inside) == WHITE, inside
    for outside in ((400, 164), (400, 236), (160, 200), (640, 200), (795, 600), (1005, 600), (900, 495), (5, 5)):
        assert mask.getpixel(outside) == BLACK, outside
    # The round end of the stroke is round.
    assert mask.getpixel((175, 175)) == BLACK
    assert form.fields["go"] == "now"


def test_a_stroke_is_undone_and_done_again_inverted_erased_and_cleared(visit: Open, sent: list[Sent]) -> None:
    page = visit("/mask/600x400?htmx=1")
    stage = Stage(page, 600, 400)
    words = page.locator("[data-mask-words]")
    nothing = "Nothing is marked yet. Paint over what should change."
    stage.drag((100, 100), (300, 100))
    stage.drag((100, 300), (300, 300))
    both = mask_of(repaint(page, sent))
    page.keyboard.press("Control+z")
    one = mask_of(repaint(page, sent))
    assert one.getpixel((200, 100)) == WHITE
    assert one.getpixel((200, 300)) == BLACK
    page.keyboard.press("Control+Shift+Z")
    assert mask_of(repaint(page, sent)).tobytes() == both.tobytes()
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+y")
    page.keyboard.press("i")
    turned = mask_of(repaint(page, sent))
    assert share(turned) == pytest.approx(1 - share(both))
    assert turned.getpixel((200, 100)) == BLACK
    page.keyboard.press("e")
    stage.drag((450, 50), (450, 350))
    assert mask_of(repaint(page, sent)).getpixel((450, 200)) == BLACK
    button(page, "Clear").click()
    expect(words).to_have_text(nothing)
    # Nothing is marked: nothing is sent.
    assert not any(repaint(page, sent).files.values())
    for _ in range(4):
        button(page, "Undo").click()
    expect(words).not_to_have_text(nothing)
    button(page, "Undo").click()
    expect(words).to_have_text(nothing)
    expect(button(page, "Undo")).to_have_attribute("aria-disabled", "true")


@pytest.mark.parametrize("query", ["", "?htmx=1"])
def test_a_form_that_is_sent_right_after_a_stroke_waits_for_its_mask(visit: Open, sent: list[Sent], query: str) -> None:
    page = visit(f"/mask/6000x4000{query}")
    stage = Stage(page, 6000, 4000)
    mouse = page.mouse
    mouse.move(*stage.at(1000, 1000))
    mouse.down()
    mouse.move(*stage.at(3000, 3000), steps=4)
    # The pointer is still down when the form is sent, twice.
    button(page, "Repaint").evaluate("button => { button.click(); button.click(); }")
    expect(page.locator("[data-kept]")).to_be_visible()
    mask = mask_of(sent[-1])
    assert mask.size == (6000, 4000)
    assert mask.getpixel((2000, 2000)) == WHITE
    assert mask.getpixel((3000, 1000)) == BLACK
    assert sent[-1].fields["go"] == "now"
    assert len(sent[-1].files["mask"]) < 200_000
    assert len(sent) == 1


def test_a_rectangle_by_numbers_is_exact_and_needs_no_pointer(visit: Open, sent: list[Sent]) -> None:
    page = visit("/mask/1200x800")
    summary = page.locator(".mask-numbers > summary")
    expect(page.locator(".mask-fields")).to_be_hidden()
    summary.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("10")
    page.keyboard.press("Enter")
    expect(page.locator("#mask-rect-error")).to_have_text("Write a whole number into each of the four fields.")
    expect(page.get_by_label("Top", exact=True)).to_be_focused()
    for text in ("20", "30", "40"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#mask-rect-error")).to_have_text("")
    expect(page.get_by_label("Left", exact=True)).to_have_value("")
    # From the fields back to the tools: one stop, then arrows.
    for _ in range(20):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.matches('[data-mask-tool]')"):
            break
    expect(button(page, "Brush")).to_be_focused()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(button(page, "Invert")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[data-mask-said]")).to_have_text("99 % of the picture will be repainted.")
    page.keyboard.press("Control+z")
    expect(page.locator("[data-mask-said]")).to_have_text("Undone. Less than 1 % of the picture will be repainted.")
    mask = mask_of(repaint(page, sent))
    assert mask.getbbox() == (10, 20, 40, 60)
    assert mask.histogram()[WHITE] == 30 * 40


def test_without_scripts_the_numbers_are_sent(visit: Open, sent: list[Sent]) -> None:
    page = visit("/mask/1200x800", java_script_enabled=False)
    expect(page.get_by_role("img", name="A picture with stripes")).to_be_visible()
    expect(page.get_by_role("toolbar")).to_have_count(0)
    for name, value in (("Left", "1"), ("Top", "2"), ("Width", "3"), ("Height", "4")):
        page.get_by_label(name, exact=True).fill(value)
    form = repaint(page, sent)
    assert {name: form.fields[name] for name in form.fields if name.startswith("rect_")} == {
        "rect_left": "1",
        "rect_top": "2",
        "rect_width": "3",
        "rect_height": "4",
    }


def test_a_finger_draws_and_two_fingers_zoom(visit: Open, sent: list[Sent]) -> None:
    page = visit("/mask/800x1000?htmx=1", width=PHONE, has_touch=True, is_mobile=True)
    rows = page.locator(".mask-tools button").evaluate_all("all => new Set(all.map((b) => b.offsetTop)).size")
    assert rows == 2
    box = page.locator("[data-mask-stage]").bounding_box()
    assert box
    assert box["width"] == PHONE - 32
    stage = Stage(page, 800, 1000)
    stage.touch("touchStart", stage.at(100, 800))
    for y in (700, 600, 500, 400, 300, 200):
        stage.touch("touchMove", stage.at(100, y))
    stage.touch("touchEnd")
    assert page.evaluate("scrollY") == 0
    drawn = mask_of(repaint(page, sent))
    assert drawn.getpixel((100, 500)) == WHITE
    assert drawn.getpixel((100, 790)) == WHITE
    assert drawn.getpixel((400, 500)) == BLACK

    # Two fingers from the middle outward: nothing is drawn, and it is twice as large.
    page.evaluate("scrollTo(0, 0)")
    x, y = stage.at(400, 500)
    stage.touch("touchStart", (x - 40, y))
    stage.touch("touchStart", (x - 40, y), (x + 40, y))
    for reach in (50, 60, 70, 80):
        stage.touch("touchMove", (x - reach, y), (x + reach, y))
    stage.touch("touchEnd")
    expect(page.locator("[data-mask-zoom]")).to_have_text("200 %")
    assert mask_of(repaint(page, sent)).tobytes() == drawn.tobytes()

    # Drawn while it is enlarged, it is where the finger was.
    page.evaluate("scrollTo(0, 0)")
    page.locator("[data-mask-tool=rectangle]").tap()
    stage.touch("touchStart", (x, y))
    stage.touch("touchMove", (x + 50 * stage.scale, y + 50 * stage.scale))
    stage.touch("touchMove", (x + 100 * stage.scale, y + 100 * stage.scale))
    stage.touch("touchEnd")
    enlarged = mask_of(repaint(page, sent))
    assert enlarged.crop((300, 0, 800, 1000)).getbbox() == pytest.approx((100, 500, 150, 550), abs=2)


def test_the_wheel_zooms_at_the_pointer_the_space_bar_moves_and_brackets_size_the_brush(
    visit: Open, sent: list[Sent]
) -> None:
    page = visit("/mask/1200x800")
    stage = Stage(page, 1200, 800)
    zoom = page.locator("[data-mask-zoom]")
    ring = page.locator("[data-mask-ring]")
    # In the middle: towards an edge that lies free, the picture is not drawn away from it.
    page.mouse.move(*stage.at(600, 400))
    before = ring.bounding_box()
    assert before
    # The circle is as large as what it paints.
    assert before["width"] == pytest.approx(64 * stage.scale, rel=0.05)
    page.keyboard.press("]")
    after = ring.bounding_box()
    assert after
    assert after["width"] > before["width"]
    page.keyboard.press("[")
    page.mouse.wheel(0, -500)
    expect(zoom).not_to_have_text("100 %")
    page.keyboard.press("r")
    # What was under the pointer still is.
    page.mouse.down()
    page.mouse.move(stage.at(600, 400)[0] + 80, stage.at(600, 400)[1] + 40)
    page.mouse.up()
    page.keyboard.down(" ")
    stage.drag((600, 400), (500, 350))
    page.keyboard.up(" ")
    page.keyboard.press("0")
    expect(zoom).to_have_text("100 %")
    mask = mask_of(repaint(page, sent))
    left, top, right, bottom = mask.getbbox() or (0, 0, 0, 0)
    assert (left, top) == pytest.approx((600, 400), abs=2)
    # Twice and a bit: one rectangle alone, as the hand that moved did not draw.
    assert (right - left) == pytest.approx(2 * (bottom - top), abs=3)
    assert share(mask) == pytest.approx((right - left) * (bottom - top) / (1200 * 800))


def test_letters_that_are_typed_into_a_field_are_letters(visit: Open) -> None:
    page = visit("/mask/600x400")
    page.get_by_label("Prompt").press_sequentially("bring eraser i0")
    expect(page.get_by_label("Prompt")).to_have_value("bring eraser i0")
    expect(button(page, "Brush")).to_have_attribute("aria-pressed", "true")


def test_the_mask_outlives_what_is_swapped_beside_it(visit: Open, sent: list[Sent]) -> None:
    page = visit("/mask/600x400?htmx=1")
    Stage(page, 600, 400).drag((100, 100), (300, 100))
    first = mask_of(repaint(page, sent))
    time.sleep(0.3)
    assert mask_of(repaint(page, sent)).tobytes() == first.tobytes()


def split(page: Page) -> float:
    """Where the divider is, in percent of the box."""
    box, line = page.locator("[data-compare]").bounding_box(), page.locator(".compare-divider").bounding_box()
    assert box
    assert line
    return 100 * (line["x"] + line["width"] / 2 - box["x"]) / box["width"]


def test_the_divider_is_moved_by_keys_by_mouse_and_by_finger(visit: Open) -> None:
    page = visit("/compare/1200x800", has_touch=True)
    slider = page.get_by_role("slider", name="Divider between “Before” and “After”")
    assert split(page) == pytest.approx(50, abs=0.2)
    page.keyboard.press("Tab")
    expect(slider).to_be_focused()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert split(page) == pytest.approx(53, abs=0.2)
    expect(slider).to_have_attribute("aria-valuetext", "53 % Before")
    page.keyboard.press("Shift+ArrowLeft")
    assert split(page) == pytest.approx(43, abs=0.2)
    page.keyboard.press("End")
    assert split(page) == pytest.approx(100, abs=0.2)

    box = page.locator("[data-compare]").bounding_box()
    assert box
    assert box["width"] / box["height"] == pytest.approx(1.5, abs=0.01)
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.9 * box["width"], middle)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.25 * box["width"], middle, steps=4)
    page.mouse.up()
    assert split(page) == pytest.approx(25, abs=0.3)
    page.mouse.move(box["x"] + 0.6 * box["width"], middle)
    assert split(page) == pytest.approx(25, abs=0.3)
    expect(slider).to_be_focused()
    page.touchscreen.tap(box["x"] + 0.7 * box["width"], middle)
    assert split(page) == pytest.approx(70, abs=0.3)


def test_without_scripts_two_pictures_are_one_below_the_other(visit: Open) -> None:
    page = visit("/compare/1200x800", java_script_enabled=False)
    first, second = (page.get_by_role("img", name=name).bounding_box() for name in ("Before", "After"))
    assert first
    assert second
    assert second["y"] >= first["y"] + first["height"]
    expect(page.get_by_role("slider")).to_have_count(0)


def file(name: str, kind: str = "image/png", content: bytes = b"a picture") -> FilePayload:
    return {"name": name, "mimeType": kind, "buffer": content}


def give(page: Page, how: str, kind: str, name: str = "photo.png", size: int = 9) -> None:
    """Let go of a file over the zone, or paste it somewhere on the page."""
    page.evaluate(
        """([how, name, type, size]) => {
            const box = new DataTransfer();
            box.items.add(new File([new Uint8Array(size)], name, { type }));
            const target = document.querySelector(how === "drop" ? ".drop-box" : "#note");
            const init = { bubbles: true, cancelable: true };
            if (how === "drop") target.dispatchEvent(new DragEvent("drop", { ...init, dataTransfer: box }));
            else target.dispatchEvent(new ClipboardEvent("paste", { ...init, clipboardData: box }));
        }""",
        [how, name, kind, size],
    )


def test_a_picture_that_is_chosen_dropped_or_pasted_is_sent_at_once(visit: Open, sent: list[Sent]) -> None:
    page = visit("/drop")
    answer, fault = page.locator("#answer"), page.locator("#drop-error")
    page.get_by_label("Choose a picture").set_input_files(file("photo.png"))
    expect(answer).to_have_text("Here it is")
    assert sent[-1].fields == {"csrf_token": "a token", "then": "/edit"}
    assert sent[-1].files == {"file": b"a picture"}
    assert sent[-1].headers["Hx-Request"] == "true"
    for how in ("drop", "paste"):
        page.evaluate("document.querySelector('#answer').replaceChildren()")
        give(page, how, "image/webp")
        expect(answer).to_have_text("Here it is")
    assert len(sent) == 3

    for wrong in (file("notes.txt", "text/plain"), file("empty.png", content=b"")):
        page.get_by_label("Choose a picture").set_input_files(wrong)
        expect(fault).to_contain_text("PNG, JPEG or WebP up to 20 MB")
    give(page, "drop", "image/png", "large.png", 20 * 1024 * 1024 + 1)
    expect(fault).to_contain_text("“large.png” has 21 MB")
    give(page, "drop", "application/pdf", "letter.pdf")
    expect(fault).to_contain_text("“letter.pdf” is of another kind")
    expect(page.get_by_label("Choose a picture")).to_have_attribute("aria-invalid", "true")
    assert len(sent) == 3

    # What the server says stands in the same place, and goes with the next try.
    page.get_by_label("Choose a picture").set_input_files(file("broken.png"))
    expect(fault).to_have_text("We could not read that picture.")
    page.get_by_label("Choose a picture").set_input_files(file("away.png"))
    page.wait_for_url("**/compare/300x200")


def test_an_upload_can_be_watched_and_stopped(visit: Open, sent: list[Sent]) -> None:
    page = visit("/drop")
    page.route("**/upload", lambda route: None)
    page.get_by_label("Choose a picture").set_input_files(file("photo.png"))
    expect(page.locator("[data-drop-words]")).to_contain_text("photo.png")
    expect(page.get_by_role("progressbar", name="Upload")).to_be_visible()
    expect(button(page, "Cancel")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[data-drop-progress]")).to_be_hidden()
    expect(page.get_by_label("Choose a picture")).to_be_focused()
    expect(page.locator("#announcer")).to_have_text("Upload canceled")
    assert sent == []


def test_without_scripts_a_picture_is_uploaded_by_a_plain_form(visit: Open, sent: list[Sent]) -> None:
    page = visit("/drop", width=PHONE, java_script_enabled=False)
    box = page.locator(".drop-box").bounding_box()
    assert box
    assert box["x"] + box["width"] <= PHONE - 16
    page.get_by_label("Choose a picture").set_input_files(file("photo.png"))
    button(page, "Upload").click()
    assert sent[-1].files == {"file": b"a picture"}


def test_a_better_prompt_is_put_in_and_taken_back(visit: Open) -> None:
    page = visit("/enhance")
    prompt, ask, panel = page.get_by_label("Prompt"), button(page, "Enhance"), page.locator("[data-enhanced]")
    better = "a heron\nat dawn, in soft light"
    expect(ask).to_be_disabled()
    prompt.press_sequentially("a heron\nat dawn")
    ask.click()
    expect(ask).to_have_attribute("aria-busy", "true")
    expect(prompt).to_have_value(better)
    expect(prompt).to_be_focused()
    expect(panel).to_contain_text("Before")
    expect(button(page, "Use this")).to_be_hidden()
    expect(page.locator("#announcer")).to_have_text("Prompt improved")
    expect(ask).not_to_have_attribute("aria-busy", "true")
    # The browser's own undo, then its redo.
    page.keyboard.press("Control+z")
    expect(prompt).to_have_value("a heron\nat dawn")
    page.keyboard.press("Control+Shift+z")
    expect(prompt).to_have_value(better)
    button(page, "Undo").click()
    expect(prompt).to_have_value("a heron\nat dawn")
    expect(prompt).to_be_focused()
    expect(panel).to_have_count(0)

    ask.click()
    expect(prompt).to_have_value(better)
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(prompt).to_have_value(better)
    expect(prompt).to_be_focused()

    # Somebody who writes on meanwhile is not written over.
    prompt.fill("a crane")
    ask.click()
    prompt.fill("a crane and a frog")
    expect(panel).to_be_visible()
    expect(prompt).to_have_value("a crane and a frog")
    button(page, "Use this").click()
    expect(prompt).to_have_value("a crane, in soft light")

    # Escape while one waits: nothing comes any more.
    prompt.fill("a toad")
    ask.click()
    expect(page.locator("#enhanced")).to_contain_text("Looking")
    page.keyboard.press("Escape")
    page.wait_for_timeout(500)
    expect(page.locator("#enhanced")).to_be_empty()
    expect(prompt).to_have_value("a toad")
    expect(ask).not_to_have_attribute("aria-busy", "true")

    prompt.fill("refused")
    ask.click()
    expect(page.locator("#enhanced")).to_contain_text("The model refused this prompt.")
    expect(ask).not_to_have_attribute("aria-busy", "true")


@pytest.mark.parametrize(("width", "theme"), looks(DESK, PHONE))
def test_components_are_accessible_and_never_scroll_sideways(visit: Open, width: int, theme: str) -> None:
    page = visit("/mask/1200x800", width=width, color_scheme=theme)
    page.locator(".mask-numbers > summary").click()
    hold_up_as_it_is(page)
    page.goto(page.url.replace("/mask/", "/compare/"))
    hold_up_as_it_is(page)
    page.goto(page.url.replace("/compare/1200x800", "/drop"))
    page.get_by_label("Choose a picture").set_input_files(file("notes.txt", "text/plain"))
    hold_up_as_it_is(page)
    page.goto(page.url.replace("/drop", "/enhance"))
    page.get_by_label("Prompt").fill("a heron at dawn")
    button(page, "Enhance").click()
    expect(page.locator("[data-enhanced]")).to_be_visible()
    hold_up_as_it_is(page)
