"""Random deployments and incidents over the repositories of a random organisation, as import rows."""

from datetime import datetime, timedelta

from tests.oracle.chance import Chance
from tests.oracle.random_code import RandomCode
from tests.oracle.rows import Row, required_instant, wire

ENVIRONMENTS = ("production", "production", "euProduction", "PROD", "prod", "live", "prod-eu", "production-2", "eu.prd")
OTHER_ENVIRONMENTS = ("staging", "preprod", "live-test", "prodigy")
STATUSES = ("failure", "in_progress", "cancelled")
BLAME_EDGE = timedelta(hours=4)


class RandomOperations:
    """Collects `deployments` and `incidents`."""

    def __init__(self, chance: Chance) -> None:
        self.chance = chance
        self.deployments: list[Row] = []
        self.incidents: list[Row] = []

    def deploy(self, code: RandomCode, size: int) -> None:
        """Deployments of one repository: mostly what had landed by then, some older, unknown, listed or rolled back."""
        for _ in range(size):
            moment = self.chance.moment()
            landed = [row for row in code.main if required_instant(row["committedAt"]) <= moment]
            row = self._deployment(code, moment, landed)
            self.deployments.append(row)
            if self.chance.maybe(0.1):
                self.deployments.append({**row, **self._twin(code)})
            if row["status"] == "success" and row["id"] and self.chance.maybe(0.2):
                self.deployments.append(self._rollback(row, moment, landed))

    def _id(self) -> str:
        return f"run-{self.chance.sha()[:10]}"

    def _deployment(self, code: RandomCode, moment: datetime, landed: list[Row]) -> Row:
        status = "success" if self.chance.maybe(0.8) else self.chance.pick(STATUSES)
        started = self.chance.before(moment, 1)
        row: Row = {
            "id": self._id() if self.chance.maybe(0.8) else None,
            "repo": code.repo,
            "env": self.chance.pick(ENVIRONMENTS if self.chance.maybe(0.8) else OTHER_ENVIRONMENTS),
            "status": status,
            "sha": self._sha(code, landed),
            "startedAt": wire(started) if status == "in_progress" or self.chance.maybe(0.5) else None,
            "deployedAt": None if status == "in_progress" else wire(moment),
            "commits": None,
            "rollbackOf": None,
        }
        if row["startedAt"] and self.chance.maybe(0.2):
            row["deployedAt"] = None
        if self.chance.maybe(0.15) and landed:
            row["commits"] = [commit["sha"] for commit in self.chance.some(landed, 3)] + [self.chance.sha()]
        return row

    def _sha(self, code: RandomCode, landed: list[Row]) -> str | None:
        """The tip then; else an older commit, any commit, the head of a pull request, an unknown sha, or none."""
        if landed and self.chance.maybe(0.75):
            return str(landed[-1]["sha"])
        heads = [pull["headSha"] for pull in code.pulls if pull["headSha"]]
        others: list[str | None] = [row["sha"] for row in landed] + [row["sha"] for row in code.commits[:5]] + heads
        return self.chance.pick([*others, self.chance.sha(), None])

    def _twin(self, code: RandomCode) -> Row:
        """Another deployment of the same second."""
        return {"id": self._id(), "sha": self.chance.pick(code.commits)["sha"] if code.commits else None}

    def _rollback(self, bad: Row, moment: datetime, landed: list[Row]) -> Row:
        """An older commit again, naming the deployment it replaces; at times in another environment or failed."""
        finished = self.chance.after(moment, 30)
        return {
            "id": self._id(),
            "repo": bad["repo"],
            "env": bad["env"] if self.chance.maybe(0.85) else "staging",
            "status": "success" if self.chance.maybe(0.85) else "failure",
            "sha": self.chance.pick(landed)["sha"] if landed else None,
            "startedAt": None,
            "deployedAt": wire(finished),
            "commits": None,
            "rollbackOf": bad["id"],
        }

    def break_down(self, repos: list[str], size: int) -> None:
        """Incidents, some right after a deployment, linked in every way the format allows."""
        for number in range(size):
            started = self.chance.moment()
            row: Row = {"id": f"inc-{number}", "title": self.chance.pick(("Outage", "API 😱", "")) + f" {number}"}
            if self.chance.maybe(0.7) and self.deployments:
                self._after_deployment(row, self.chance.pick(self.deployments))
            else:
                self._link(row, self.chance.pick(repos), None)
            started = row.pop("_started", started)
            row["startedAt"] = wire(started)
            row["resolvedAt"] = (
                wire(self.chance.after(started, self.chance.pick((2, 80, 400)))) if self.chance.maybe(0.8) else None
            )
            row["severity"] = self.chance.pick(("sev1", "sev2", None))
            row["status"] = self.chance.pick(("resolved", "acknowledged", "open", None))
            self.incidents.append(row)

    def _after_deployment(self, row: Row, deployment: Row) -> None:
        finished = required_instant(deployment["deployedAt"] or deployment["startedAt"])
        gap = self.chance.pick(
            (
                timedelta(0),
                timedelta(minutes=-30),
                BLAME_EDGE,
                BLAME_EDGE + timedelta(seconds=1),
                timedelta(seconds=self.chance.between(-3_600, 20_000)),
            )
        )
        row["_started"] = finished + gap
        self._link(row, deployment["repo"], deployment["id"])

    def _link(self, row: Row, repo: str, deployment_id: str | None) -> None:
        way = self.chance.pick(("repo", "name", "full name", "deployment", "deployment", "neither", "stranger"))
        row["repo"] = repo if way == "repo" else None
        row["service"] = {"name": repo.split("/")[1], "full name": repo, "stranger": "billing"}.get(way)
        row["deploymentId"] = deployment_id if way == "deployment" else None
        if self.chance.maybe(0.05):
            row["deploymentId"] = "run-nobody-knows"
