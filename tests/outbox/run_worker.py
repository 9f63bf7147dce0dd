"""Workers as processes of their own, for tests that kill them; settings as LMS_*.

The application is made once and forked, as ``lms/server.py`` does, so that a new worker is there at once.
Read: ``start``; said: its number. Read: ``end 4711``, sent after a signal; said: how it ended.
"""

import os
import sys

from lms.app import create_app
from lms.outbox import worker


def start(app) -> int:
    number = os.fork()
    if number:
        return number
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    worker.run(app)
    os._exit(0)


if __name__ == "__main__":
    app = create_app({"ASSETS_COMPRESS": False, "SECRET_KEY": os.environ.get("LMS_SECRET_KEY", "only for tests" * 4)})
    for line in sys.stdin:
        word, _space, number = line.partition(" ")
        said = start(app) if word == "start\n" else os.waitstatus_to_exitcode(os.waitpid(int(number), 0)[1])
        print(said, flush=True)
