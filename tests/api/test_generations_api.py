"""Asking for something to be made, by a program."""

from tests.api.conftest import Program


def test_a_request_is_taken_and_can_be_looked_at(program: Program) -> None:
    answer = program.post("/generations", {"prompt": "a pond"})
    assert answer.status_code == 202
    assert answer.json is not None
    assert answer.json["status"] == "queued"
    again = program.get("/generations/" + answer.json["id"])
    assert again.status_code == 200
    assert again.json == answer.json
