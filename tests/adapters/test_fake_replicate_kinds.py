"""The fake Replicate's models of every kind: what they really make of the pictures, masks and words they are given."""

import base64
import hashlib
import io
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import av
import httpx
import pytest
import replicate
from PIL import Image, ImageChops, ImageStat
from replicate.exceptions import ReplicateError
from replicate.prediction import Prediction

from tests.fakes.replicate.client import FakeReplicate, running
from tests.fakes.replicate.making.retouching import MOST_PIXELS, tint
from tests.fakes.replicate.models import BY_SLUG, TABLE
from tests.fakes.replicate.pictures import draw, read_label
from tests.processes import wait_for

ESRGAN = "nightmareai/real-esrgan"
CLARITY = "philz1337x/clarity-upscaler"
GFPGAN = "tencentarc/gfpgan"
FILL = "black-forest-labs/flux-fill-pro"
INPAINTING = "stability-ai/stable-diffusion-inpainting"
KONTEXT = "black-forest-labs/flux-kontext-pro"
DEV = "black-forest-labs/flux-dev"
FLUX_2 = "black-forest-labs/flux-2-pro"
SDXL = "stability-ai/sdxl"
FILM_FROM_TEXT = "wan-video/wan-2.2-t2v-fast"
FILM_FROM_PICTURE = "wan-video/wan-2.2-i2v-fast"
HAILUO = "minimax/hailuo-02"
ANIMATED = "lucataco/animate-diff"
LLAMA = "meta/meta-llama-3-8b-instruct"
BEARER = {"Authorization": "Bearer r8_test"}
IMPROVE = 'Improve this prompt for an image generator. Answer with the prompt alone.\n\nPrompt: "{words}"'
# One for all: each new client would read all certificates.
HTTP = httpx.Client(verify=False, trust_env=False, timeout=30)


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeReplicate]:
    log = tmp_path_factory.mktemp("fake") / "replicate.log"
    with running(log, starting=0.01, processing=0.02, output_scale=0.25) as fake:
        yield fake
    HTTP.close()


@pytest.fixture
def fake(started: FakeReplicate) -> FakeReplicate:
    started.reset()
    return started


@pytest.fixture
def client(fake: FakeReplicate) -> replicate.Client:
    return replicate.Client(api_token="r8_test", base_url=fake.url)


def png(image: Image.Image) -> bytes:
    written = io.BytesIO()
    image.save(written, "PNG", compress_level=1)
    return written.getvalue()


def png_that_claims(width: int, height: int) -> bytes:
    """The beginning of a picture that would be of this size."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"")


def data_url(content: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(content).decode()}"


def picture(width: int = 96, height: int = 64) -> Image.Image:
    return draw("a pond", 1, 0, (width, height))


def left_half_white(width: int = 96, height: int = 64) -> Image.Image:
    mask = Image.new("L", (width, height), 0)
    mask.paste(255, (0, 0, width // 2, height))
    return mask


def finished(client: replicate.Client, slug: str, /, **given: Any) -> Prediction:
    """The prediction of any model when it has ended."""
    model = BY_SLUG[slug]
    version = slug if model.is_official else f"{slug}:{model.version}"
    made = client.predictions.create(version=version, input=given)

    def has_ended() -> bool:
        made.reload()
        return made.status in ("succeeded", "failed", "canceled")

    wait_for(has_ended, what="the prediction to end")
    return made


def contents(client: replicate.Client, slug: str, /, **given: Any) -> list[bytes]:
    """The files that it made."""
    done = finished(client, slug, **given)
    assert done.status == "succeeded", done.error
    answers = [HTTP.get(url) for url in ([done.output] if isinstance(done.output, str) else done.output)]
    assert [answer.status_code for answer in answers] == [200] * len(answers)
    return [answer.content for answer in answers]


def image_of(content: bytes) -> Image.Image:
    with Image.open(io.BytesIO(content)) as image:
        return image.convert("RGB")


def made(client: replicate.Client, slug: str, /, **given: Any) -> Image.Image:
    """The first picture that it made."""
    return image_of(contents(client, slug, **given)[0])


def difference(one: Image.Image, other: Image.Image) -> float:
    """How far apart two pictures are on average, of 255."""
    return sum(ImageStat.Stat(ImageChops.difference(one, other)).mean) / 3


def answered(client: replicate.Client, prompt: str, **given: Any) -> str:
    return "".join(finished(client, LLAMA, prompt=prompt, **given).output)


def film_of(content: bytes) -> tuple[tuple[int, int], float, int, Image.Image]:
    """Size, seconds, frames, and the first frame of a film."""
    with av.open(io.BytesIO(content)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert container.duration is not None
        frames = list(container.decode(stream))
        first = frames[0].to_image()
        return (stream.width, stream.height), container.duration / av.time_base, len(frames), first


def test_model_is_served_with_all_that_it_takes(client: replicate.Client) -> None:
    for model in TABLE:
        found = client.models.get(model.slug)
        assert found.latest_version is not None
        schemas = found.latest_version.openapi_schema["components"]["schemas"]
        assert (found.latest_version.id, set(schemas["Input"]["properties"])) == (model.version, set(model.fields))
        required = [name for name, field in model.fields.items() if field.required]
        assert schemas["Input"].get("required", []) == required


def test_enlarger_makes_the_picture_as_many_times_as_large(client: replicate.Client) -> None:
    source = picture()
    [content] = contents(client, ESRGAN, image=data_url(png(source)), scale=3)
    image = image_of(content)
    assert image.size == (288, 192)
    assert difference(image.resize(source.size, Image.Resampling.LANCZOS), source) < 4
    [other] = contents(client, CLARITY, image=data_url(png(source)), scale_factor=2)
    assert image_of(other).size == (192, 128)
    assert read_label(other)["seed"] == 1337


def test_restorer_takes_img_and_returns_it_larger_and_brighter(client: replicate.Client) -> None:
    source = picture()
    with pytest.raises(ReplicateError, match="img is required"):
        finished(client, GFPGAN, image=data_url(png(source)))
    image = made(client, GFPGAN, img=data_url(png(source)))
    assert image.size == (192, 128)
    assert ImageStat.Stat(image.convert("L")).mean[0] > ImageStat.Stat(source.convert("L")).mean[0]


def test_enlarger_fails_when_the_picture_does_not_fit_its_memory(fake: FakeReplicate, client: replicate.Client) -> None:
    large = png(Image.new("RGB", (2049, 1024)))
    assert MOST_PIXELS < 2049 * 1024
    done = finished(client, ESRGAN, image=data_url(large))
    assert (done.status, done.output) == ("failed", None)
    assert "max size that fits in GPU memory" in str(done.error)
    fake.fault("oom", model=ESRGAN, times=1)
    assert "CUDA out of memory" in str(finished(client, ESRGAN, image=data_url(png(picture()))).error)
    assert finished(client, ESRGAN, image=data_url(png(picture()))).status == "succeeded"


def test_fill_paints_what_is_white_in_the_mask_and_nothing_else(client: replicate.Client) -> None:
    source, mask = picture(), left_half_white()
    given = {"image": data_url(png(source)), "mask": data_url(png(mask)), "output_format": "png", "seed": 5}
    [content] = contents(client, FILL, prompt="a heron", **given)
    image, right = image_of(content), (48, 0, 96, 64)
    assert image.crop(right).tobytes() == source.crop(right).tobytes()
    left = image.crop((0, 0, 48, 64))
    assert left.tobytes() == draw("a heron", 5, 0, (96, 64)).crop((0, 0, 48, 64)).tobytes()
    other = made(client, FILL, prompt="a swan", **given)
    assert difference(other.crop((0, 0, 48, 64)), left) > 5


def test_fill_takes_transparency_for_a_mask(client: replicate.Client) -> None:
    source = picture()
    clear = source.copy()
    clear.putalpha(ImageChops.invert(left_half_white()))
    image = made(client, FILL, prompt="a heron", image=data_url(png(clear)), output_format="png")
    assert image.crop((48, 0, 96, 64)).tobytes() == source.crop((48, 0, 96, 64)).tobytes()
    assert difference(image.crop((0, 0, 48, 64)), source.crop((0, 0, 48, 64))) > 5


def test_fill_fails_when_its_mask_has_another_size_or_is_missing(client: replicate.Client) -> None:
    image = data_url(png(picture()))
    done = finished(client, FILL, prompt="x", image=image, mask=data_url(png(left_half_white(48, 32))))
    assert (done.status, "same size" in str(done.error)) == ("failed", True)
    done = finished(client, FILL, prompt="x", image=image)
    assert (done.status, "mask is required" in str(done.error)) == ("failed", True)


@pytest.mark.parametrize(
    ("option", "size", "at"),
    [
        ("Zoom out 1.5x", (144, 96), (24, 16)),
        ("Zoom out 2x", (192, 128), (48, 32)),
        ("Make square", (96, 96), (0, 16)),
        ("Left outpaint", (144, 64), (48, 0)),
        ("Right outpaint", (144, 64), (0, 0)),
        ("Top outpaint", (96, 96), (0, 32)),
        ("Bottom outpaint", (96, 96), (0, 0)),
    ],
)
def test_outpainting_makes_the_canvas_larger_around_the_picture(
    client: replicate.Client, option: str, size: tuple[int, int], at: tuple[int, int]
) -> None:
    source = picture()
    image = made(client, FILL, prompt="x", image=data_url(png(source)), outpaint=option, output_format="png")
    assert image.size == size
    assert image.crop((*at, at[0] + 96, at[1] + 64)).tobytes() == source.tobytes()


def test_inpainting_works_at_its_own_size(fake: FakeReplicate, client: replicate.Client) -> None:
    fake.configure(output_scale=1)
    source = picture(128, 64)
    urls = {"image": data_url(png(source)), "mask": data_url(png(left_half_white(128, 64)))}
    found = contents(client, INPAINTING, prompt="a heron", width=128, height=64, num_outputs=2, **urls)
    images = [image_of(content) for content in found]
    assert [image.crop((64, 0, 128, 64)).tobytes() for image in images] == [source.crop((64, 0, 128, 64)).tobytes()] * 2
    assert images[0].tobytes() != images[1].tobytes()
    assert made(client, INPAINTING, prompt="a heron", width=256, height=192, **urls).size == (256, 192)
    with pytest.raises(ReplicateError, match="width must be one of"):
        finished(client, INPAINTING, prompt="a heron", width=100, **urls)
    assert finished(client, INPAINTING, prompt="a heron", image=urls["image"]).status == "failed"


def test_edit_lays_the_color_of_its_instruction_over_the_picture(fake: FakeReplicate, client: replicate.Client) -> None:
    source = picture()
    image = made(client, KONTEXT, prompt="make it dusk", input_image=data_url(png(source)))
    colored = Image.blend(source, Image.new("RGB", source.size, tint("make it dusk")), 0.35)
    assert image.tobytes() == colored.tobytes()
    fake.configure(output_scale=1)
    wide = made(client, KONTEXT, prompt="make it dusk", input_image=data_url(png(source)), aspect_ratio="16:9")
    assert wide.size == (1344, 768)
    with pytest.raises(ReplicateError, match="output_format must be one of"):
        finished(client, KONTEXT, prompt="make it dusk", output_format="webp")
    with pytest.raises(ReplicateError, match="2 is the maximum when an input image is used"):
        finished(client, KONTEXT, prompt="x", input_image=data_url(png(source)), safety_tolerance=6)


def test_picture_with_a_prompt_changes_by_the_strength_of_the_prompt(client: replicate.Client) -> None:
    source = picture(128, 64)
    given = {"prompt": "a fox", "image": data_url(png(source)), "output_format": "png", "seed": 5}
    weak, strong = (made(client, DEV, prompt_strength=share, **given) for share in (0.1, 0.9))
    # As wide and high as the picture, not as the aspect ratio that was left at 1:1.
    assert weak.size == (364, 180)
    assert difference(weak, source.resize(weak.size)) < difference(strong, source.resize(weak.size))
    assert made(client, DEV, prompt_strength=1, **given).tobytes() == draw("a fox", 5, 0, (364, 180)).tobytes()
    given.pop("output_format")
    assert made(client, SDXL, width=512, height=512, **given).size == (128, 128)


def test_mask_keeps_what_is_black_of_a_picture_with_a_prompt(client: replicate.Client) -> None:
    source, mask = picture(128, 128), left_half_white(128, 128)
    files = {"image": data_url(png(source)), "mask": data_url(png(mask))}
    image = made(client, SDXL, prompt="a fox", width=512, height=512, **files)
    assert image.crop((64, 0, 128, 128)).tobytes() == source.crop((64, 0, 128, 128)).tobytes()
    assert difference(image.crop((0, 0, 64, 128)), source.crop((0, 0, 64, 128))) > 5


def test_many_pictures_and_their_order_arrive(client: replicate.Client) -> None:
    sources = [png(picture(64 + 8 * n, 64)) for n in range(3)]
    [content] = contents(client, FLUX_2, prompt="all of them", input_images=[data_url(one) for one in sources])
    assert [one["sha256"] for one in read_label(content)["inputs"]["input_images"]] == [
        hashlib.sha256(one).hexdigest() for one in sources
    ]
    assert image_of(content).size == (256, 256)
    matching = {"aspect_ratio": "match_input_image", "resolution": "match_input_image"}
    image = made(client, FLUX_2, prompt="x", input_images=[data_url(png(picture(80, 48)))], **matching)
    assert image.size == (80, 48)


def test_output_says_which_files_it_was_made_from(fake: FakeReplicate, client: replicate.Client) -> None:
    image, mask = png(picture()), png(left_half_white())
    for kind in ("png", "jpg"):
        given = {"image": data_url(image), "mask": data_url(mask), "output_format": kind}
        [content] = contents(client, FILL, prompt="a heron", **given)
        label = read_label(content)
        assert label["inputs"] == {
            "image": {"sha256": hashlib.sha256(image).hexdigest(), "bytes": len(image), "size": [96, 64]},
            "mask": {"sha256": hashlib.sha256(mask).hexdigest(), "bytes": len(mask), "size": [96, 64]},
        }
        assert (label["prompt"], label["size"], label["model"]) == ("a heron", [96, 64], FILL)
        assert fake.predictions()[-1]["inputs"] == label["inputs"]


def test_uploaded_file_is_an_input_and_the_input_is_shown_as_it_was_sent(
    fake: FakeReplicate, client: replicate.Client
) -> None:
    content = png(picture(600, 400))
    named = io.BytesIO(content)
    named.name = "pond.png"
    url = client.files.create(named).urls["get"]
    done = finished(client, ESRGAN, image=url, scale=1)
    assert read_label(HTTP.get(str(done.output)).content)["inputs"]["image"]["sha256"] == (
        hashlib.sha256(content).hexdigest()
    )
    assert done.input == {"image": url, "scale": 1}
    [listed] = client.predictions.list().results
    assert listed.input == {"image": url, "scale": 1}
    assert [one["has_authorization"] for one in fake.output_requests()] == [False]


def test_output_of_one_model_is_an_input_of_another(client: replicate.Client) -> None:
    first = finished(client, KONTEXT, prompt="make it dusk", input_image=data_url(png(picture())))
    [content] = contents(client, ESRGAN, image=first.output, scale=2)
    source = HTTP.get(str(first.output)).content
    assert read_label(content)["inputs"]["image"]["sha256"] == hashlib.sha256(source).hexdigest()


def test_prediction_fails_when_its_file_cannot_be_had(fake: FakeReplicate, client: replicate.Client) -> None:
    kept = client.files.create(io.BytesIO(png(picture())))
    client.files.delete(kept.id)
    for url, words in (
        (kept.urls["get"], "404 Client Error: Not Found"),
        (f"{fake.url}/p/none/out-0.png", "404 Client Error: Not Found"),
        ("https://example.com/a.png", "Failed to resolve 'example.com'"),
    ):
        done = finished(client, ESRGAN, image=url)
        assert (done.status, words in str(done.error)) == ("failed", True), done.error


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no picture", "cannot identify image file"),
        (png(picture())[:900], "truncated"),
        (b"", "cannot identify"),
        (png_that_claims(30_000, 30_000), "exceeds limit"),
    ],
)
def test_prediction_fails_when_its_file_is_no_picture(client: replicate.Client, content: bytes, words: str) -> None:
    done = finished(client, ESRGAN, image=data_url(content))
    assert (done.status, done.output) == ("failed", None)
    assert words in str(done.error)


def test_data_url_over_256_kb_is_refused(client: replicate.Client) -> None:
    noise = png(Image.effect_noise((600, 600), 90).convert("RGB"))
    assert len(noise) > 256 * 1024
    with pytest.raises(ReplicateError, match="Data URLs can hold 256 kB at most") as refused:
        finished(client, ESRGAN, image=data_url(noise))
    assert refused.value.status == 422
    uploaded = client.files.create(io.BytesIO(noise)).urls["get"]
    assert finished(client, ESRGAN, image=uploaded, scale=1).status == "succeeded"


def test_upload_expires(fake: FakeReplicate, client: replicate.Client) -> None:
    kept = client.files.create(io.BytesIO(png(picture())))
    assert [one.id for one in client.files.list()] == [kept.id]
    fake.configure(upload_ttl=0)
    assert client.files.list() == []
    with pytest.raises(ReplicateError) as gone:
        client.files.get(kept.id)
    assert gone.value.status == 404


def test_upload_goes_wrong_where_it_is_told_to(fake: FakeReplicate, client: replicate.Client) -> None:
    def upload(name: str) -> int:
        files = {"content": (name, b"content", "image/png")}
        return HTTP.post(f"{fake.url}/v1/files", files=files, headers=BEARER).status_code

    fake.fault("upload_500", match="pond", times=1)
    assert [upload(name) for name in ("fox.png", "pond.png", "pond.png")] == [201, 500, 201]


@pytest.mark.parametrize(
    ("given", "size", "seconds", "frames"),
    [
        ({}, (208, 120), 5.07, 152),
        ({"interpolate_output": False, "aspect_ratio": "9:16"}, (120, 208), 5.06, 81),
        ({"num_frames": 100, "frames_per_second": 25, "resolution": "720p"}, (320, 180), 4.0, 120),
    ],
)
def test_film_from_words_has_the_asked_length_and_shape(
    client: replicate.Client, given: dict[str, Any], size: tuple[int, int], seconds: float, frames: int
) -> None:
    [content] = contents(client, FILM_FROM_TEXT, prompt="a fox runs", seed=3, **given)
    found = film_of(content)
    assert (found[0], round(found[1], 2), found[2]) == (size, seconds, frames)
    assert difference(found[3], draw("a fox runs", 3, 0, size)) < 8
    # It can be played while it loads.
    assert content.index(b"moov") < content.index(b"mdat")
    assert (read_label(content)["prompt"], read_label(content)["size"]) == ("a fox runs", list(size))


def test_film_from_a_picture_begins_with_it(client: replicate.Client) -> None:
    source = picture(96, 128)
    [content] = contents(client, FILM_FROM_PICTURE, prompt="ripples", image=data_url(png(source)))
    size, seconds, frames, first = film_of(content)
    assert (size, round(seconds, 2), frames) == ((136, 184), 5.06, 81)
    assert difference(first, source.resize(size)) < 8
    assert read_label(content)["inputs"]["image"]["sha256"] == hashlib.sha256(png(source)).hexdigest()


def test_film_lasts_the_asked_seconds_and_ten_only_at_768p(client: replicate.Client) -> None:
    [content] = contents(client, HAILUO, prompt="a fox", duration=10, resolution="768p")
    assert film_of(content)[:3] == ((340, 192), 10.0, 240)
    [content] = contents(client, HAILUO, prompt="x", first_frame_image=data_url(png(picture(64, 64))))
    assert film_of(content)[:2] == ((270, 270), 6.0)
    for resolution in ("512p", "1080p"):
        with pytest.raises(ReplicateError, match="10 seconds is only available for 768p"):
            finished(client, HAILUO, prompt="a fox", duration=10, resolution=resolution)


def test_animation_lasts_two_seconds(client: replicate.Client) -> None:
    done = finished(client, ANIMATED, prompt="a fox")
    answer = HTTP.get(str(done.output))
    assert answer.headers["content-type"] == "video/mp4"
    assert film_of(answer.content)[:3] == ((128, 128), 2.0, 16)


@pytest.mark.parametrize(
    "instruction",
    [
        IMPROVE,
        "Rewrite the idea as a rich prompt: {words}",
        "You improve prompts.\n\n<prompt>{words}</prompt>\n\nOnly answer with the prompt.",
        "Enhance the user's description in quotes: “{words}”",
        "Please expand this image description.\n\n{words}",
        "Make this prompt better for an image model: {words}",
        "Rewrite it.\nPrompt: {words}\nImproved prompt:",
        "Improve the prompt below.\n---\n{words}\n---\nAnswer in English.",
        "<|user|>\n\nImprove this prompt:\n\n{words}<|eot_id|><|assistant|>",
    ],
)
def test_language_model_improves_a_prompt_when_it_is_asked_to(client: replicate.Client, instruction: str) -> None:
    said = answered(client, instruction.format(words="a red fox, at dawn takes=0.05"))
    assert said.startswith("a red fox, at dawn, ")
    assert len(said) > len("a red fox, at dawn, ") + 20
    assert "takes" not in said


def test_language_model_improves_what_a_template_says(client: replicate.Client) -> None:
    template = "Improve the prompt of the user.\n\n{prompt}"
    assert answered(client, "two foxes: one red", prompt_template=template).startswith("two foxes: one red, ")


def test_language_model_stops_at_the_most_tokens(client: replicate.Client) -> None:
    assert len(finished(client, LLAMA, prompt=IMPROVE.format(words="a red fox"), max_tokens=5).output) == 5


def test_language_model_wraps_its_answer_where_it_is_told_to(client: replicate.Client) -> None:
    def said(words: str) -> str:
        return answered(client, IMPROVE.format(words=f"a red fox {words}"))

    assert said("fault:answer_preamble").startswith('Sure! Here is an improved prompt:\n\n"a red fox, ')
    assert said("fault:answer_quotes").startswith('"a red fox, ')
    assert said("fault:answer_markdown").startswith("## Improved prompt\n\n- **a red fox, ")
    assert len(said("fault:answer_long")) > 4000
    assert len(said("fault:answer_long=10")) < 1500
    assert said("fault:answer_empty").strip() == ""
    assert said("fault:answer_refusal") == "I cannot help with that request."
    assert said("fault:answer_quotes fault:answer_preamble").count('""a red fox') == 1


def test_language_model_answers_what_a_rule_says(fake: FakeReplicate, client: replicate.Client) -> None:
    fake.fault("answer_exact", value="Two lines\n\nof a rule ", times=1)
    # What makes pictures does not use it up.
    finished(client, KONTEXT, prompt="a fox")
    assert answered(client, IMPROVE.format(words="a red fox")) == "Two lines\n\nof a rule "
    assert answered(client, "two words") == "two words "


def test_marker_at_the_end_of_a_quoted_prompt_is_read(client: replicate.Client) -> None:
    done = finished(client, LLAMA, prompt=IMPROVE.format(words="a red fox fault:sensitive"))
    assert (done.status, "E005" in str(done.error)) == ("failed", True)
    done = finished(client, LLAMA, prompt="Improve this prompt: a fox fault:fail=gone.")
    assert (done.status, done.error) == ("failed", "gone")
