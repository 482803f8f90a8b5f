"""Choosing models in a real browser, before a stand-in for their provider: fields, prices, pictures, retries, veils."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import looks
from tests.browser.holding_up import hold_up_as_it_is
from tests.browser.people import context, sign_up
from tests.browser.test_story import ask, done
from tests.fakes.replicate.client import FakeReplicate

PHONE = 360
DESK = 1440


@pytest.fixture
def url(replicate_url: str) -> str:
    return replicate_url


def choose(page: Page, model: str) -> None:
    """Choose a model as one does: open the card, click on another."""
    page.locator(".model-picker > summary").click()
    page.locator(f"label[for='model-{model}']").click()
    expect(page.locator(".model-picker")).not_to_have_attribute("open", "")


def newest(page: Page, label: str) -> object:
    """The batch on top, once it is of this model."""
    batch = page.locator("[data-batch]").first
    expect(batch.locator(".facts")).to_contain_text(label)
    return batch


def table(page: Page) -> dict[str, str]:
    """What the page of a picture says about it."""
    rows = page.locator(".table > div").all()
    return {row.locator("dt").inner_text(): row.locator("dd").inner_text().strip() for row in rows}


def test_three_models_are_chosen_make_pictures_and_are_named_everywhere(
    chromium: Browser, url: str, faults: list[str], tmp_path: Path
) -> None:
    page = context(chromium, faults, DESK).new_page()
    sign_up(page, url)
    create = page.get_by_role("button", name=re.compile("^Create"))

    # The default, as it stands there.
    ask(page, "a heron at dawn")
    newest(page, "FLUX schnell")
    done(page)

    choose(page, "sdxl")
    page.locator(".advanced > summary").click()
    page.get_by_label("Leave out", exact=True).fill("boats")
    page.get_by_label("Steps", exact=True).fill("31")
    page.locator("label[for='count-4']").click()
    expect(create).to_contain_text("2 credits")
    ask(page, "a lake in the hills")
    newest(page, "SDXL")
    done(page, pictures=4)
    facts = page.locator("[data-batch]").first.locator(".facts")
    for fact in ("31 steps", "Guidance 7.5", "Without boats", "2 credits"):
        expect(facts).to_contain_text(fact)
    expect(facts).to_contain_text(re.compile(r"\d+(\.\d)? s"))

    choose(page, "stable-diffusion")
    page.locator("label[for='count-1']").click()
    expect(page.locator(".is-ratio legend")).to_contain_text("768 × 768")
    expect(create).to_contain_text("1 credit")
    ask(page, "an old mill")
    newest(page, "Stable Diffusion")
    done(page, pictures=1)
    expect(page.locator("#credit-pill")).to_contain_text("56")

    page.goto(f"{url}/gallery")
    expect(page.locator("a[href^='/i/']")).to_have_count(7)
    # Newest first: the mill, then the four of the lake.
    page.locator("a[href^='/i/']").nth(1).click()
    page.wait_for_url("**/i/*")
    said = table(page)
    expected = {
        "Model": "SDXL",
        "Left out": "boats",
        "Steps": "31",
        "Guidance": "7.5",
        "Cost": "2 credits for 4 pictures",
    }
    assert {name: said[name] for name in expected} == expected
    assert re.fullmatch(r"\d+(\.\d)? s for 4 pictures", said["Time"])
    link = page.get_by_role("link", name=re.compile("^Download"))
    with page.expect_download() as download:
        link.click()
    kept = tmp_path / "picture"
    download.value.save_as(kept)
    starts = {"Download PNG": b"\x89PNG", "Download WebP": b"RIFF", "Download JPEG": b"\xff\xd8"}
    assert kept.read_bytes().startswith(starts[link.inner_text().strip()])
    page.context.close()


def test_fields_follow_the_model_at_once(chromium: Browser, url: str, faults: list[str]) -> None:
    page = context(chromium, faults, DESK).new_page()
    sign_up(page, url)
    expect(page.locator("#negative_prompt")).to_be_hidden()
    page.locator("label[for='count-4']").click()
    page.locator("label[for='aspect_ratio-3-4']").click()

    choose(page, "stable-diffusion-3-5-large")
    expect(page.locator("#count-1")).to_be_checked()
    expect(page.locator("#aspect_ratio-9-16")).to_be_checked()
    expect(page.locator("label[for='aspect_ratio-3-4']")).to_be_hidden()
    expect(page.locator("label[for='count-2']")).to_be_hidden()
    expect(page.get_by_role("button", name=re.compile("^Create"))).to_contain_text("1 credit")
    expect(page.locator(".model-card").first).to_contain_text("Stable Diffusion 3.5")
    page.locator(".advanced > summary").click()
    expect(page.locator("#steps")).to_be_hidden()
    page.locator("#guidance").fill("9.5")

    choose(page, "flux-dev")
    assert page.locator("#guidance").input_value() == "9.5"
    expect(page.locator("#guidance")).to_have_attribute("placeholder", "3")
    expect(page.locator("#steps")).to_be_visible()
    page.locator("#steps").fill("40")
    choose(page, "flux-schnell")
    # Forty steps are none of this model's.
    assert page.locator("#steps").input_value() == ""
    assert page.evaluate("new FormData(document.getElementById('prompt-form')).has('guidance')") is False
    page.context.close()


def test_a_model_is_chosen_by_keyboard_alone(chromium: Browser, url: str, faults: list[str]) -> None:
    page = context(chromium, faults, DESK).new_page()
    sign_up(page, url)
    page.locator(".model-picker > summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#model-flux-schnell")).to_be_focused()
    page.keyboard.press("ArrowDown")
    # One that is part of Premium is passed over.
    page.keyboard.press("ArrowDown")
    expect(page.locator("#model-sdxl")).to_be_checked()
    expect(page.locator(".model-picker")).to_have_attribute("open", "")
    page.keyboard.press("Enter")
    expect(page.locator(".model-picker > summary")).to_be_focused()
    expect(page.locator(".model-picker > summary")).to_contain_text("SDXL")
    # Enter chose, and sent nothing.
    expect(page.locator("[data-batch]")).to_have_count(0)
    page.context.close()


def test_what_failed_is_asked_for_again_in_one_click(
    chromium: Browser, url: str, faults: list[str], replicate: FakeReplicate
) -> None:
    page = context(chromium, faults, DESK).new_page()
    sign_up(page, url)
    replicate.fault("fail", match="a broken bridge", times=1)
    ask(page, "a broken bridge")
    failed = page.locator("[data-batch]").first
    expect(failed).to_contain_text("The model failed at this.", timeout=60_000)
    expect(failed).to_contain_text("You were not charged.")
    expect(page.locator("#credit-pill")).to_contain_text("60")
    page.get_by_role("button", name="Retry · 1 credit").click()
    expect(page.locator("[data-batch]")).to_have_count(2)
    done(page)
    expect(page.get_by_role("button", name=re.compile("^Retry"))).to_have_count(0)
    expect(page.locator("#credit-pill")).to_contain_text("59")
    page.reload()
    expect(page.locator("[data-batch]")).to_have_count(2)
    expect(page.get_by_role("button", name=re.compile("^Retry"))).to_have_count(0)
    page.context.close()


def test_a_fault_in_the_fold_opens_it_on_a_phone(chromium: Browser, url: str, faults: list[str]) -> None:
    page = context(chromium, faults, PHONE).new_page()
    sign_up(page, url)
    page.locator(".options > summary").click()
    choose(page, "sdxl")
    page.locator(".advanced > summary").click()
    page.get_by_label("Steps", exact=True).fill("900")
    page.locator(".options > summary").click()
    ask(page, "a red kite")
    expect(page.locator("#steps-error")).to_be_visible()
    expect(page.locator("#steps")).to_be_focused()
    hold_up_as_it_is(page)
    page.context.close()


def test_without_scripts_another_model_is_chosen(chromium: Browser, url: str, faults: list[str]) -> None:
    page = context(chromium, faults, DESK, java_script_enabled=False).new_page()
    sign_up(page, url)
    page.get_by_label("Prompt", exact=True).fill("a red kite")
    page.locator(".model-picker > summary").click()
    page.locator("label[for='model-sdxl']").click()
    page.get_by_role("button", name="Show the fields of this model").click()
    assert page.get_by_label("Prompt", exact=True).input_value() == "a red kite"
    page.locator(".advanced > summary").click()
    page.get_by_label("Leave out", exact=True).fill("text")
    # The button still says 1 credit: nobody is charged 2 for that.
    page.locator("label[for='count-4']").click()
    page.get_by_role("button", name=re.compile("^Create")).click()
    expect(page.locator("#refusal")).to_contain_text("This costs 2 credits now.")
    page.get_by_role("button", name="Create · 2 credits").click()
    expect(page.locator("[data-batch]").first).to_contain_text("Without text")
    page.context.close()


@pytest.mark.parametrize(("width", "theme"), looks(DESK, PHONE))
def test_every_state_is_accessible_and_never_scrolls_sideways(
    chromium: Browser, url: str, faults: list[str], replicate: FakeReplicate, theme: str, width: int
) -> None:
    browser = context(chromium, faults, width, color_scheme=theme, reduced_motion="reduce")
    page = browser.new_page()
    sign_up(page, url)
    if width == PHONE:
        page.locator(".options > summary").click()
    page.locator(".model-picker > summary").click()
    hold_up_as_it_is(page)
    page.locator("label[for='model-sdxl']").click()
    page.locator(".advanced > summary").click()
    hold_up_as_it_is(page)
    if width == PHONE:
        page.locator(".options > summary").click()
    replicate.fault("flagged", match=f"a marked picture {width} {theme}", times=1)
    replicate.fault("fail", match=f"a broken bridge {width} {theme}", times=1)
    ask(page, f"a broken bridge {width} {theme}")
    expect(page.locator("[data-batch]")).to_have_count(1)
    ask(page, f"a marked picture {width} {theme}")
    expect(page.locator("[data-batch]")).to_have_count(2)
    done(page)
    page.get_by_role("button", name=re.compile("^Retry")).wait_for()
    hold_up_as_it_is(page)
    veil = page.locator(".veil > summary")
    expect(veil).to_contain_text("Flagged by the safety check")
    page.locator(".is-flagged a").evaluate("(link) => link.click()")
    page.wait_for_url("**/i/*")
    hold_up_as_it_is(page)
    page.locator(".stage-box .veil > summary").click()
    expect(page.locator(".stage-box .veil > summary")).to_contain_text("Hide")
    page.goto(f"{url}/gallery")
    hold_up_as_it_is(page)
    browser.close()
