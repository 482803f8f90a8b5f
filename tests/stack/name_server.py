"""A name server for one name, as Docker has for a service: its addresses are those of the processes that run."""

import socket
import struct
import threading
from types import TracebackType

HEADER = struct.Struct("!6H")
ANSWERED = 0x8180
ADDRESS, INTERNET = 1, 1
LONGEST_QUESTION = 512


class NameServer:
    """Answers whatever name it is asked for with the addresses of the moment."""

    def __init__(self) -> None:
        self.addresses: list[str] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, name="names", daemon=True)

    def __enter__(self) -> "NameServer":
        self._thread.start()
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                question, asker = self._socket.recvfrom(LONGEST_QUESTION)
                self._socket.sendto(self._answer(question), asker)
            except OSError:
                return

    def _answer(self, question: bytes) -> bytes:
        number, _, questions, *_ = HEADER.unpack_from(question)
        end = question.index(b"\0", HEADER.size) + 1
        kind = struct.unpack_from("!H", question, end)[0]
        addresses = list(self.addresses) if kind == ADDRESS else []
        answer = HEADER.pack(number, ANSWERED, questions, len(addresses), 0, 0) + question[HEADER.size : end + 4]
        for address in addresses:
            # The name is the one that was asked for: a pointer to it.
            answer += struct.pack("!3HIH", 0xC000 | HEADER.size, ADDRESS, INTERNET, 1, 4) + socket.inet_aton(address)
        return answer
