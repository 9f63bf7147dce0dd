from __future__ import annotations

import pytest
from flask import Flask

from lms.outbox.answers import explain


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("", ""),
        ("250 2.0.0 Ok: queued", ""),
        ("550 5.1.1 <a@b>: Recipient address rejected: User unknown", "Нет такого адреса"),
        ("452 4.2.2 over quota", "Ящик переполнен"),
        ("554 5.7.1 Message rejected as SPAM", "Почтовый сервер счёл письмо спамом"),
        ("451 4.7.1 greylisted", "Почтовый сервер просит зайти позже"),
        ("550 no", "Почтовый сервер отказал"),
        ("ConnectionRefusedError: [Errno 111] Connection refused", "Почтовый сервер не отвечает"),
        ("kept as a file: letters/7.eml", "Сохранено файлом"),
    ],
)
def test_an_answer_is_said_in_words(app: Flask, answer: str, words: str) -> None:
    with app.test_request_context("/", headers={"Accept-Language": "ru"}):
        assert explain(answer).replace("\u00a0", " ") == words
