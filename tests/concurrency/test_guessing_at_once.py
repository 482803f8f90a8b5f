"""Passwords that are guessed from many sides at the same moment, at web processes that have just begun."""

from collections import Counter

from flask import Flask

from config import Settings
from imagegarden.db import db
from tests import factories
from tests.processes import Browser, at_once, environment, web


def test_of_sixty_guesses_at_once_ten_are_looked_at_and_a_known_device_comes_in(
    own_app: Flask, own_settings: Settings
) -> None:
    with own_app.app_context():
        email = factories.person(db.session()).email
    limits = {"login_limit": "10 per 15 minutes", "login_account_limit": "25 per 15 minutes"}
    folder = own_settings.data_dir
    with web(environment(own_settings, **limits), folder / "web.log", workers=2) as url:
        owner = Browser(url)
        owner.log_in(email)
        assert owner.post("/logout").status_code == 303
        guessers = [Browser(url) for _ in range(60)]
        for guesser in guessers:
            guesser.read_token("/login")

        def guess(n: int) -> int:
            return guessers[n].post("/login", email=email, password=f"wrong {n}").status_code

        seen = Counter(at_once(60, guess, threads=60))
        # The owner's first log-in was one of the ten of this address.
        assert seen == {422: 9, 429: 51}
        owner.log_in(email)
    assert "falling back" not in (folder / "web.log").read_text()
