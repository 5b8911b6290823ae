"""What each element of a report says, as rows of records.COPILOT_KINDS."""

from collections.abc import Mapping, Sequence
from typing import Any

from koalr_server.ingest.copilot.bodies import Body, child, day, instant, objects, text, total, whole_number

Row = dict[str, Any]
CODE_COMPLETION = "code_completion"
REPORT_FIELDS = {
    "suggested": "code_generation_activity_count",
    "accepted": "code_acceptance_activity_count",
    "linesAccepted": "loc_added_sum",
}
RETIRED_FIELDS = {
    "suggested": "total_code_suggestions",
    "accepted": "total_code_acceptances",
    "linesAccepted": "total_code_lines_accepted",
}


def seat(body: Body) -> Row:
    """A seat of the billing list. Its end is the date of a pending cancellation."""
    team = child(body, "assigning_team")
    return {
        "login": text(child(body, "assignee"), "login", required=True),
        "createdAt": instant(body, "created_at", required=True),
        "endsOn": day(body, "pending_cancellation_date"),
        "lastActivityAt": instant(body, "last_activity_at"),
        "team": text(team, "name") or text(team, "slug"),
    }


def user_day(body: Body) -> Row:
    """One person's day of the users report. That there is a row says the person was active."""
    return {
        "login": text(body, "user_login", required=True),
        "day": day(body, "day", required=True),
        **_reported_completions(body, active=None),
    }


def report_day(body: Body, organisation: str) -> Row:
    """One day of an organisation's or enterprise's day totals."""
    active = whole_number(body, "daily_active_users")
    return {
        "source": "report",
        "organisation": organisation,
        "day": day(body, "day", required=True),
        "activeUsers": active,
        **_reported_completions(body, active),
    }


def retired_day(body: Body) -> Row:
    """One day of the retired list, which counts by editor, model and language."""
    completions = child(body, "copilot_ide_code_completions")
    languages = [
        language
        for editor in objects(completions, "editors")
        for model in objects(editor, "models")
        for language in objects(model, "languages")
    ]
    active = whole_number(body, "total_active_users")
    nobody = 0 in (active, whole_number(completions, "total_engaged_users"))
    return {
        "source": "retired",
        "organisation": "",
        "day": day(body, "date", required=True),
        "activeUsers": active,
        **_sums(languages, RETIRED_FIELDS, none_used=nobody),
    }


def organisation_of(body: Body) -> str | None:
    """The organisation a report is about, as text; None if it names none."""
    found = body.get("organization_id")
    return str(found) if isinstance(found, int) and not isinstance(found, bool) else text(body, "organization_id")


def _reported_completions(body: Body, active: int | None) -> Row:
    """Code completions out of a report's totals by feature.

    A list of features without code completion says there were none. An empty list says so only if nobody was active:
    GitHub fills it from the editors' telemetry, and counts people whose telemetry it lacks as active all the same.
    """
    features = objects(body, "totals_by_feature")
    names = [text(feature, "feature", required=True) for feature in features]
    ours = [feature for feature, name in zip(features, names, strict=True) if name == CODE_COMPLETION]
    return _sums(ours, REPORT_FIELDS, none_used=bool(features) or active == 0)


def _sums(parts: Sequence[Body], fields: Mapping[str, str], none_used: bool) -> Row:
    """The counts added up; without any parts 0 if that means nothing was used, else unknown."""
    if not parts:
        return dict.fromkeys(fields, 0 if none_used else None)
    return {column: total(parts, field) for column, field in fields.items()}
