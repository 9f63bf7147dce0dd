"""``python -m tests.bench.importing [--questions 1000]``: a file of that many questions of all kinds is sent, looked at
and taken into a quiz, for each format, in this process; what a format cannot carry is left out."""

from __future__ import annotations

import argparse
import logging
import os
import tempfile
import time
from dataclasses import replace
from io import BytesIO
from typing import Any

from lms.accounts.models import Role
from lms.app import create_app
from lms.extensions import db
from lms.quizzes.formats import gift_writer, moodle_xml_writer, qti_writer, sheet_writer
from lms.quizzes.models import Question
from tests import factories
from tests.bench.__main__ import run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=1000)
    count = parser.parse_args().questions
    logging.disable(logging.INFO)
    with tempfile.TemporaryDirectory(prefix="lms-importing-") as folder:
        os.environ.update(LMS_DATA_FOLDER=folder, LMS_PUBLIC_URL="http://127.0.0.1:8000", LMS_DEMO="false")
        run("-m", "flask", "--app", "wsgi", "db", "upgrade")
        app = create_app({"WTF_CSRF_ENABLED": False})
        for name, content in _files(count).items():
            taken, seconds, cpu = _take_in(app, content, count)
            print(f"{name:<12}{taken:>5} questions {seconds:>6.1f} s, {cpu:.1f} s of the processor (budget 10 s)")


def _files(count: int) -> dict[str, bytes]:
    examples = sheet_writer.examples()
    drafts = [replace(examples[at % len(examples)], title=f"Вопрос {at}") for at in range(count)]
    return {
        "GIFT": gift_writer.write(drafts).encode(),
        "Moodle XML": moodle_xml_writer.write(drafts).encode(),
        "QTI": qti_writer.write(drafts, "2.1"),
    }


def _take_in(app: Any, content: bytes, count: int) -> tuple[int, float, float]:
    """How many questions were taken; the seconds from sending the file until they stood in the quiz, also those of the
    processor alone."""
    with app.app_context():
        quiz = factories.quiz(factories.module(factories.cycle()))
        trainer = factories.person(roles={Role.TRAINER})
        signer = app.session_interface.get_signing_serializer(app)
        cookie, quiz_id = signer.dumps({"_user_id": trainer.get_id(), "_fresh": True}), quiz.id
        db.session.commit()
    client = app.test_client()
    client.set_cookie(app.config["SESSION_COOKIE_NAME"], cookie)
    started, cpu = time.perf_counter(), time.process_time()
    shown = client.post(f"/quizzes/{quiz_id}/import", data={"file": (BytesIO(content), "questions")}).location
    client.get(shown)
    client.post(f"{shown}/questions", data={"take": [str(at) for at in range(count)]})
    took, cpu = time.perf_counter() - started, time.process_time() - cpu
    with app.app_context():
        there = db.session.scalar(db.select(db.func.count(Question.id)).where(Question.quiz_id == quiz_id))
    return there, took, cpu


if __name__ == "__main__":
    main()
