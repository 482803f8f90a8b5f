"""Refusals. `code` is part of the product's interface; the message is safe to show to anybody."""

import math
from datetime import datetime


class DomainError(Exception):
    """An operation was refused."""

    code = "refused"
    message = "That is not possible."

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.message)
        if message:
            self.message = message


class NotFound(DomainError):
    """There is no such thing, or it is not this person's."""

    code = "not_found"
    message = "It is not here, or not any more: perhaps it was deleted."


class Conflict(DomainError):
    """The thing is no longer in the state that the request assumed."""

    code = "conflict"
    message = "That has changed in the meantime."


class RequestKeyReused(Conflict):
    """The request key already names another request."""

    code = "request_key_reused"
    message = "This request was already sent with other contents."


class RequestInProgress(Conflict):
    """The same request is being answered to somebody else right now. `retry_after` is in seconds."""

    code = "request_in_progress"
    message = "This request is under way. Ask again in a moment."
    retry_after = 1


class Overloaded(DomainError):
    """Too many wait already. `retry_after` is in seconds."""

    code = "overloaded"
    message = "Too many requests wait just now. Nothing was charged; try again in a moment."
    retry_after = 5


class KeyRefused(DomainError):
    """No such key opens anything here, or not any more."""

    code = "invalid_api_key"
    message = "This API key is not valid."


class ScopeMissing(DomainError):
    """The key is good, and not for this."""

    code = "scope_missing"

    def __init__(self, scope: str) -> None:
        super().__init__(f"This key may not do that: it lacks the scope “{scope}”.")
        self.scope = scope


class KeyCapReached(DomainError):
    """The key may not spend that much any more. In credits."""

    code = "key_cap_reached"

    def __init__(self, *, needed: int, left: int) -> None:
        super().__init__(
            f"This costs {needed} {_credits(needed)}, and this key may spend {left} more. You were not charged."
        )
        self.needed = needed
        self.left = left


class InvalidRequest(DomainError):
    """What was sent breaks a rule. `fields` maps a field's name to what is wrong with it."""

    code = "invalid_request"
    message = "Some of what you entered needs a correction."

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__()
        self.fields = fields


class InsufficientCredits(DomainError):
    """The account cannot cover the price."""

    code = "insufficient_credits"

    def __init__(self, *, needed: int, available: int) -> None:
        super().__init__(f"This costs {needed} {_credits(needed)} and you have {available}.")
        self.needed = needed
        self.available = available


class PriceChanged(Conflict):
    """What was asked for has another price than the one that was shown."""

    code = "price_changed"

    def __init__(self, price: int) -> None:
        super().__init__(
            f"This costs {price} {_credits(price)} now. Nothing was charged: send it again if that is all right."
        )


class RateLimited(DomainError):
    """Too many requests in the window. `retry_at` is when the next one is accepted."""

    code = "rate_limited"

    def __init__(self, *, limit: int, retry_at: datetime, now: datetime, noun: str = "generations") -> None:
        self.retry_after = max(1, round((retry_at - now).total_seconds()))
        minutes = -(-self.retry_after // 60)
        super().__init__(
            f"You can start {limit} {noun} an hour. The next one is free in {minutes} min. Nothing was charged."
        )


class ModelUnavailable(DomainError):
    """The model cannot take this order now."""

    code = "model_unavailable"
    message = "This model is not available right now. You were not charged."


class PremiumRequired(DomainError):
    """Only Premium includes this."""

    code = "premium_required"
    message = "This model is part of Premium. You were not charged."


class AlreadySubscribed(Conflict):
    """The person's subscription pays for the coming days already."""

    code = "already_subscribed"
    message = "You have a subscription already: Billing says how it stands, and what can be done about it."


class PaymentsClosed(DomainError):
    """Nothing can be bought here."""

    code = "payments_closed"
    message = "Nothing can be bought here right now. You were not charged."


class PromptBlocked(DomainError):
    """A rule of the house forbids this prompt. `rule_id` names it for the record."""

    code = "prompt_blocked"

    def __init__(self, *, reason: str, rule_id: int) -> None:
        super().__init__(f"{reason} You were not charged.")
        self.rule_id = rule_id


class StorageFull(DomainError):
    """What a person wants to keep does not fit into their storage. In bytes."""

    code = "storage_full"

    def __init__(self, *, needed: int, left: int) -> None:
        super().__init__(
            f"Your storage for pictures of your own is full: {_megabytes(left)} MB are left, and this takes "
            f"{_megabytes(needed)} MB. Delete uploads that you do not need any more."
        )
        self.needed = needed
        self.left = left


class SelectionTooLarge(DomainError):
    """The files of what was selected are too large to be sent together. In bytes."""

    code = "selection_too_large"

    def __init__(self, *, size: int, most: int) -> None:
        super().__init__(
            f"These files have {_gigabytes(size)} GB, and at most {_gigabytes(most)} GB can be downloaded together. "
            "Select fewer of them."
        )
        self.size = size
        self.most = most


class AccountUnavailable(DomainError):
    """The account is suspended or gone."""

    code = "account_unavailable"
    message = "This account cannot do that."


class NotAllowed(DomainError):
    """The person's role does not include that."""

    code = "not_allowed"
    message = "You do not have permission to do that."


class NetworkBlocked(DomainError):
    """Nobody may come from there at present."""

    code = "network_blocked"
    message = "Nobody can come in from your network at present. Please try again later, or from somewhere else."


class SiteClosed(DomainError):
    """The site rests. `retry_after` is in seconds."""

    code = "maintenance"
    retry_after = 60


class SignUpsClosed(DomainError):
    """Nobody may make an account now, or only who was invited."""

    code = "sign_ups_closed"

    def __init__(self, *, is_by_invitation: bool) -> None:
        super().__init__(
            "New accounts are by invitation only: open the link that you were sent. If you did, it has run out."
            if is_by_invitation
            else "No new accounts are made at the moment. Please come back later."
        )
        self.is_by_invitation = is_by_invitation


class EmailTaken(DomainError):
    """Another account has this address. Told to operators, never to strangers."""

    code = "email_taken"
    message = "An account with this e-mail address exists already."


class TooSoon(DomainError):
    """It was done a moment ago. `retry_after` is in seconds."""

    code = "too_soon"

    def __init__(self, *, retry_after: int) -> None:
        super().__init__(f"Please wait {retry_after} seconds before you ask for another code.")
        self.retry_after = retry_after


class TooManyCodes(TooSoon):
    """An address was sent as many codes as it may be for now."""

    code = "too_many_codes"

    def __init__(self, *, retry_at: datetime, now: datetime) -> None:
        self.retry_after = max(1, math.ceil((retry_at - now).total_seconds()))
        DomainError.__init__(
            self,
            "As many codes were sent to this address as can be for now. "
            f"The next one is free in {-(-self.retry_after // 60)} min.",
        )


class TooManyTries(DomainError):
    """Too many codes were wrong lately. `retry_after` is in seconds."""

    code = "too_many_tries"

    def __init__(self, *, retry_at: datetime, now: datetime) -> None:
        self.retry_after = max(1, math.ceil((retry_at - now).total_seconds()))
        super().__init__(f"Too many codes were wrong. Please try again {in_a_while(self.retry_after)}.")


class LeaseLost(Exception):
    """Another worker took this step over: nothing may be written any more. Never shown to people."""


def in_a_while(seconds: int) -> str:
    """When to try again, roughly, and never too early: in 15 min, in 4 h."""
    return f"in {-(-seconds // 60)} min" if seconds <= 90 * 60 else f"in {-(-seconds // 3600)} h"


def _megabytes(size: int) -> str:
    return f"{size / 1024 / 1024:.1f}"


def _gigabytes(size: int) -> str:
    return f"{size / 1024**3:.1f}".removesuffix(".0")


def _credits(count: int) -> str:
    return "credit" if count == 1 else "credits"
