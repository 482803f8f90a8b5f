"""The application as servers and commands load it."""

import gc

from config import load_settings
from imagegarden.app import create_app

app = create_app(load_settings())
app.extensions["usage_counter"].write_by_itself()

# What stands now stays until the end: the collector need not look at it again and again.
gc.collect()
gc.freeze()
# A request makes thousands of objects, nearly all of which end with it: looking after each 700 finds nothing.
gc.set_threshold(20_000, 20, 20)
