"""What gunicorn itself says: in our form, since it repeats the addresses that were asked for."""

import logging
import sys
from typing import Any

from gunicorn.glogging import Logger

from config import load_settings
from imagegarden.logs import MaskingFormatter


class MaskedLogger(Logger):  # type: ignore[misc]
    """Gunicorn's own complaints as masked JSON lines. It writes no access log: the site does (web/requests.py)."""

    def setup(self, cfg: Any) -> None:
        """Set gunicorn's logs up."""
        super().setup(cfg)
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(MaskingFormatter(load_settings().secret_values))
        self.error_log.handlers = [handler]
