"""The fake Replicate does what Replicate does: held against Replicate's own client, and against plain HTTP."""

import io
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import replicate
from PIL import Image
from replicate.exceptions import ReplicateError
from replicate.prediction import Prediction

from tests.fakes.replicate.client import FakeReplicate, running
from tests.fakes.replicate.pictures import read_label
from tests.processes import wait_for

SCHNELL = "black-forest-labs/flux-schnell"
STABLE_DIFFUSION = "stability-ai/stable-diffusion:db21e45d3f7023abc2a46ee38a23973f6dce16bb082a930b0c49861f96d1e5bf"
BEARER = {"Authorization": "Bearer r8_test"}
# One for all: each new client would read all certificates.
HTTP = httpx.Client(verify=False, trust_env=False, timeout=30)


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeReplicate]:
    log = tmp_path_factory.mktemp("fake") / "replicate.log"
    with running(log, starting=0.02, processing=0.05, cancel_lag=0.05, output_scale=0.25) as fake:
        yield fake
    HTTP.close()


@pytest.fixture
def fake(started: FakeReplicate) -> FakeReplicate:
    started.reset()
    return started


@pytest.fixture
def client(fake: FakeReplicate) -> replicate.Client:
    return replicate.Client(api_token="r8_test", base_url=fake.url)


def create(client: replicate.Client, prompt: str = "a fox", model: str = SCHNELL, **more: Any) -> Prediction:
    """A prediction of an official model."""
    return client.models.predictions.create(model, {"prompt": prompt, **more})


def finished(prediction: Prediction) -> Prediction:
    """The prediction when it has ended."""

    def has_ended() -> bool:
        prediction.reload()
        return prediction.status in ("succeeded", "failed", "canceled")

    wait_for(has_ended, what="the prediction to end")
    return prediction


def post(fake: FakeReplicate, prompt: str = "a fox", headers: dict[str, str] | None = None) -> httpx.Response:
    """A prediction by plain HTTP."""
    body = {"version": SCHNELL, "input": {"prompt": prompt}}
    return HTTP.post(f"{fake.url}/v1/predictions", json=body, headers={**BEARER, **(headers or {})}, timeout=30)


def status_of(fake: FakeReplicate, id_: str) -> str:
    return str(HTTP.get(f"{fake.url}/v1/predictions/{id_}", headers=BEARER).json()["status"])


def test_prediction_starts_runs_and_succeeds_with_pictures_of_the_asked_size(
    fake: FakeReplicate, client: replicate.Client
) -> None:
    fake.configure(output_scale=1)
    made = create(client, "a red fox", num_outputs=2, aspect_ratio="16:9", output_format="png", seed=7)
    assert (made.status, made.version, len(made.id), made.started_at) == ("starting", "hidden", 26, None)
    done = finished(made)
    assert done.status == "succeeded"
    assert done.progress is not None
    assert (done.progress.current, done.progress.total) == (4, 4)
    contents = [HTTP.get(url).content for url in done.output]
    assert [Image.open(io.BytesIO(content)).size for content in contents] == [(1344, 768)] * 2
    assert contents[0] != contents[1]
    label = read_label(contents[1])
    assert (label["prompt"], label["seed"], label["prediction"], label["ordinal"]) == ("a red fox", 7, made.id, 1)
    assert not any(one["has_authorization"] for one in fake.output_requests())


@pytest.mark.parametrize("kind", ["webp", "jpg", "png"])
def test_pictures_come_in_the_asked_format_and_say_whose_they_are(client: replicate.Client, kind: str) -> None:
    done = finished(create(client, "eine Füchsin 🦊", output_format=kind))
    answer = HTTP.get(done.output[0])
    assert Image.open(io.BytesIO(answer.content)).format == {"jpg": "JPEG"}.get(kind, kind.upper())
    assert answer.headers["content-type"] == {"jpg": "image/jpeg"}.get(kind, f"image/{kind}")
    assert read_label(answer.content)["prompt"] == "eine Füchsin 🦊"


def test_community_model_goes_by_version_and_official_model_by_name(
    fake: FakeReplicate, client: replicate.Client
) -> None:
    given = {"prompt": "a fox", "width": 512, "height": 320, "num_outputs": 1}
    done = finished(client.predictions.create(version=STABLE_DIFFUSION, input=given))
    assert done.version == STABLE_DIFFUSION.partition(":")[2]
    assert Image.open(io.BytesIO(HTTP.get(done.output[0]).content)).size == (128, 80)
    assert client.predictions.create(version=SCHNELL, input={"prompt": "a fox"}).model == SCHNELL
    with pytest.raises(ReplicateError) as by_name:
        create(client, model="stability-ai/stable-diffusion")
    assert by_name.value.status == 404
    for version in ("stability-ai/stable-diffusion", f"{SCHNELL}:latest", "0" * 64):
        with pytest.raises(ReplicateError) as unknown:
            client.predictions.create(version=version, input=given)
        assert (unknown.value.status, unknown.value.title) == (422, "Invalid version or not permitted")


def test_model_with_one_output_gives_a_string_and_language_model_gives_tokens(client: replicate.Client) -> None:
    assert isinstance(finished(create(client, model="black-forest-labs/flux-2-pro")).output, str)
    done = finished(create(client, "two words", model="meta/meta-llama-3-8b-instruct"))
    assert "".join(done.output) == "two words "


@pytest.mark.parametrize(
    ("given", "kind", "field", "words"),
    [
        ({}, "required", "input", "prompt is required"),
        ({"prompt": "x", "num_outputs": 5}, "number_lte", "input.num_outputs", "less than or equal to 4"),
        ({"prompt": "x", "seed": "7"}, "invalid_type", "input.seed", "Expected: integer, given: string"),
        ({"prompt": "x", "output_format": "gif"}, "enum", "input.output_format", '"webp", "jpg", "png"'),
        ({"prompt": "x", "style": "oil"}, "additional_property_not_allowed", "input", "style is not allowed"),
    ],
)
def test_wrong_input_is_refused_field_by_field(
    fake: FakeReplicate, given: dict[str, Any], kind: str, field: str, words: str
) -> None:
    answer = HTTP.post(f"{fake.url}/v1/models/{SCHNELL}/predictions", json={"input": given}, headers=BEARER)
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (422, "application/problem+json")
    [wrong] = answer.json()["invalid_fields"]
    assert (wrong["type"], wrong["field"]) == (kind, field)
    assert words in wrong["description"]
    assert answer.json()["detail"] == f"- {field}: {wrong['description']}\n"


def test_key_that_the_api_does_not_know_is_refused(fake: FakeReplicate) -> None:
    body = {"version": SCHNELL, "input": {"prompt": "x"}, "model": SCHNELL}
    answer = HTTP.post(f"{fake.url}/v1/predictions", json=body, headers=BEARER)
    assert answer.status_code == 422
    assert "Additional property model is not allowed" in answer.json()["detail"]


def test_token_is_checked_and_can_be_out_of_credit(fake: FakeReplicate) -> None:
    for token, status in (("wrong", 401), ("r8_nocredit", 402)):
        with pytest.raises(ReplicateError) as refused:
            create(replicate.Client(api_token=token, base_url=fake.url))
        assert refused.value.status == status
    fake.configure(token="r8_only")
    assert HTTP.get(f"{fake.url}/v1/account", headers=BEARER).status_code == 401
    assert HTTP.get(f"{fake.url}/v1/account", headers={"Authorization": "Bearer r8_only"}).status_code == 200
    assert fake.predictions() == []


def test_canceled_prediction_says_so_a_little_later(client: replicate.Client) -> None:
    made = create(client, "takes=60")
    made.cancel()
    assert made.status in ("starting", "processing")
    assert finished(made).status == "canceled"
    done = finished(create(client))
    done.cancel()
    assert done.status == "succeeded"


def test_deadline_aborts_what_has_not_started_and_cancels_what_has(fake: FakeReplicate) -> None:
    assert post(fake, headers={"Cancel-After": "4s"}).status_code == 422
    fake.configure(cancel_after_minimum=0)
    for prompt, status in (("fault:stuck_starting", "aborted"), ("fault:never_finish", "canceled")):
        made = post(fake, prompt, {"Cancel-After": "1s"}).json()
        assert made["deadline"] > made["created_at"]
        wait_for(lambda id_=made["id"], status=status: status_of(fake, id_) == status, what=status)


def test_preference_to_wait_is_honored(fake: FakeReplicate) -> None:
    done = post(fake, headers={"Prefer": "wait=5"})
    assert (done.status_code, done.headers["preference-applied"]) == (201, "wait")
    assert (done.json()["status"], len(done.json()["output"])) == ("processing", 1)
    slow = post(fake, "takes=60", {"Prefer": "wait=1"}).json()
    assert (slow["status"], slow["output"]) == ("processing", None)


def test_list_is_newest_first_in_pages(fake: FakeReplicate, client: replicate.Client) -> None:
    fake.configure(page_size=2)
    ids = [create(client, f"fox {n}").id for n in range(5)][::-1]
    pages = [client.predictions.list()]
    while pages[-1].next:
        pages.append(client.predictions.list(pages[-1].next))
    assert [[one.id for one in page] for page in pages] == [ids[:2], ids[2:4], ids[4:]]
    assert [one.id for one in client.predictions.list(pages[2].previous)] == ids[2:4]
    times = {one.id: one.created_at for page in pages for one in page}
    between = {"created_after": times[ids[3]], "created_before": times[ids[1]]}
    found = HTTP.get(f"{fake.url}/v1/predictions", params=between, headers=BEARER).json()["results"]
    assert [one["id"] for one in found] == [id_ for id_ in ids if times[ids[3]] <= times[id_] < times[ids[1]]]
    assert all("logs" not in one for one in found)


def test_create_whose_answer_is_lost_is_in_the_list_and_one_that_is_reset_is_not(fake: FakeReplicate) -> None:
    for prompt, error in (("fault:create_reset", httpx.ReadError), ("fault:create_dropped", httpx.RemoteProtocolError)):
        with pytest.raises(error):
            post(fake, prompt)
    with pytest.raises(httpx.ReadTimeout):
        HTTP.post(
            f"{fake.url}/v1/predictions",
            json={"version": SCHNELL, "input": {"prompt": "fault:create_latency=30"}},
            headers=BEARER,
            timeout=httpx.Timeout(30, read=0.2),
        )
    post(fake, "fault:unlisted")
    listed = HTTP.get(f"{fake.url}/v1/predictions", headers=BEARER).json()["results"]
    assert [one["input"]["prompt"] for one in listed] == ["fault:create_latency=30", "fault:create_dropped"]
    assert [one["status"] for one in fake.creates()][:2] == [0, 0]


def test_faults_happen_as_often_as_told_and_only_where_they_are_meant(fake: FakeReplicate) -> None:
    fake.fault("status_503", times=1, match="fox")
    fake.fault("status_500", model="black-forest-labs/flux-dev")
    assert [post(fake, prompt).status_code for prompt in ("a hen", "a fox", "a fox")] == [201, 503, 201]
    assert [post(fake, "fault:status_502*2").status_code for _ in range(3)] == [502, 502, 201]
    fake.fault("status_500", probability=0.5, match="maybe")
    assert {post(fake, "maybe").status_code for _ in range(20)} == {201, 500}
    with pytest.raises(AssertionError, match="no such fault"):
        fake.fault("satus_500")


def test_rate_limit_is_a_token_bucket(fake: FakeReplicate, client: replicate.Client) -> None:
    fake.configure(create_per_minute=6, create_burst=1)
    assert post(fake).headers["ratelimit-remaining"] == "0"
    refused = post(fake)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "10")
    assert refused.json()["retry_after"] == 10
    with pytest.raises(ReplicateError, match="Your rate limit resets in ~10s"):
        create(client)
    fake.configure(create_per_minute=None)
    fake.fault("retry_after_huge", times=1)
    assert post(fake).headers["retry-after"] == "3600"
    assert post(fake).status_code == 201


@pytest.mark.parametrize(
    ("fault", "words"), [("nsfw", "NSFW"), ("sensitive", "E005"), ("oom", "E1001"), ("start_timeout", "E6716")]
)
def test_failures_say_why(client: replicate.Client, fault: str, words: str) -> None:
    done = finished(create(client, f"fault:{fault}"))
    assert (done.status, done.output) == ("failed", None)
    assert words in str(done.error)


def test_outputs_take_strange_shapes(fake: FakeReplicate, client: replicate.Client) -> None:
    def output(words: str) -> Any:
        made = create(client, words, num_outputs=2)
        wait_for(lambda: status_of(fake, made.id) == "succeeded")
        return HTTP.get(f"{fake.url}/v1/predictions/{made.id}", headers=BEARER).json()["output"]

    assert output("fault:output_empty") == []
    assert output("fault:output_null") is None
    assert output("fault:output_number") == 42
    assert len(output("fault:output_object")["images"]) == 2
    assert isinstance(output("fault:output_single"), str)
    assert len(output("fault:output_fewer")) == 1
    assert output("fault:output_foreign=file:///etc/passwd")[0] == "file:///etc/passwd"
    assert output("fault:output_data")[1].startswith("data:image/png;base64,")


def test_output_files_break_on_the_way_and_heal(fake: FakeReplicate, client: replicate.Client) -> None:
    [url] = finished(create(client)).output
    whole = HTTP.get(url).content
    for fault, error in (("output_truncated", httpx.RemoteProtocolError), ("output_stall", httpx.ReadTimeout)):
        fake.fault(fault, times=1)
        with pytest.raises(error):
            HTTP.get(url, timeout=httpx.Timeout(30, read=0.3))
        assert HTTP.get(url).content == whole
    answers = {}
    for fault in ("output_404", "output_500", "output_cut", "output_html", "output_wrong_type", "output_redirect"):
        fake.fault(fault, times=1)
        answers[fault] = HTTP.get(url)
    assert [answer.status_code for answer in answers.values()] == [404, 500, 200, 200, 200, 302]
    assert answers["output_cut"].content == whole[: len(whole) // 2]
    assert answers["output_html"].headers["content-type"].startswith("image/webp")
    assert answers["output_wrong_type"].headers["content-type"].startswith("text/plain")
    fake.fault("output_huge", times=1)
    with HTTP.stream("GET", url) as endless:
        assert endless.headers["content-length"] == str(2 * 1024**3)
        assert len(next(endless.iter_bytes(1_000_000))) == 1_000_000


def test_data_are_removed_after_their_time(fake: FakeReplicate, client: replicate.Client) -> None:
    done = finished(create(client))
    fake.configure(ttl=0)
    seen = HTTP.get(f"{fake.url}/v1/predictions/{done.id}", headers=BEARER).json()
    assert (seen["status"], seen["output"], seen["input"], seen["logs"]) == ("succeeded", None, {}, "")
    assert seen["data_removed"] is True
    assert HTTP.get(done.output[0]).status_code == 404


def test_files_can_be_uploaded_read_and_deleted(client: replicate.Client) -> None:
    content = io.BytesIO(b"some bytes")
    content.name = "some.bin"
    made = client.files.create(content, metadata={"of": "a test"})
    assert (made.name, made.size, made.metadata) == ("some.bin", 10, {"of": "a test"})
    assert client.files.get(made.id).checksums == made.checksums
    client.files.delete(made.id)
    with pytest.raises(ReplicateError):
        client.files.get(made.id)


def test_model_says_what_it_takes(client: replicate.Client) -> None:
    found = client.models.get(SCHNELL)
    assert found.latest_version is not None
    schemas = found.latest_version.openapi_schema["components"]["schemas"]
    assert schemas["Input"]["required"] == ["prompt"]
    assert schemas["aspect_ratio"]["enum"][:2] == ["1:1", "16:9"]
    assert schemas["Input"]["properties"]["num_outputs"]["maximum"] == 4
    assert schemas["Output"]["type"] == "array"
    assert found.versions.get(found.latest_version.id).id == found.latest_version.id


def test_statuses_that_the_client_cannot_read_come_by_http(fake: FakeReplicate) -> None:
    for prompt, status in (("fault:aborted", "aborted"), ("fault:unknown_status=napping", "napping")):
        id_ = post(fake, prompt).json()["id"]
        wait_for(lambda id_=id_, status=status: status_of(fake, id_) == status, what=status)
    fake.fault("read_500", times=1)
    assert HTTP.get(f"{fake.url}/v1/predictions/{id_}", headers=BEARER).status_code == 500
    fake.fault("read_hang", times=1)
    with pytest.raises(httpx.ReadTimeout):
        HTTP.get(f"{fake.url}/v1/predictions/{id_}", headers=BEARER, timeout=httpx.Timeout(30, read=0.1))
    assert status_of(fake, id_) == "napping"
