"""How often forecasts hold, on public repositories and on a falling pace, and how long they take."""

import time
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np

from koalr_server.forecast.backtest import STEADY_RUNS, past_forecasts
from koalr_server.forecast.choice import EXPECTED_LOSSES, chosen
from koalr_server.forecast.delivery import delivery
from koalr_server.forecast.history import HISTORY_WEEKS, History
from koalr_server.forecast.models import MODELS
from koalr_server.forecast.report import report
from koalr_server.forecast.throughput import read_throughput

FIXTURES = Path(__file__).parents[1] / "fixtures" / "throughput"
FALL = 0.98
TODAY = date(2026, 11, 25)
Rows = Sequence[tuple[str, str, str]]


def measure() -> Rows:
    """Coverage and width beside plain sampling, then speed."""
    taught, held_out = (_fixture(name) for name in ("taught.csv", "held-out.csv"))
    unseen = _fixture("unseen.csv")
    rows = [
        *_held("9 public repositories, learned from", taught),
        *_held("5 public repositories, held out", held_out),
        *_held("5 public repositories, looked at last", unseen),
    ]
    for row in report(held_out.items())["series"]:
        coverage = {kind: row[kind]["coverage"] for kind in ("served", "plain")}
        told = "; ".join(f"{kind} {_told(found)}" for kind, found in coverage.items())
        rows.append((f"{row['series']}: P50, P85, P95 that held", told, ""))
    rows += _held(f"pace falling {1 - FALL:.0%} a week, simulated", _falling())
    return [*rows, *_expected(taught), *_speed(taught)]


def _fixture(name: str) -> dict[str, tuple[int, ...]]:
    with (FIXTURES / name).open(encoding="utf-8") as stream:
        return read_throughput(stream, name)


def _falling() -> dict[str, tuple[int, ...]]:
    generator = np.random.default_rng(1)
    lines = ["series,week,count"]
    for series in range(20):
        lines += [f"{series},{week},{generator.poisson(20 * FALL**week)}" for week in range(130)]
    return read_throughput(lines, "falling")


def _held(what: str, series: Mapping[str, Sequence[int]]) -> Rows:
    pooled = report(series.items())["pooled"]
    ratios = pooled["intervalRatio"]
    return [
        (
            f"{what}: P50, P85, P95 that held, of {pooled['forecasts']:,}",
            f"served {_told(pooled['served']['coverage'])}; plain {_told(pooled['plain']['coverage'])}",
            "P50 40 to 60 %, P85 80 to 92 %" if "public" in what else "",
        ),
        (
            f"{what}: median days from P50 to P85 and to P95, served ÷ plain",
            f"{ratios['p50ToP85']:.2f}, {ratios['p50ToP95']:.2f}",
            "1.5" if "public" in what else "",
        ),
    ]


def _told(coverage: Mapping[str, float]) -> str:
    return ", ".join(f"{share:.1%}" for share in coverage.values())


def _expected(series: Mapping[str, Sequence[int]]) -> Rows:
    losses = [past_forecasts(finished, MODELS, len(finished), STEADY_RUNS).losses() for finished in series.values()]
    found = np.concatenate(losses).mean(axis=0)
    return [
        (f"mean loss of {model.name}", f"{loss:.4f}", f"kept: {EXPECTED_LOSSES[model.name]}")
        for model, loss in zip(MODELS, found, strict=True)
    ]


def _speed(series: Mapping[str, Sequence[int]]) -> Rows:
    """Busy teams and slow ones; the first question of four weeks has to choose the model too."""
    rows = []
    for name in ("rails", "mypy", "flask", "httpx"):
        history = History(TODAY, tuple(series[name][-7 * HISTORY_WEEKS :]), (1,), None)
        chosen.cache_clear()
        took_ms = [_ms(history, items) for items in (20, 1, 20, 100, 300, 1_000)]
        told = ", ".join(f"{each:.0f}" for each in took_ms[1:])
        what = f"forecast of 1, 20, 100, 300, 1,000 items, {history.weeks[:12].sum()} done in 12 weeks"
        rows.append((what, f"{told} ms; the first of all, of 20, {took_ms[0]:.0f} ms", "60 ms"))
    return rows


def _ms(history: History, items: int) -> float:
    began = time.perf_counter()
    delivery(history, items, None)
    return 1_000 * (time.perf_counter() - began)
