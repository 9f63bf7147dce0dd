"""Writing down what was promised, signing a report off, and telling coordinators what waits for them."""

from __future__ import annotations

from datetime import datetime

from lms.accounts.models import Person
from lms.accounts.notice_actions import put_all
from lms.cycles.models import Cycle, State
from lms.cycles.queries import current_cycle
from lms.extensions import db
from lms.reports import attention_queries, mail
from lms.reports.attention_queries import Confusing
from lms.reports.figures import Report
from lms.reports.models import GrantPlan, SignedReport


def promise(plan: GrantPlan, *, contract: str, planned: dict[str, int]) -> None:
    """Keep the plan, also where there was none yet."""
    plan.contract, plan.planned = contract, planned
    if plan not in db.session:
        db.session.add(GrantPlan(cycle_id=plan.cycle_id, contract=contract, planned=planned))


def sign_off(report: Report, cycle: Cycle, *, by: Person, now: datetime) -> SignedReport:
    """Keep the report as it stands: what is corrected later does not change it."""
    signed = SignedReport(
        cycle=cycle,
        starts_on=report.starts_on,
        ends_on=report.ends_on,
        signed_at=now,
        signed_by=by,
        contents=report.to_json(),
    )
    db.session.add(signed)
    db.session.flush()
    return signed


def write_attention(*, now: datetime) -> int:
    """One letter to each coordinator whom something waits for, of the newest published cycle she sees; how many."""
    letters = []
    confusing: dict[int, list[Confusing]] = {}
    for person in attention_queries.coordinators():
        cycle = current_cycle(person)
        if cycle is None or cycle.state is not State.PUBLISHED:
            continue
        if cycle.id not in confusing:
            confusing[cycle.id] = attention_queries.confusing(cycle)
        found = attention_queries.attention_for(person, cycle, confusing[cycle.id], now=now)
        if not found.is_empty:
            letters.append(mail.attention(person, found, now=now))
    return len(put_all(letters, now=now))
