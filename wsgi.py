"""The application as servers and commands load it."""

import gc

# Nearly all that is loaded stays until the end: looking for garbage meanwhile would take as long as the loading.
gc.disable()

from flask import request_started

from config import load_settings
from imagegarden.app import create_app
from imagegarden.domain.heartbeats import ProcessRole
from imagegarden.heartbeat import Pulse

settings = load_settings()
app = create_app(settings)
app.extensions["usage_counter"].write_by_itself()
# With the first request, and so in the process that serves: commands load this file, too.
pulse = Pulse(app, ProcessRole.WEB, settings.release)
request_started.connect(lambda *_, **__: pulse.start(), app, weak=False)
request_started.connect(lambda *_, **__: app.extensions["known_people"].listen(), app, weak=False)

# The collector need not look at it again and again either.
gc.freeze()
gc.enable()
# A request makes thousands of objects, nearly all of which end with it: looking after each 700 finds nothing.
gc.set_threshold(20_000, 20, 20)
