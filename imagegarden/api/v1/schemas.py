"""What the API answers, field by field. What it takes is described by GenerationSpec itself."""

from typing import Any

from marshmallow import Schema, fields, validate

from imagegarden.domain.media import Shelf
from imagegarden.domain.usage import LONGEST_DAYS
from imagegarden.models import GenerationKind, GenerationStatus, MediaKind, MediaOrigin

MOST_PER_PAGE = 100
PER_PAGE = 20
LONGEST_CURSOR = 200


def about(text: str, **more: Any) -> dict[str, Any]:
    """What the document says of a field."""
    return {"description": text, **more}


class PageQuery(Schema):
    """Which part of a list."""

    cursor = fields.String(
        validate=validate.Length(min=1, max=LONGEST_CURSOR), metadata=about("Where the page before ended: its `next`.")
    )
    limit = fields.Integer(
        strict=False,
        load_default=PER_PAGE,
        validate=validate.Range(min=1, max=MOST_PER_PAGE),
        metadata=about("How many at most."),
    )


class GenerationsQuery(PageQuery):
    """Which generations."""

    kind = fields.String(validate=validate.OneOf(list(GenerationKind)), metadata=about("Only those of this kind."))


class MediaQuery(PageQuery):
    """Which pictures and films."""

    show = fields.String(
        load_default=Shelf.ALL.value,
        validate=validate.OneOf([Shelf.ALL, Shelf.IMAGES, Shelf.VIDEOS, Shelf.UPLOADS]),
        metadata=about("Which part of the gallery."),
    )


class SubmitQuery(Schema):
    """How a request is taken."""

    dry_run = fields.Boolean(
        load_default=False,
        truthy={"true", "1"},
        falsy={"false", "0"},
        metadata=about("Price the request, and do nothing else: 200 with the price."),
    )


class ContentQuery(Schema):
    """Which file of a picture."""

    size = fields.String(
        load_default="original",
        validate=validate.OneOf(["original", "large", "small", "svg", "poster"]),
        metadata=about(
            "The file as it was made; a WebP of at most 1024 or 384 pixels; the drawing of the garden engine; "
            "the still of a film."
        ),
    )


class UsageQuery(Schema):
    """Which days."""

    days = fields.Integer(
        load_default=30,
        validate=validate.Range(min=1, max=LONGEST_DAYS),
        metadata=about("How many days, today's included, by UTC."),
    )


class Output(Schema):
    """A picture or a film."""

    id = fields.UUID(required=True, metadata=about("Names it, also as `image` of another request."))
    kind = fields.String(required=True, validate=validate.OneOf(list(MediaKind)))
    origin = fields.String(
        required=True,
        validate=validate.OneOf([MediaOrigin.OUTPUT, MediaOrigin.UPLOAD, MediaOrigin.MASK]),
        metadata=about("Made here, or brought along."),
    )
    width = fields.Integer(required=True, metadata=about("In pixels."))
    height = fields.Integer(required=True, metadata=about("In pixels."))
    duration = fields.Float(required=True, allow_none=True, metadata=about("Of a film, in seconds."))
    flagged = fields.Boolean(required=True, metadata=about("Whether the provider's safety check marked it."))
    sha256 = fields.String(required=True, metadata=about("Of the original's bytes."))
    created_at = fields.AwareDateTime(required=True)
    url = fields.URL(required=True, metadata=about("The original. It asks for the key, and never dies."))
    page = fields.URL(required=True, metadata=about("Its page, for its owner's browser."))


class MediaItem(Output):
    """A picture or a film, with where it came from."""

    title = fields.String(required=True, metadata=about("What it shows: the prompt, or the name of the file."))
    generation = fields.UUID(
        required=True, allow_none=True, metadata=about("The request that made it; null where it was brought along.")
    )


class Fault(Schema):
    """Why nothing came of it, or not everything."""

    code = fields.String(required=True)
    message = fields.String(required=True)


class GenerationItem(Schema):
    """A request, and what came of it."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(list(GenerationKind)))
    status = fields.String(
        required=True,
        validate=validate.OneOf(list(GenerationStatus)),
        metadata=about("It only moves forward; the last three are final."),
    )
    prompt = fields.String(required=True)
    model = fields.String(required=True)
    style = fields.String(required=True)
    color = fields.String(required=True)
    aspect_ratio = fields.String(required=True, allow_none=True)
    count = fields.Integer(required=True)
    seed = fields.Integer(required=True, allow_none=True, metadata=about("The one that was taken."))
    image = fields.UUID(required=True, allow_none=True, metadata=about("The picture that it started from."))
    price = fields.Integer(required=True, metadata=about("Credits that it costs at most: they are held meanwhile."))
    charged = fields.Integer(
        required=True, allow_none=True, metadata=about("Credits that it did cost; null until it has ended.")
    )
    progress = fields.Integer(required=True, metadata=about("In percent."))
    queue_position = fields.Integer(
        required=True, allow_none=True, metadata=about("1 is next; null where it does not wait.")
    )
    expected_in = fields.Integer(
        required=True, allow_none=True, metadata=about("Seconds until it is done, roughly, while it waits.")
    )
    notice = fields.String(
        required=True, allow_none=True, metadata=about("What the rules of the house said of the prompt.")
    )
    text = fields.String(required=True, allow_none=True, metadata=about("The better prompt, of the kind `enhance`."))
    error = fields.Nested(Fault, required=True, allow_none=True)
    outputs = fields.List(fields.Nested(Output), required=True, metadata=about("As they come."))
    created_at = fields.AwareDateTime(required=True)
    started_at = fields.AwareDateTime(required=True, allow_none=True)
    finished_at = fields.AwareDateTime(required=True, allow_none=True)


class GenerationPage(Schema):
    """A part of the list of requests, the newest first."""

    items = fields.List(fields.Nested(GenerationItem), required=True)
    next = fields.String(
        required=True, allow_none=True, metadata=about("The `cursor` of what follows; null at the end.")
    )


class MediaPage(Schema):
    """A part of the gallery, the newest first."""

    items = fields.List(fields.Nested(MediaItem), required=True)
    next = fields.String(
        required=True, allow_none=True, metadata=about("The `cursor` of what follows; null at the end.")
    )


class Price(Schema):
    """What a request would cost."""

    price = fields.Integer(required=True, metadata=about("In credits, when everything is delivered."))
    available = fields.Integer(required=True, metadata=about("What the account can spend."))
    is_affordable = fields.Boolean(required=True)


class Upload(Schema):
    """What is brought along: a PNG, JPEG or WebP."""

    file = fields.Raw(required=True, metadata={"type": "string", "format": "binary"})


class NumberRange(Schema):
    """Numbers that may be chosen, both ends included."""

    lowest = fields.Float(required=True)
    highest = fields.Float(required=True)
    default = fields.Float(required=True)


class ModelItem(Schema):
    """A model, as far as this account may use it."""

    id = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(list(GenerationKind)))
    label = fields.String(required=True)
    description = fields.String(required=True)
    is_ai = fields.Boolean(required=True)
    is_available = fields.Boolean(required=True, metadata=about("Whether it can be asked for now."))
    needs_premium = fields.Boolean(required=True)
    prices = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        required=True,
        metadata=about("In credits, by how many."),
    )
    usual_seconds = fields.Float(required=True)
    prompt = fields.String(required=True, metadata=about("Whether it takes words: no, may, must."))
    image = fields.String(required=True, metadata=about("Whether it starts from a picture: no, may, must."))
    mask = fields.String(required=True, metadata=about("Whether it takes a mask: no, may, must."))
    max_count = fields.Integer(required=True)
    aspect_ratios = fields.List(fields.String(), required=True)
    resolutions = fields.List(fields.String(), required=True)
    durations = fields.List(fields.Integer(), required=True, metadata=about("In seconds."))
    scales = fields.List(fields.Integer(), required=True)
    strengths = fields.List(fields.String(), required=True)
    expansions = fields.List(fields.String(), required=True)
    has_looks = fields.Boolean(required=True, metadata=about("Whether `style` and `color` mean something to it."))
    has_seed = fields.Boolean(required=True)
    has_negative_prompt = fields.Boolean(required=True)
    has_faces = fields.Boolean(required=True)
    steps = fields.Nested(NumberRange, required=True, allow_none=True)
    guidance = fields.Nested(NumberRange, required=True, allow_none=True)


class ModelList(Schema):
    """The models that can be asked for here; of each kind the first is the default."""

    items = fields.List(fields.Nested(ModelItem), required=True)


class Account(Schema):
    """The account behind the key."""

    email = fields.String(required=True)
    username = fields.String(required=True)
    plan = fields.String(required=True, validate=validate.OneOf(["free", "premium"]))
    premium_until = fields.AwareDateTime(required=True, allow_none=True)
    credits = fields.Integer(required=True, metadata=about("What can be spent."))
    held = fields.Integer(required=True, metadata=about("Set aside for what is under way."))
    unfinished = fields.Integer(required=True, metadata=about("How many requests are under way."))
    generations_per_hour = fields.Integer(required=True)
    generations_at_once = fields.Integer(required=True)
    scopes = fields.List(fields.String(), required=True, metadata=about("What this key may be used for."))
    credit_cap = fields.Integer(required=True, allow_none=True, metadata=about("What this key may spend altogether."))
    spent = fields.Integer(required=True, metadata=about("What this key has spent or holds."))


class UsageCounts(Schema):
    """Calls by how they ended, and what was asked for with them."""

    calls = fields.Integer(required=True)
    errors = fields.Integer(required=True)
    ok = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    limited = fields.Integer(required=True)
    failed = fields.Integer(required=True)
    generations = fields.Integer(required=True)
    credits = fields.Integer(required=True)


class UsageDay(UsageCounts):
    """A day, also one on which nothing was called."""

    date = fields.Date(required=True)


class UsageOfKey(UsageCounts):
    """A key."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    prefix = fields.String(required=True)


class UsageOfEndpoint(UsageCounts):
    """An operation, by the name that it has in this document."""

    endpoint = fields.String(required=True)


class UsageOfSource(Schema):
    """What was asked for by one door: web, api, cli."""

    source = fields.String(required=True)
    generations = fields.Integer(required=True)
    credits = fields.Integer(required=True)


class UsageReport(Schema):
    """What was called with the account's keys. Counts are a second or two behind."""

    days = fields.List(fields.Nested(UsageDay), required=True)
    keys = fields.List(fields.Nested(UsageOfKey), required=True)
    endpoints = fields.List(fields.Nested(UsageOfEndpoint), required=True)
    sources = fields.List(fields.Nested(UsageOfSource), required=True)
    total = fields.Nested(UsageCounts, required=True)
