"""What every page has in common on which a code from a mail is asked for and entered."""

from http import HTTPStatus

from flask import Response


def was_done(response: Response) -> bool:
    """Whether a request came through: refused ones do not count."""
    return response.status_code == HTTPStatus.SEE_OTHER


def without_spaces(typed: str) -> str:
    """A code as it was meant."""
    return "".join(typed.split())


def wrong_code(tries_left: int) -> str:
    """What stands beside a code that was not right."""
    if tries_left:
        return f"That is not the code. You have {tries_left} {'try' if tries_left == 1 else 'tries'} left."
    return "That code does not work any more. Please ask for a new one."
