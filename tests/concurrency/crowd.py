"""A process of a crowd: `python -m tests.concurrency.crowd URL EMAIL COUNT` submits COUNT requests at once when told.

It prints `ready` when it is signed in, waits for a line, and prints how many answers had each status, as JSON.
"""

import json
import sys
from collections import Counter
from threading import Barrier
from uuid import uuid4

from tests.processes import Browser, at_once


def main(url: str, email: str, count: int) -> None:
    """Sign in, wait for the word, and submit."""
    browser = Browser(url)
    browser.log_in(email)
    print("ready", flush=True)
    sys.stdin.readline()
    start = Barrier(count)

    def submit(n: int) -> int:
        start.wait()
        return browser.post("/create", prompt=f"a pond {n}", count="2", request_key=uuid4().hex).status_code

    print(json.dumps(Counter(at_once(count, submit, threads=count))), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
