"""The Flask extensions, unbound: app.py binds them. Nothing of ours is imported here."""

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_mail import Mail
from flask_migrate import Migrate
from flask_session import Session
from flask_wtf import CSRFProtect

csrf = CSRFProtect()
limiter = Limiter(get_remote_address)
login = LoginManager()
mail = Mail()
migrate = Migrate()
session = Session()
