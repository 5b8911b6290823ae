"""What simulated work is about: titles, and the files that such a change touches."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from koalr_server.sample.simulation.dice import Dice, Quantiles

WorkKind = Literal["feature", "fix", "chore", "hotfix", "revert", "dependencies"]
# What ordinary work is.
KINDS: dict[WorkKind, float] = {"feature": 0.5, "fix": 0.3, "chore": 0.2}
TITLES: dict[WorkKind, tuple[str, ...]] = {
    "feature": ("Add {part} to {topic}", "Show {part} of {topic}", "Let editors filter {topic} by {part}", "Log {part} of {topic}"),
    "fix": ("Fix {part} of {topic}", "Handle missing {part} in {topic}", "Stop {topic} losing its {part}"),
    "chore": ("Remove unused {part} from {topic}", "Extract {part} from {topic}", "Test {part} of {topic}", "Document {topic}"),
    "hotfix": ("Hotfix: restore {part} of {topic}", "Hotfix: time out on {part} of {topic}"),
}  # fmt: skip
PARTS = (
    "links",
    "history",
    "dates",
    "state",
    "headings",
    "permissions",
    "retries",
    "limits",
    "caching",
    "previews",
    "locale",
    "errors",
)
TOPICS = {
    "Publishing": ("edition", "attachment", "manual", "place", "contact", "redirect", "workflow", "taxon", "finder", "note"),
    "Frontend": ("landing_page", "calendar", "search_result", "smart_answer", "banner", "feedback_form", "licence", "navigation"),
    "Platform": ("content_item", "route", "asset", "permission", "session", "schema", "mirror", "release_note", "event"),
    "Search and AI": ("question", "answer", "index", "ranking", "synonym", "embedding", "guardrail", "document"),
    "Data and notifications": ("subscription", "digest", "delivery", "location", "ticket", "link_check", "dimension", "account"),
    "Whitehall": ("edition", "attachment", "document", "organisation", "content_block"),
}  # fmt: skip
PLACES = (
    "app/models/{topic}.rb",
    "spec/models/{topic}_spec.rb",
    "app/controllers/{topic}s_controller.rb",
    "app/views/{topic}s/show.html.erb",
    "spec/requests/{topic}s_spec.rb",
    "app/services/{topic}_service.rb",
    "spec/services/{topic}_service_spec.rb",
    "config/locales/en/{topic}s.yml",
    "app/workers/{topic}_worker.rb",
    "lib/tasks/{topic}.rake",
    "docs/{topic}s.md",
)
SHARED_PLACES = ("config/routes.rb", "db/schema.rb")
PACKAGES = ("rails", "sidekiq", "puma", "rspec-rails", "govuk_publishing_components", "gds-api-adapters", "rubocop-govuk", "pg", "redis")  # fmt: skip
FILE_COUNT: Quantiles = ((0, 1), (0.35, 1.9), (0.6, 3.9), (0.85, 8), (0.97, 21), (1, 60))
LINES_ADDED: Quantiles = ((0, 1), (0.25, 7), (0.5, 26), (0.75, 95), (0.9, 310), (0.98, 1300), (1, 5200))
DELETED_PER_ADDED: Quantiles = ((0, 0), (0.5, 0.25), (0.8, 0.8), (1, 2.5))


@dataclass(frozen=True, slots=True)
class FileChange:
    """Lines added to and deleted from one file."""

    path: str
    additions: int
    deletions: int


def title(kind: WorkKind, topic: str, dice: Dice) -> str:
    """A sentence such as a forge shows it."""
    return dice.pick(TITLES[kind]).format(part=dice.pick(PARTS), topic=topic.replace("_", " ") + "s")


def favourite(team: str, rank: int) -> str:
    """The topic the rank-th person of a team knows best."""
    return TOPICS[team][rank % len(TOPICS[team])]


def changed_files(team: str, topic: str, kind: WorkKind, dice: Dice) -> list[FileChange]:
    """The files of a change: most touch a few places of one topic, some go across all topics of the team."""
    count = int(dice.along(FILE_COUNT)) if kind != "hotfix" else dice.whole(1, 2)
    added = int(dice.along(LINES_ADDED)) if kind != "hotfix" else dice.whole(1, 15)
    # A change begins anywhere in its topic, takes what lies beside it, and goes on to other topics if it is large.
    first = dice.whole(0, 3)
    chosen = list(islice(_paths(team, topic), first, first + count))
    shares = [dice.fraction() ** 2 + 0.01 for _ in chosen]
    deleted_per_added = dice.along(DELETED_PER_ADDED)
    lines = [int(added * share / sum(shares)) for share in shares]
    lines[0] += added - sum(lines)
    return [FileChange(path, count, int(count * deleted_per_added)) for path, count in zip(chosen, lines, strict=True)]


def _paths(team: str, topic: str) -> Iterator[str]:
    """Every path of a team, those of one topic first."""
    yield from (place.format(topic=topic) for place in PLACES)
    yield from SHARED_PLACES
    for other in TOPICS[team]:
        if other != topic:
            yield from (place.format(topic=other) for place in PLACES)


def bump(dice: Dice) -> tuple[str, list[FileChange]]:
    """Title and files of a dependency update."""
    major, minor, patch = dice.whole(1, 9), dice.whole(0, 12), dice.whole(0, 9)
    text = f"Bump {dice.pick(PACKAGES)} from {major}.{minor}.{patch} to {major}.{minor}.{patch + 1}"
    lines = dice.whole(1, 12)
    return text, [FileChange("Gemfile.lock", lines, lines)]
