"""The worker of gunicorn's that we serve with: one that leaves nobody at the door when it is told to stop."""

from gunicorn.workers.gthread import ThreadWorker

# Who knocks faster than we let in will not be answered by this process.
LAST_GUESTS = 2048


class LeavingWorker(ThreadWorker):
    """Threads, as gunicorn has them; told to stop, it first takes in whoever knocked, then closes the door.

    Gunicorn's own leaves the door open until its last answer is sent. Whoever knocks meanwhile is let in by the kernel,
    sends a request, and is thrown out with it when the process ends; nobody may send it again for them, since it may
    have been done. At a closed door they are refused before they sent anything, and a proxy asks the next.
    """

    def set_accept_enabled(self, enabled: bool) -> None:
        """Begin or cease to take connections; when stopping, for good."""
        super().set_accept_enabled(enabled)
        if not enabled and not self.alive:
            for listener in self.sockets:
                if listener.fileno() != -1:
                    self._take_in_last(listener)
                    listener.close()

    def _take_in_last(self, listener: object) -> None:
        for _ in range(LAST_GUESTS):
            before = self.nr_conns
            self.accept(listener)
            if self.nr_conns == before:
                return
