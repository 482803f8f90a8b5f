"""The models that are served. To add one, add one entry to the table of its kind in `entries`."""

from tests.fakes.replicate.entries import films, images, language, retouching
from tests.fakes.replicate.fields import Model

TABLE = (*images.MODELS, *retouching.MODELS, *films.MODELS, *language.MODELS)

BY_SLUG = {model.slug: model for model in TABLE}
BY_VERSION = {model.version: model for model in TABLE}


def model_of_version(version: str) -> Model | None:
    """The model that `version` names: `owner/name` if official, `owner/name:64hex`, or `64hex`."""
    slug, colon, digest = version.partition(":")
    if colon:
        model = BY_VERSION.get(digest)
        return model if model is not None and model.slug == slug else None
    if "/" in version:
        model = BY_SLUG.get(version)
        return model if model is not None and model.is_official else None
    return BY_VERSION.get(version)
