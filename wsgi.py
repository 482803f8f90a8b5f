"""The WSGI application."""

from config import load_settings
from imagegarden.app import create_app

app = create_app(load_settings())
