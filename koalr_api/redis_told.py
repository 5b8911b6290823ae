"""What the scripts in Redis are told, by name, and how their numbers are read (pure)."""

from koalr_api.budget import KEPT_SHARE, LARGEST_LIMIT, Budget
from koalr_api.errors import AuthenticationError
from koalr_api.job import Exchange
from koalr_api.packed import pack, question_id
from koalr_api.retry import FIRST_PAUSE_SECS, LONGEST_PAUSE_SECS, is_refusal
from koalr_api.shared import Question, Turn

# A process that sent nothing for so long is taken to have ended.
PRESENCE_SECS = 600.0
# How often it is looked for what another process has in hand, and for a place in the budget.
ELSEWHERE_SECS = 0.2
SOONEST_SECS = 0.05
LATEST_SECS = 2.0
# A request that would count for longer was written before Redis's clock was set back.
LONGEST_FLIGHT_SECS = 900.0
# Nothing is left of a key that nobody used for a day.
IDLE_SECS = 86_400
MOST_ANSWERS = 1024
MOST_BYTES = 64 * 1024 * 1024
# No time in seconds is larger.
LARGEST_NUMBER = 1e12

Told = dict[str, object]


def asked(question: Question, budget: Budget, flight_secs: float, life_secs: float) -> Told:
    """For the script ASK, but for who asks."""
    return _always(question, budget) | {
        "accepts": min(question.accepts_secs, life_secs),
        "waiting": question.waiting,
        "flying": flight_secs,
        "furthest": LONGEST_FLIGHT_SECS + budget.counted_secs,
        "kept_share": KEPT_SHARE,
        "presence": PRESENCE_SECS,
        "elsewhere": ELSEWHERE_SECS,
        "soonest": SOONEST_SECS,
        "latest": LATEST_SECS,
    }


def ended(
    question: Question, turn: Turn, exchange: Exchange | None, budget: Budget, life_secs: float
) -> tuple[Told, bytes]:
    """For the script DONE, with the answer to be kept; None is a request that was broken off."""
    ending, packed = _ending(question, exchange)
    told = _always(question, budget) | {
        "ticket": turn.ticket,
        "spent": turn.spent,
        "at": turn.at,
        "ending": ending,
        "life": life_secs,
        "first_pause": FIRST_PAUSE_SECS,
        "longest_pause": LONGEST_PAUSE_SECS,
        "most_answers": MOST_ANSWERS,
        "most_bytes": MOST_BYTES,
    }
    return told | (_said(exchange, turn) if exchange is not None else {}), packed


def counting(spends: list[tuple[str, float]]) -> Told:
    """For the script REGISTER: tickets, and for how many seconds more each counts."""
    return {"spends": spends, "idle": IDLE_SECS}


def number(raw: object) -> float:
    """A number from Redis; 0 for what is none."""
    try:
        found = float(raw) if isinstance(raw, bytes) else 0.0
    except ValueError:
        return 0.0
    return found if 0 <= found < LARGEST_NUMBER else 0.0


def _always(question: Question, budget: Budget) -> Told:
    return {
        "question": question_id(question.request),
        "limit": budget.limit,
        "counted": budget.counted_secs,
        "idle": IDLE_SECS,
    }


def _ending(question: Question, exchange: Exchange | None) -> tuple[str, bytes]:
    """What becomes of the shared answers, and the new one."""
    if exchange is None:
        return "", b""
    if isinstance(exchange.error, AuthenticationError):
        return "forget", b""
    if exchange.error is not None:
        return ("drop" if is_refusal(exchange.error) else ""), b""
    packed = pack(question.request, exchange.answer) if exchange.answer is not None else None
    return ("keep", packed) if packed is not None else ("", b"")


def _said(exchange: Exchange, turn: Turn) -> Told:
    """What the server said of the budget."""
    told = exchange.told
    said: Told = {"ended": True}
    if told.limit is not None and 1 <= told.limit <= LARGEST_LIMIT:
        said["limit_said"] = told.limit
    # Alone, nobody knows which of what the server counted was spent by the processes that share.
    if told.remaining is not None and turn.spent:
        said |= {"remaining": told.remaining, "reset": told.reset_secs or 0.0}
    if told.refused:
        said |= {"refused": True, "retry": told.retry_secs or 0.0}
    return said
