"""A team's stream of GitHub deliveries, made to size: pull requests that are opened, reviewed, merged and deployed."""

import hashlib
import hmac
import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

SECRET = "shared-with-github"
BEGAN = datetime(2026, 1, 5, 9)
MINUTES_APART = 10
# From the opening of a pull request to the end of its deployment.
LONGEST_STORY = timedelta(hours=62)
REPOSITORIES = 5
PEOPLE = ("ada", "bob", "cyd", "dan", "eve", "fay")


@dataclass(frozen=True)
class Sent:
    """A delivery as a sender has it."""

    key: str
    event: str
    body: bytes

    @property
    def headers(self) -> Mapping[str, str]:
        """Those of GitHub."""
        signature = hmac.new(SECRET.encode(), self.body, hashlib.sha256).hexdigest()
        return {
            "Content-Type": "application/json",
            "X-GitHub-Event": self.event,
            "X-GitHub-Delivery": self.key,
            "X-Hub-Signature-256": f"sha256={signature}",
        }


def deliveries(pull_requests: int, seed: int = 0, padding: int = 0, began: datetime = BEGAN) -> list[Sent]:
    """Six deliveries for each pull request, in order of time.

    Args:
        padding: bytes of description in each pull request, because real bodies are long.
        began: when the first pull request is opened, the next ones MINUTES_APART; naive UTC.
    """
    chance = random.Random(seed)
    told = [each for number in range(1, pull_requests + 1) for each in _story(number, chance, "x" * padding, began)]
    return [
        Sent(f"{seed}-{index}", event, json.dumps(body).encode())
        for index, (_, event, body) in enumerate(sorted(told, key=lambda each: each[0]))
    ]


def _story(
    number: int, chance: random.Random, description: str, began: datetime
) -> Iterator[tuple[datetime, str, dict[str, Any]]]:
    repository = {"full_name": f"acme/app-{number % REPOSITORIES}", "default_branch": "main"}
    opened = began + timedelta(minutes=MINUTES_APART * number)
    reviewed, merged = opened + timedelta(hours=chance.uniform(1, 20)), opened + timedelta(hours=chance.uniform(20, 60))
    deployed = merged + timedelta(minutes=chance.uniform(5, 90))
    author, reviewer = chance.sample(PEOPLE, 2)
    head, merge = f"{number:040x}", f"{number + 2**80:040x}"
    pull = {
        "number": number,
        "title": f"Change {number}",
        "body": description,
        "user": {"login": author, "type": "User"},
        "draft": False,
        "state": "open",
        "labels": [],
        "created_at": _text(opened),
        "updated_at": _text(opened),
        "head": {"sha": head, "ref": "work"},
        "base": {"ref": "main"},
    }
    yield opened, "pull_request", {"action": "opened", "repository": repository, "pull_request": pull}
    seen = pull | {"updated_at": _text(reviewed)}
    for minutes, state in ((0, "commented"), (30, "approved")):
        at = reviewed + timedelta(minutes=minutes)
        review = {
            "id": 10 * number + minutes // 30,
            "state": state,
            "user": {"login": reviewer},
            "submitted_at": _text(at),
        }
        body = {"action": "submitted", "repository": repository, "pull_request": seen, "review": review}
        yield at, "pull_request_review", body
    closed = {"state": "closed", "merged": True, "merged_at": _text(merged), "closed_at": _text(merged)}
    done = pull | closed | {"updated_at": _text(merged), "merge_commit_sha": merge, "additions": 10, "deletions": 2}
    yield merged, "pull_request", {"action": "closed", "repository": repository, "pull_request": done}
    deployment = {"id": number, "sha": merge, "environment": "production", "created_at": _text(merged)}
    yield merged, "deployment", {"action": "created", "repository": repository, "deployment": deployment}
    status = {"id": number, "state": "success", "created_at": _text(deployed)}
    yield (
        deployed,
        "deployment_status",
        {"action": "created", "repository": repository, "deployment": deployment, "deployment_status": status},
    )


def _text(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
