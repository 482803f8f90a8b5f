"""The prompt form. Its choices and limits derive from GenerationSpec and the catalogue."""

import math
import re
from collections.abc import Collection
from typing import Any
from uuid import uuid4

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from imagegarden.current import offered_models
from imagegarden.domain import specs
from imagegarden.domain.specs import GenerationSpec
from imagegarden.models import Generation
from imagegarden.providers import catalogue

# What a link to the form may fill in.
LINKABLE = (
    *("prompt", "model", "style", "color", "aspect_ratio", "count"),
    *("seed", "negative_prompt", "steps", "guidance"),
)
SOUND_KEY = re.compile(r"[\w-]{1,64}", re.ASCII)


class PromptForm(FlaskForm):
    """What to make. Whether it can be asked for is decided by `to_spec` alone."""

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
    count = RadioField(
        "Pictures",
        choices=[SelectChoice(str(n), str(n)) for n in range(1, specs.MAX_COUNT + 1)],
        default="2",
        validate_choice=False,
    )
    seed = StringField("Seed")
    negative_prompt = TextAreaField("Leave out")
    steps = StringField("Steps")
    guidance = StringField("Guidance")
    # What the button said: nobody pays another price than that.
    price = HiddenField()
    # Names this request: sent twice by a double click or a reload, it is one request.
    request_key = HiddenField(default=lambda: uuid4().hex)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = offered_models()
        self.model.choices = [SelectChoice(model.key, model.label) for model in offered]
        # A link or an earlier request may name a model that is gone: then none is chosen.
        if self.model.data not in {model.key for model in offered} and not self.model.raw_data:
            self.model.data = None

    @property
    def chosen_model(self) -> catalogue.Model:
        """The model that is chosen; the default where the choice is none."""
        offered = offered_models()
        return next((model for model in offered if model.key == self.model.data), offered[0])

    def fit(self) -> None:
        """Choose the nearest count and ratio that the chosen model has, where it lacks the chosen ones."""
        model = self.chosen_model
        if self.aspect_ratio.data in specs.ASPECT_RATIOS:
            self.aspect_ratio.data = _nearest_ratio(self.aspect_ratio.data, model.sizes)
        else:
            self.aspect_ratio.data = next(iter(model.sizes))
        count = self.count.data or ""
        asked = int(count) if count.isascii() and count.isdigit() and len(count) < 3 else int(self.count.default)
        self.count.data = str(min(max(asked, 1), model.max_count))

    @property
    def shown_price(self) -> int | None:
        """The price that the button said, in credits; None when it did not come along."""
        sent = self.price.data or ""
        return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else None

    def sound_request_key(self) -> str:
        """The key that came with the form; a fresh one when none came, or none that we could have made."""
        sent = self.request_key.data or ""
        return sent if SOUND_KEY.fullmatch(sent) else uuid4().hex

    def to_spec(self) -> GenerationSpec:
        """The checked request. Fields that the chosen model does not have are not asked for. Raises InvalidRequest."""
        model = self.chosen_model
        values: dict[str, Any] = {
            "prompt": self.prompt.data or "",
            "model": self.model.data or model.key,
            "style": self.style.data or catalogue.DEFAULT_STYLE,
            "color": self.color.data or catalogue.DEFAULT_COLOR,
            "aspect_ratio": self.aspect_ratio.data or specs.ASPECT_RATIOS[0],
            "count": self.count.data or str(min(2, model.max_count)),
            "seed": (self.seed.data or "").strip() or None,
        }
        if model.has_negative_prompt:
            values["negative_prompt"] = self.negative_prompt.data or ""
        if model.steps is not None:
            values["steps"] = (self.steps.data or "").strip() or None
        if model.guidance is not None:
            values["guidance"] = (self.guidance.data or "").strip() or None
        return specs.parse(models=offered_models(), **values)

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
        )


def _own_number(value: float | None, allowed: catalogue.Range | None) -> str:
    """The number as it is typed; nothing where the model takes it anyway, or takes none."""
    return "" if value is None or allowed is None or value == allowed.default else f"{value:g}"


def _nearest_ratio(asked: str, offered: Collection[str]) -> str:
    """The ratio whose shape comes nearest; of two that are equally near, the one that lies or stands as it does."""
    wide = _wideness(asked)
    return min(offered, key=lambda ratio: abs(_wideness(ratio) - wide) + (0.01 if _wideness(ratio) * wide <= 0 else 0))


def _wideness(ratio: str) -> float:
    width, height = ratio.split(":")
    return math.log(int(width) / int(height))
