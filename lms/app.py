"""create_app(): the one place where everything is put together, and the only one that imports views."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter

from lms import access, assets, cli, config, display, errors, freshness, security
from lms.accounts import digest_worker, import_views, password_views, people_views, profile_views, wish_views
from lms.accounts import views as accounts
from lms.api import key_views
from lms.api import views as api
from lms.centres import views as centres
from lms.certificates import credential_views, register_views
from lms.certificates import views as certificates
from lms.cycles import activity_views, enrolment_views, module_views, preview_views
from lms.cycles import views as cycles
from lms.extensions import compress, csrf, db, migrate
from lms.home import views as home
from lms.materials import (
    carrying_views,
    edit_views,
    file_list_views,
    file_sweep_worker,
    file_views,
    history_views,
    upload_views,
    watching_views,
    writing_views,
)
from lms.materials import views as materials
from lms.outbox import fate_views, post, self_check_views, worker
from lms.outbox import views as outbox
from lms.packages import claim_views, host, sweep_worker
from lms.packages import edit_views as package_edit_views
from lms.packages import views as packages
from lms.progress import (
    completion_worker,
    decision_views,
    due_views,
    export_views,
    overdue_worker,
    reminder_views,
    rule_views,
    saved_views,
    weeks_views,
)
from lms.progress import views as progress
from lms.quizzes import (
    attempt_views,
    bank_views,
    checking_queries,
    figure_views,
    question_views,
    regrade_views,
    review_views,
    submission_views,
)
from lms.quizzes import import_views as question_import_views
from lms.quizzes import import_worker as question_import_worker
from lms.quizzes import views as quizzes
from lms.reports import centre_views
from lms.reports import export_views as scheduled_views
from lms.reports import history_views as person_history_views
from lms.reports import views as reports
from lms.reports import worker as reports_worker
from lms.search import views as search
from lms.search import worker as search_worker
from lms.sessions import (
    attendance_views,
    calendar_views,
    editing_views,
    feed_views,
    feedback_views,
    here_views,
    incoming_views,
    invitation_views,
    letter_views,
    mailbox_worker,
    participant_list_views,
    participant_list_worker,
    reminder_worker,
    room_views,
    schedule_views,
    sheet_views,
)
from lms.sessions import views as sessions
from lms.surveys import reply_views, result_views
from lms.surveys import views as surveys
from lms.talk import queries as talk_queries
from lms.talk import views as talk
from lms.transfer import export_views as transfer_export_views
from lms.transfer import import_views as transfer_import_views
from lms.transfer import module_views as module_copy_views
from lms.transfer import views as transfer
from lms.transfer import waiting_worker

AREAS = (
    home,
    accounts, password_views, profile_views, people_views, import_views, wish_views,
    centres,
    cycles, module_views, activity_views, enrolment_views, preview_views,
    materials, edit_views, writing_views, history_views, watching_views, carrying_views, file_views,
    upload_views, file_list_views,
    packages, package_edit_views, claim_views,
    quizzes, attempt_views, submission_views, question_views, regrade_views, figure_views, bank_views, review_views,
    question_import_views,
    surveys, reply_views, result_views,
    sessions, incoming_views, schedule_views, editing_views, attendance_views, invitation_views, letter_views,
    room_views, sheet_views, here_views, participant_list_views, calendar_views, feed_views, feedback_views,
    talk,
    progress, export_views, decision_views, due_views, reminder_views, rule_views, saved_views, weeks_views,
    certificates, credential_views, register_views,
    reports, centre_views, person_history_views, scheduled_views,
    transfer, module_copy_views, transfer_export_views, transfer_import_views,
    search,
    api, key_views,
    outbox, fate_views, self_check_views,
)  # fmt: skip
# Modules that give the worker something to do, with ``@every``, beside delivering letters.
WORK = (
    completion_worker, digest_worker, file_sweep_worker, mailbox_worker, overdue_worker, participant_list_worker,
    reminder_worker, question_import_worker, reports_worker, search_worker, sweep_worker, waiting_worker,
)  # fmt: skip


class Id(IntegerConverter):
    """``<int:…>`` in an address: plain digits that any database can hold; all else is a page that does not exist."""

    regex = r"[0-9]{1,18}"


def create_app(overrides: dict[str, object] | None = None) -> Flask:
    """The application; ``overrides`` are settings that go before those of the environment (tests use it)."""
    app = Flask(__name__, static_folder=None)
    app.url_map.converters["int"] = Id
    config.load(app, overrides)
    host.init_app(app)
    if app.config["PROXY_COUNT"]:
        hops = app.config["PROXY_COUNT"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]

    db.init_app(app)
    migrate.init_app(app, db, directory=str(config.ROOT / "migrations"), render_as_batch=True)
    # after_request handlers run last-registered first: compression goes on the wire, freshness hashes what it shows.
    compress.init_app(app)
    security.init_app(app)
    freshness.init_app(app)
    csrf.init_app(app)
    access.init_app(app)
    display.init_app(app)
    display.count_in_menu("trainer", "reviews.index", checking_queries.count_waiting)
    display.count_in_menu("trainer", "enquiries.index", talk_queries.number_waiting)
    errors.init_app(app)
    assets.init_app(app)
    post.init_app(app)
    worker.init_app(app)
    cli.init_app(app)
    # Views files of one area may share its blueprint.
    for blueprint in dict.fromkeys(area.blueprint for area in AREAS):
        app.register_blueprint(blueprint)
    return app
