"""The two units that every figure is told in: ``hello``, a bare Flask route, and ``page``, a plain signed-in page.

``page`` is what anybody would write first: Flask, Flask-SQLAlchemy, Flask-Login, SQLite (WAL, FULL), a Jinja page with
30 rows of ORM entities. Ratios to it hold on any machine.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta

from flask import Flask, render_template_string
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine, ForeignKey, event, select
from sqlalchemy.orm import DeclarativeBase, Mapped, joinedload, mapped_column, relationship


class Base(DeclarativeBase):
    pass


app = Flask(__name__)
app.config.update(SECRET_KEY="x" * 32, SQLALCHEMY_DATABASE_URI=os.environ.get("BASELINE_DB", "sqlite:///baseline.db"))
db = SQLAlchemy(app, model_class=Base)
logins = LoginManager(app)


@event.listens_for(Engine, "connect")
def _durable(connection, _record):  # type: ignore[no-untyped-def]
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


class User(UserMixin, db.Model):  # type: ignore[name-defined,misc]
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Lesson(db.Model):  # type: ignore[name-defined,misc]
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    starts_at: Mapped[datetime]
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    author: Mapped[User] = relationship()


class Done(db.Model):  # type: ignore[name-defined,misc]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lesson.id"), primary_key=True)
    state: Mapped[int]


@logins.user_loader
def load(user_id: str) -> User | None:
    return db.session.get(User, int(user_id))


PAGE = """<!doctype html><html lang="ru"><head><meta charset="utf-8"><title>Курс</title></head><body>
<header><nav><a href="/">Главная</a> <a href="/path">Путь</a> {{ user.name }}</nav></header><main><h1>Курс</h1>
<table><thead><tr><th>№</th><th>Урок</th><th>Когда</th><th>Ведёт</th><th>Состояние</th></tr></thead><tbody>
{% for lesson in lessons %}<tr><td>{{ loop.index }}</td>
<td><a href="/lessons/{{ lesson.id }}">{{ lesson.title }}</a></td>
<td>{{ lesson.starts_at.strftime("%d.%m.%Y %H:%M") }}</td><td>{{ lesson.author.name }}</td>
<td>{% if done.get(lesson.id) == 2 %}пройден{% elif done.get(lesson.id) == 1 %}в работе{% else %}не начат{% endif %}
</td></tr>
{% endfor %}</tbody></table></main></body></html>"""


@app.get("/hello")
def hello() -> str:
    return "Hello, World!"


@app.get("/enter")
def enter() -> str:
    login_user(db.session.get(User, 1))
    return "ok"


@app.get("/page")
@login_required  # type: ignore[untyped-decorator]
def page() -> str:
    lessons = db.session.scalars(select(Lesson).options(joinedload(Lesson.author)).order_by(Lesson.starts_at)).all()
    done = dict(
        db.session.execute(select(Done.lesson_id, Done.state).where(Done.user_id == current_user.id)).tuples().all()
    )
    return render_template_string(PAGE, user=current_user, lessons=lessons, done=done)


def seed() -> None:
    with app.app_context():
        db.create_all()
        db.session.add_all([User(name=f"Слушатель {n}") for n in range(1, 101)])
        db.session.flush()
        start = datetime(2026, 9, 1, 15)
        db.session.add_all(
            [
                Lesson(title=f"Урок {n}: основы", starts_at=start + timedelta(days=n), author_id=n % 5 + 1)
                for n in range(30)
            ]
        )
        db.session.flush()
        db.session.add_all([Done(user_id=1, lesson_id=n, state=n % 3) for n in range(1, 25)])
        db.session.commit()


if __name__ == "__main__":
    seed()
