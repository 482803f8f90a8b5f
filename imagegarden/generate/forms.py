"""The prompt form. Its choices and limits derive from GenerationSpec and the catalogue."""

import re
from uuid import uuid4

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from imagegarden.domain import specs
from imagegarden.domain.specs import GenerationSpec
from imagegarden.models import Generation
from imagegarden.providers import catalogue

SOUND_KEY = re.compile(r"[\w-]{1,64}", re.ASCII)


class PromptForm(FlaskForm):
    """What to make. Whether it can be asked for is decided by `to_spec` alone."""

    prompt = TextAreaField("Prompt")
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
    # Names this request: sent twice by a double click or a reload, it is one request.
    request_key = HiddenField(default=lambda: uuid4().hex)

    def sound_request_key(self) -> str:
        """The key that came with the form; a fresh one when none came, or none that we could have made."""
        sent = self.request_key.data or ""
        return sent if SOUND_KEY.fullmatch(sent) else uuid4().hex

    def to_spec(self) -> GenerationSpec:
        """The checked request. Raises InvalidRequest."""
        return specs.parse(
            prompt=self.prompt.data or "",
            style=self.style.data or catalogue.DEFAULT_STYLE,
            color=self.color.data or catalogue.DEFAULT_COLOR,
            aspect_ratio=self.aspect_ratio.data or specs.ASPECT_RATIOS[0],
            count=self.count.data or "2",
            seed=(self.seed.data or "").strip() or None,
        )

    @classmethod
    def reusing(cls, generation: Generation, *, keep_seed: bool) -> "PromptForm":
        """A form filled with an earlier request."""
        return cls(
            formdata=None,
            prompt=generation.prompt,
            style=generation.style,
            color=generation.color,
            aspect_ratio=generation.params["aspect_ratio"],
            count=str(generation.count),
            seed=str(generation.params["seed"]) if keep_seed else "",
        )
