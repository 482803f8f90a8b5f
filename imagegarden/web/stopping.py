"""Whether this process was asked to stop: then whoever waits is answered at once."""

import threading

is_stopping = threading.Event()
