"""The demo, loaded once for all the tests that look at it, on a platform of its own."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from lms.app import create_app
from lms.clock import now
from lms.cycles.models import Cycle
from lms.extensions import db
from lms.seeds import demo
from tests.conftest import Client


@pytest.fixture(scope="package")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    app = create_app(
        {
            "TESTING": True,
            "DATA_FOLDER": str(tmp_path_factory.mktemp("demo")),
            "SQLALCHEMY_DATABASE_URI": "",
            "SECRET_KEY": "only for tests, and long enough for them",
            "WTF_CSRF_ENABLED": False,
            "ASSETS_COMPRESS": False,
            "MAIL_DOMAIN": "lms.test",
            "DEMO": True,
        }
    )
    app.test_client_class = Client
    loaded_at = now()
    with app.app_context():
        db.create_all()
        demo.load(loaded_at)
        db.session.commit()
    yield SimpleNamespace(app=app, now=loaded_at)
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def school(platform: SimpleNamespace) -> Iterator[Cycle]:
    """The demo's cycle, in the context of its application; what a test changes is not kept."""
    with platform.app.app_context():
        yield db.session.scalars(db.select(Cycle).where(Cycle.slug == "rc-2026")).one()
        db.session.rollback()
