"""Data to begin with: the demo cycle (``demo``), and a crowd for measuring (``crowd``).

Texts and people stand in files beside this one (``modules/``, ``centres.toml``, ``staff.toml``), times are counted from
today, and chance is seeded: loading twice on one day gives the same cycle.
"""
