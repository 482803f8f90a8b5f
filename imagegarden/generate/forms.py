"""The forms that ask for something to be made. Choices and limits derive from GenerationSpec and the catalogue."""

import math
import re
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID, uuid4

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from imagegarden.current import offered_models
from imagegarden.domain import specs
from imagegarden.domain.specs import GenerationSpec
from imagegarden.models import Generation
from imagegarden.providers import catalogue
from imagegarden.providers.catalogue import Model, Takes

# What a link to the form may fill in.
LINKABLE = (
    *("prompt", "model", "style", "color", "aspect_ratio", "count"),
    *("seed", "negative_prompt", "steps", "guidance", "image", "strength"),
)
SOUND_KEY = re.compile(r"[\w-]{1,64}", re.ASCII)
STRENGTHS = {"subtle": "Subtle", "strong": "Strong"}


class AskingForm(FlaskForm):
    """What every such form has. Whether it can be asked for is decided by `to_spec` alone."""

    kind = "image"

    prompt = TextAreaField("Prompt")
    model = RadioField("Model", validate_choice=False)
    style = RadioField(
        "Style",
        choices=[SelectChoice(key, look.label) for key, look in catalogue.STYLES.items()],
        default=catalogue.DEFAULT_STYLE,
        validate_choice=False,
    )
    color = RadioField(
        "Color",
        choices=[SelectChoice(key, look.label) for key, look in catalogue.COLORS.items()],
        default=catalogue.DEFAULT_COLOR,
        validate_choice=False,
    )
    aspect_ratio = RadioField(
        "Aspect ratio",
        choices=[SelectChoice(ratio, ratio) for ratio in specs.ASPECT_RATIOS],
        default=specs.ASPECT_RATIOS[0],
        validate_choice=False,
    )
    seed = StringField("Seed")
    negative_prompt = TextAreaField("Leave out")
    steps = StringField("Steps")
    guidance = StringField("Guidance")
    # The picture that it starts from.
    image = HiddenField()
    strength = RadioField(
        "How far from the picture",
        choices=[SelectChoice(key, label) for key, label in STRENGTHS.items()],
        default="subtle",
        validate_choice=False,
    )
    # What the button said: nobody pays another price than that.
    price = HiddenField()
    # Names this request: sent twice by a double click or a reload, it is one request.
    request_key = HiddenField(default=lambda: uuid4().hex)

    # The models as far as the person may use them, once that is known.
    within: Sequence[Model] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.model.choices = [SelectChoice(model.key, model.label) for model in self.models]
        # A link or an earlier request may name a model that is gone: then none is chosen.
        if self.model.data not in {model.key for model in self.models} and not self.model.raw_data:
            self.model.data = None

    @property
    def models(self) -> Sequence[Model]:
        """The models that can be chosen for such a request."""
        return [model for model in offered_models(self.kind) if _fits(model, self.image_uuid is not None)]

    @property
    def image_uuid(self) -> UUID | None:
        """The picture that it starts from."""
        try:
            return UUID(self.image.data or "")
        except ValueError:
            return None

    @property
    def chosen_model(self) -> Model:
        """The model that is chosen; the default where the choice is none."""
        offered = self.within or self.models or offered_models(self.kind)
        return next((model for model in offered if model.key == self.model.data), offered[0])

    @property
    def shown_price(self) -> int | None:
        """The price that the button said, in credits; None when it did not come along."""
        sent = self.price.data or ""
        return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else None

    def sound_request_key(self) -> str:
        """The key that came with the form; a fresh one when none came, or none that we could have made."""
        sent = self.request_key.data or ""
        return sent if SOUND_KEY.fullmatch(sent) else uuid4().hex

    def to_spec(self, **more: Any) -> GenerationSpec:
        """The checked request. Fields that the chosen model does not have are not asked for. Raises InvalidRequest."""
        model = self.chosen_model
        values = {name: value for name, value in self.values(model).items() if value not in (None, "")}
        key = self.model.data or model.key
        return specs.parse(models=offered_models(None), **{"kind": self.kind, **values, "model": key, **more})

    def values(self, model: Model) -> dict[str, Any]:
        """What the form says of what the model has."""
        found: dict[str, Any] = {}
        if model.prompt != Takes.NO:
            found["prompt"] = self.prompt.data
        if model.has_looks:
            found |= {"style": self.style.data, "color": self.color.data}
        if model.has_seed:
            found["seed"] = (self.seed.data or "").strip()
        if model.has_negative_prompt:
            found["negative_prompt"] = self.negative_prompt.data
        if model.steps is not None:
            found["steps"] = (self.steps.data or "").strip()
        if model.guidance is not None:
            found["guidance"] = (self.guidance.data or "").strip()
        if model.image != Takes.NO:
            found["image"] = self.image.data
            if model.strengths and self.image.data:
                found["strength"] = self.strength.data
        if model.sizes and not (model.follows_image and self.image.data):
            found["aspect_ratio"] = self.aspect_ratio.data
        return found

    def fit(self) -> None:
        """Choose the nearest ratio that the chosen model has, where it lacks the chosen one."""
        model = self.chosen_model
        if not model.sizes:
            return
        if self.aspect_ratio.data in specs.ASPECT_RATIOS:
            self.aspect_ratio.data = nearest_ratio(self.aspect_ratio.data, model.sizes)
        else:
            self.aspect_ratio.data = next(iter(model.sizes))


def _fits(model: Model, has_image: bool) -> bool:
    """Whether a model goes with a picture to start from, or without one."""
    return model.image != (Takes.NO if has_image else Takes.MUST)


class PromptForm(AskingForm):
    """Pictures from words, and from a picture with words."""

    count = RadioField(
        "Pictures",
        choices=[SelectChoice(str(n), str(n)) for n in range(1, specs.MAX_COUNT + 1)],
        default="2",
        validate_choice=False,
    )

    def fit(self) -> None:
        """Choose the nearest count and ratio that the chosen model has, where it lacks the chosen ones."""
        super().fit()
        count = self.count.data or ""
        asked = int(count) if count.isascii() and count.isdigit() and len(count) < 3 else int(self.count.default)
        self.count.data = str(min(max(asked, 1), self.chosen_model.max_count))

    def values(self, model: Model) -> dict[str, Any]:
        """What the form says of what the model has."""
        return {**super().values(model), "count": self.count.data or str(min(2, model.max_count))}

    @classmethod
    def reusing(cls, generation: Generation, *, keep_seed: bool) -> "PromptForm":
        """A form filled with an earlier request. Numbers that are the model's own anyway are left to it."""
        params = generation.params
        model = next((model for model in offered_models() if model.key == generation.model), None)
        return cls(
            formdata=None,
            prompt=generation.prompt,
            model=generation.model,
            style=generation.style,
            color=generation.color,
            aspect_ratio=params["aspect_ratio"],
            count=str(generation.count),
            seed=str(params["seed"]) if keep_seed else "",
            negative_prompt=params.get("negative_prompt", ""),
            steps=_own_number(params.get("steps"), model.steps if model else None),
            guidance=_own_number(params.get("guidance"), model.guidance if model else None),
            image=params.get("image") if generation.kind == "image" else None,
            strength=params.get("strength"),
        )


class FilmForm(AskingForm):
    """A film from words, or from a picture that begins to move."""

    kind = "video"

    aspect_ratio = RadioField(
        "Aspect ratio",
        choices=[SelectChoice(ratio, ratio) for ratio in specs.ASPECT_RATIOS],
        default="16:9",
        validate_choice=False,
    )
    resolution = RadioField("Resolution", choices=[], validate_choice=False)
    duration = RadioField("Length", choices=[], validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = {name: None for model in self.models for name in model.resolutions}
        lengths = {n for model in self.models for n in (*model.durations, *sum(model.durations_of.values(), ()))}
        self.resolution.choices = [SelectChoice(name, name) for name in every]
        self.duration.choices = [SelectChoice(str(seconds), f"{seconds} s") for seconds in sorted(lengths)]

    def fit(self) -> None:
        """Choose what the chosen model has, where it lacks what is chosen."""
        super().fit()
        model = self.chosen_model
        if self.resolution.data not in model.resolutions:
            self.resolution.data = model.default_resolution
        lengths = [str(seconds) for seconds in model.durations_at(self.resolution.data)]
        if self.duration.data not in lengths:
            self.duration.data = lengths[0]

    def values(self, model: Model) -> dict[str, Any]:
        """What the form says of what the model has."""
        found = super().values(model)
        if model.resolutions:
            found["resolution"] = self.resolution.data
        if model.durations:
            found["duration"] = self.duration.data
        return found


class ToolForm(AskingForm):
    """A tool at work on a picture. Which fields it has is said by the tool."""

    scale = RadioField(
        "Size", choices=[SelectChoice("2", "2 ×"), SelectChoice("4", "4 ×")], default="2", validate_choice=False
    )
    faces = BooleanField("Care for faces")
    expand = RadioField(
        "Where to go on",
        choices=[
            SelectChoice(key, label)
            for key, label in {
                "zoom-1.5": "All around",
                "zoom-2": "All around, twice",
                "square": "To a square",
                "left": "To the left",
                "right": "To the right",
                "top": "Above",
                "bottom": "Below",
            }.items()
        ],
        default="zoom-1.5",
        validate_choice=False,
    )
    # Stands for the mask, whose file is read apart.
    mask = HiddenField()
    rect_left = StringField()
    rect_top = StringField()
    rect_width = StringField()
    rect_height = StringField()

    def __init__(self, kind: str, offered: Sequence[Model], *args: Any, **kwargs: Any) -> None:
        self.kind = kind
        self._offered = offered
        super().__init__(*args, **kwargs)

    @property
    def models(self) -> Sequence[Model]:
        """The models that can be chosen for the tool."""
        return self._offered

    def values(self, model: Model) -> dict[str, Any]:
        """What the form says of what the model has."""
        found = super().values(model)
        if model.scales:
            found["scale"] = self.scale.data
        if model.has_faces and self.faces.data:
            found["faces"] = True
        return found

    def rectangle(self) -> tuple[int, int, int, int] | None:
        """The rectangle that is given by numbers, in pixels; None where there is none."""
        sent = [(field.data or "").strip() for field in (self.rect_left, self.rect_top)]
        left, top = (number or "0" for number in sent)
        width, height = ((field.data or "").strip() for field in (self.rect_width, self.rect_height))
        numbers = (left, top, width, height)
        if not all(number.isascii() and number.isdigit() and len(number) < 7 for number in numbers):
            return None
        return int(left), int(top), int(width), int(height)


def _own_number(value: float | None, allowed: catalogue.Range | None) -> str:
    """The number as it is typed; nothing where the model takes it anyway, or takes none."""
    return "" if value is None or allowed is None or value == allowed.default else f"{value:g}"


def nearest_ratio(asked: str, offered: Collection[str]) -> str:
    """The ratio whose shape comes nearest; of two that are equally near, the one that lies or stands as it does."""
    wide = _wideness(asked)
    return min(offered, key=lambda ratio: abs(_wideness(ratio) - wide) + (0.01 if _wideness(ratio) * wide <= 0 else 0))


def _wideness(ratio: str) -> float:
    width, height = ratio.split(":")
    return math.log(int(width) / int(height))
