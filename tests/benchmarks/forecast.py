"""How often forecasts hold, on public repositories and on a falling pace, and how long they take."""

import time
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from statistics import median

import numpy as np

from koalr_server.forecast.backtest import STEADY_RUNS, past_forecasts
from koalr_server.forecast.choice import EXPECTED_LOSSES, choose
from koalr_server.forecast.delivery import delivery
from koalr_server.forecast.history import HISTORY_WEEKS, History
from koalr_server.forecast.models import MODELS
from koalr_server.forecast.report import report
from koalr_server.forecast.throughput import read_throughput

FIXTURES = Path(__file__).parents[1] / "fixtures" / "throughput"
FALL = 0.98
Rows = Sequence[tuple[str, str, str]]


def measure() -> Rows:
    """Coverage and width beside plain sampling, then speed."""
    taught, held_out = (_fixture(name) for name in ("taught.csv", "held-out.csv"))
    rows = [*_held("14 public repositories", {**taught, **held_out}), *_held("the 5 of them held out", held_out)]
    for row in report(held_out)["series"]:
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
    pooled = report(series)["pooled"]
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
    rows = []
    for items in (1, 20, 100, 1_000):
        took_ms = []
        for name in ("rails", "mypy", "etcd"):
            history = History(date(2026, 11, 25), tuple(series[name][-7 * HISTORY_WEEKS :]), (1,), None)
            choose(history.finished)
            began = time.perf_counter()
            delivery(history, items, None)
            took_ms.append(1_000 * (time.perf_counter() - began))
        rows.append((f"forecast of {items:,} items", f"{median(took_ms):.1f} ms", "60 ms"))
    began = time.perf_counter()
    choose.__wrapped__(tuple(series["rails"][-7 * HISTORY_WEEKS :]))
    rows.append(("choice of the model, once per day and load", f"{1_000 * (time.perf_counter() - began):.0f} ms", ""))
    return rows
