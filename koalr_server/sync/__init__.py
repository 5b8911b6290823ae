"""Pulling from the tools of a team: what they hold becomes deliveries, as their webhooks would have sent it.

One package per tool (`github`). What all of them share is here: how far a list was taken (`position.py`), handing over to the
store (`outbox.py`), waiting together (`gate.py`), and what came of it (`report.py`).
"""
