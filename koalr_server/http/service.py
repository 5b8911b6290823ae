"""What the endpoints need from the rest: reads, now, keys, teams."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from koalr_server.clock import Calendar, Moment, SampleDates
from koalr_server.http.errors import ApiError
from koalr_server.keys import ApiKey, key_hash, same_hash
from koalr_server.metrics.scope import Rows, Scope, resolve, used
from koalr_server.settings import DEFAULT_COPILOT_MINUTES_PER_LINE
from koalr_server.store.database import Database
from koalr_server.store.operations import get_meta


@dataclass(slots=True)
class Service:
    """One store behind the API.

    Args:
        extra_keys: keys that live in memory only, by hash; the embedded dashboard brings its own.
        copilot_minutes_per_line: minutes that an accepted line of a code completion is taken to save.
    """

    database: Database
    calendar: Calendar = field(default_factory=Calendar)
    extra_keys: Mapping[str, ApiKey] = field(default_factory=dict)
    copilot_minutes_per_line: float = DEFAULT_COPILOT_MINUTES_PER_LINE
    _known: tuple[int, dict[str, ApiKey]] = (-1, {})

    def query(self, sql: str, parameters: Mapping[str, object]) -> Rows:
        """Rows of a metric query; parameters it does not name are dropped."""
        return self.database.rows(sql, used(sql, parameters))

    def authenticate(self, presented: str) -> ApiKey | None:
        """The key a caller presented, or None. Stored keys are read again after every write to the store."""
        digest = key_hash(presented)
        for known in (self.extra_keys, self._stored_keys()):
            for known_hash, key in known.items():
                if same_hash(digest, known_hash):
                    return key
        return None

    def _stored_keys(self) -> dict[str, ApiKey]:
        version, keys = self._known
        current = self.database.version
        if version != current:
            rows = self.database.rows("SELECT * FROM api_keys WHERE revoked_at IS NULL")
            keys = {row["key_hash"]: _api_key(row) for row in rows}
            self._known = (current, keys)
        return keys

    def sample_dates(self) -> SampleDates | None:
        """The sample's dates, or None for real data."""
        if get_meta(self.database, "content") != "sample":
            return None
        ends_at = datetime.fromisoformat(str(get_meta(self.database, "sample_ends_at")))
        return SampleDates(ends_at, shifted=get_meta(self.database, "sample_shift") == "weekly")

    def moment(self) -> Moment:
        """Now, on the time line of the stored rows."""
        return self.calendar.moment(self.sample_dates())

    def scope(self, key: ApiKey, team_id: str | None, organisation_wide: bool = False) -> Scope:
        """Whose rows a request may see.

        Raises:
            ApiError: 404 for an unknown team; 403 for a team the key is not for, or for an organisation-wide figure asked
                with a key limited to teams.
        """
        if team_id is not None:
            if not self.database.rows("SELECT 1 FROM teams WHERE team_id = $team_id", {"team_id": team_id}):
                raise ApiError(404, f"No team {team_id[:80]!r}; GET /api/v1/teams lists the ids.", "teamId")
            if key.team_ids is not None and team_id not in key.team_ids:
                raise ApiError(403, f"This key is not for team {team_id!r}.", "teamId")
            return resolve(self.query, [team_id])
        if key.team_ids is not None and organisation_wide:
            raise ApiError(403, "This key is limited to teams; name one of them with teamId.", "teamId")
        return resolve(self.query, key.team_ids)

    def organisation(self) -> dict[str, Any]:
        """What the store holds, for a caption: name, sample or not, newest fact, last load (stored time line)."""
        repos = [
            row["repo"]
            for row in self.database.rows(
                "SELECT DISTINCT repo FROM deployment_facts UNION SELECT repo FROM pull_request_facts"
            )
        ]
        newest = self.database.rows(
            "SELECT greatest((SELECT max(listed_at) FROM deployment_facts), (SELECT max(merged_at) FROM pull_request_facts)) AS at"
        )[0]["at"]
        sample = get_meta(self.database, "content") == "sample"
        return {
            "name": "Sample organisation" if sample else _common_name(repos),
            "sample": sample,
            "newestFactAt": newest,
            "loadedAt": get_meta(self.database, "loaded_at"),
            "notice": get_meta(self.database, "notice"),
        }


def _api_key(row: Mapping[str, Any]) -> ApiKey:
    teams = row["team_ids"]
    return ApiKey(
        row["key_id"], frozenset(row["scopes"]), frozenset(teams) if teams else None, row["requests_per_minute"]
    )


def _common_name(repos: list[str]) -> str:
    """One repository's name, else the owner they share, else a neutral word."""
    if len(repos) == 1:
        return repos[0]
    owners = {repo.split("/")[0] for repo in repos if "/" in repo}
    return owners.pop() if len(owners) == 1 else "Your organisation"
