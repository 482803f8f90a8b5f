"""The same pictures from several windows at the same moment: nobody waits for ever, and no name is taken twice."""

from collections import Counter

from flask import Flask

from imagegarden.clock import now
from imagegarden.db import db, transaction
from imagegarden.domain import boards, selections
from imagegarden.domain.errors import InvalidRequest
from imagegarden.models import MediaOrigin
from tests import factories
from tests.processes import at_once

WINDOWS = 8


def test_acts_on_the_same_pictures_in_any_order_all_end(own_app: Flask) -> None:
    with own_app.app_context():
        session = db.session()
        factories.use(session)
        owner = factories.person(session).id
        chosen = [factories.MediaFactory(user_id=owner, origin=MediaOrigin.UPLOAD).uuid for _ in range(60)]
        session.commit()

    def act(number: int) -> int:
        order = chosen if number % 2 else chosen[::-1]
        with own_app.app_context(), transaction() as session:
            if number % 4 < 2:
                return selections.trash(session, user_id=owner, uuids=order, now=now())
            return selections.restore(session, user_id=owner, uuids=order, now=now())

    assert at_once(4 * WINDOWS, act, threads=WINDOWS) == [60] * 4 * WINDOWS


def test_of_boards_of_the_same_name_at_once_one_is_made(own_app: Flask) -> None:
    with own_app.app_context():
        owner = factories.person(db.session()).id

    def make(number: int) -> str:
        try:
            with own_app.app_context(), transaction() as session:
                boards.make(session, user_id=owner, name="HERONS" if number % 2 else "herons", now=now())
        except InvalidRequest as error:
            return error.fields["name"]
        return "made"

    assert Counter(at_once(WINDOWS, make, threads=WINDOWS)) == {"made": 1, boards.TAKEN: WINDOWS - 1}
