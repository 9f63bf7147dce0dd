"""The Flask extensions, made once and bound to the application in app.py. Imports nothing of ours but the database."""

from flask_babel import Babel
from flask_compress import Compress
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_wtf import CSRFProtect

from lms.database import db

babel = Babel()
compress = Compress()
csrf = CSRFProtect()
login_manager = LoginManager()
migrate = Migrate()

__all__ = ["babel", "compress", "csrf", "db", "login_manager", "migrate"]
