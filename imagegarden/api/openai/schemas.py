"""What OpenAI's clients are answered, field by field."""

from marshmallow import Schema, fields, validate

from imagegarden.api.v1.schemas import about


class Image(Schema):
    """A picture: a link to it, or itself."""

    url = fields.URL(metadata=about("Opens without the key, for an hour."))
    b64_json = fields.String(metadata=about("The file, in Base64."))
    revised_prompt = fields.String(metadata=about("Where the rules of the house changed words: what was asked for."))


class Images(Schema):
    """The pictures that were delivered, which may be fewer than were asked for; only those are charged."""

    created = fields.Integer(required=True, metadata=about("When it was asked for, in seconds of Unix time."))
    data = fields.List(fields.Nested(Image), required=True)
    size = fields.String(required=True, metadata=about("The true one, in pixels.", example="1152x896"))
    output_format = fields.String(required=True, validate=validate.OneOf(["png", "webp", "jpeg"]))


class OpenAIModel(Schema):
    """A model."""

    id = fields.String(required=True)
    object = fields.String(required=True, validate=validate.Equal("model"))
    created = fields.Integer(required=True, metadata=about("Since when it has the price of today."))
    owned_by = fields.String(required=True)


class OpenAIModels(Schema):
    """The models that make pictures."""

    object = fields.String(required=True, validate=validate.Equal("list"))
    data = fields.List(fields.Nested(OpenAIModel), required=True)
