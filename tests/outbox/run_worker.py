"""A worker as a process of its own, for tests that kill it; settings as LMS_*."""

import os

from lms.app import create_app
from lms.outbox import worker

if __name__ == "__main__":
    app = create_app({"ASSETS_COMPRESS": False, "SECRET_KEY": os.environ.get("LMS_SECRET_KEY", "only for tests" * 4)})
    worker.run(app)
