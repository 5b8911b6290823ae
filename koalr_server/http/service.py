"""What the endpoints need from the rest: reads, now, teams, settings."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from koalr_server.clock import Calendar, Moment, SampleDates
from koalr_server.http.errors import ApiError
from koalr_server.keys import ApiKey
from koalr_server.metrics.scope import Rows, Scope, prepared, resolve
from koalr_server.risk.floors import DEFAULT_FLOORS, Floors
from koalr_server.settings import DEFAULT_COPILOT_MINUTES_PER_LINE
from koalr_server.store.database import Database
from koalr_server.store.organisation import organisation, sample_dates

T = TypeVar("T")

# Now moves in steps of this, so that the same question has the same answer for a while, and at once with new data.
MOMENT_SECS = 30


@dataclass(frozen=True, slots=True)
class Stamp:
    """What an answer depends on besides the question: the state of the data, and now."""

    version: int
    moment: Moment


@dataclass(slots=True)
class Service:
    """One store behind the API.

    Args:
        extra_keys: keys that live in memory only, by hash; the embedded dashboard brings its own.
        copilot_minutes_per_line: minutes that an accepted line of a code completion is taken to save.
        risk_floors: least risk scores.
    """

    database: Database
    calendar: Calendar = field(default_factory=Calendar)
    extra_keys: Mapping[str, ApiKey] = field(default_factory=dict)
    # Part of every ETag: versions count from 0 in each process, and nobody may guess the tag of an answer.
    salt: str = field(default_factory=lambda: secrets.token_hex(8))
    _remembered: tuple[int, dict[object, Any]] = (-1, {})
    _stamped: tuple[tuple[int, int], Moment] | None = None
    copilot_minutes_per_line: float = DEFAULT_COPILOT_MINUTES_PER_LINE
    risk_floors: Floors = DEFAULT_FLOORS

    def query(self, sql: str, parameters: Mapping[str, object]) -> Rows:
        """Rows of a metric query; parameters it does not name are dropped."""
        return self.database.rows(*prepared(sql, parameters))

    def remembered(self, name: object, ask: Callable[[], T]) -> T:
        """What `ask` answers, asked once per state of the data; for small things that every request needs."""
        version, answers = self._remembered
        current = self.database.version
        if version != current:
            answers = {}
            self._remembered = (current, answers)
        if name not in answers:
            answers[name] = ask()
        found: T = answers[name]
        return found

    def sample_dates(self) -> SampleDates | None:
        """The sample's dates, or None for real data."""
        return self.remembered("sample_dates", lambda: sample_dates(self.database))

    def stamp(self) -> Stamp:
        """The state of the data and now on the time line of the stored rows."""
        version = self.database.version
        step = (version, int(self.calendar.clock().timestamp()) // MOMENT_SECS)
        if self._stamped is None or self._stamped[0] != step:
            self._stamped = (step, self.calendar.moment(self.sample_dates()))
        return Stamp(version, self._stamped[1])

    def moment(self) -> Moment:
        """Now, on the time line of the stored rows."""
        return self.stamp().moment

    def scope(self, key: ApiKey, team_id: str | None, organisation_wide: bool = False) -> Scope:
        """Whose rows a request may see.

        Raises:
            ApiError: 404 for an unknown team; 403 for a team the key is not for, or for an organisation-wide figure asked
                with a key limited to teams.
        """
        if team_id is not None:
            if team_id not in self._known_teams():
                raise ApiError(404, f"No team {team_id[:80]!r}; GET /api/v1/teams lists the ids.", "teamId")
            if key.team_ids is not None and team_id not in key.team_ids:
                raise ApiError(403, f"This key is not for team {team_id[:80]!r}.", "teamId")
            return self.resolved(frozenset({team_id}))
        if key.team_ids is not None and organisation_wide:
            raise ApiError(403, "This key is limited to teams; name one of them with teamId.", "teamId")
        return self.resolved(key.team_ids)

    def resolved(self, team_ids: frozenset[str] | None) -> Scope:
        """The scope of some teams, None for the organisation."""
        return self.remembered(("scope", team_ids), lambda: resolve(self.query, team_ids))

    def _known_teams(self) -> frozenset[str]:
        return self.remembered(
            "teams", lambda: frozenset(row["team_id"] for row in self.database.rows("SELECT team_id FROM teams"))
        )

    def organisation(self) -> dict[str, Any]:
        """What the store holds, for a caption: name, sample or not, newest fact, last load (stored time line)."""
        return self.remembered("organisation", lambda: organisation(self.database))
