"""A mailer that keeps what it was given, and can be told to fail."""

from imagegarden.mail import Letter, MailError


class KeptMail:
    """What would have been sent."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.failures_left = 0

    def check(self) -> None:
        if self.failures_left:
            raise MailError("refused by script")

    def send(self, letter: Letter) -> None:
        if self.failures_left:
            self.failures_left -= 1
            raise MailError("refused by script")
        self.letters.append(letter)
