"""Every night: what is unpacked of packages that nobody opens any more goes; their archives stay."""

from __future__ import annotations

from flask import current_app

from lms.outbox.worker import every
from lms.packages import contents
from lms.packages.host import packages_folder


@every(hour="4", minute="40")
def sweep_packages() -> int:
    return contents.sweep(packages_folder(current_app.config))
