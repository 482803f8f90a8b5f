"""The form of a rule: tried on a prompt, or put in force for a reason."""

from flask import request
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from imagegarden.admin.acting import ActForm, Acting
from imagegarden.clock import now
from imagegarden.domain import rules
from imagegarden.domain.audit import checked_reason
from imagegarden.domain.errors import InvalidRequest
from imagegarden.domain.generation_spec import MAX_PROMPT_LENGTH, clean_text
from imagegarden.domain.moderation import LONGEST_PATTERN
from imagegarden.domain.rules import LONGEST_TEXT
from imagegarden.models import ModerationRule, RuleAction, RuleKind
from imagegarden.web.guards import signed_in

ACTIONS = {
    RuleAction.BLOCK: "Block the prompt",
    RuleAction.WARN: "Warn, and let it pass",
    RuleAction.REPLACE: "Replace the words",
}
KINDS = {RuleKind.WORD: "A word", RuleKind.PHRASE: "A phrase", RuleKind.REGEX: "A regular expression"}


class RuleForm(ActForm):
    """A prompt to try, and a rule that may not be in force yet."""

    prompt = TextAreaField("Prompt", render_kw={"rows": 3, "maxlength": MAX_PROMPT_LENGTH})
    action = SelectField(
        "What it does",
        choices=[SelectChoice(key.value, words) for key, words in ACTIONS.items()],
        validate_choice=False,
    )
    kind = SelectField(
        "What it looks for",
        choices=[SelectChoice(key.value, words) for key, words in KINDS.items()],
        validate_choice=False,
    )
    pattern = StringField("Pattern", render_kw={"maxlength": LONGEST_PATTERN})
    replacement = StringField("Replace by", render_kw={"maxlength": LONGEST_TEXT})
    told = StringField("What people read", render_kw={"maxlength": LONGEST_TEXT})

    def tried_prompt(self) -> str:
        """The prompt to try, empty where none is. Raises InvalidRequest."""
        prompt = clean_text(self.prompt.data or "")
        if len(prompt) > MAX_PROMPT_LENGTH:
            raise InvalidRequest({"prompt": f"A prompt has at most {MAX_PROMPT_LENGTH:,} characters."})
        return prompt

    def draft(self) -> ModerationRule | None:
        """The rule to try, if there is one; what people would read may still be missing. Raises InvalidRequest."""
        return self._rule(self.told.data or "…") if (self.pattern.data or "").strip() else None

    def adding(self) -> tuple[ModerationRule, Acting]:
        """The rule, and who puts it in force and why. Raises InvalidRequest with all that is wrong with the form."""
        faults: dict[str, str] = {}
        try:
            rule = self._rule(self.told.data or "")
        except InvalidRequest as error:
            faults |= error.fields
        try:
            reason = checked_reason(self.reason.data or "")
        except InvalidRequest as error:
            faults |= error.fields
        if faults:
            raise InvalidRequest(faults)
        return rule, Acting(actor_id=signed_in().id, reason=reason, address=request.remote_addr or "")

    def _rule(self, told: str) -> ModerationRule:
        return rules.drafted(
            action=self.action.data or "",
            kind=self.kind.data or "",
            pattern=self.pattern.data or "",
            told=told,
            replacement=self.replacement.data or "",
            now=now(),
        )
