"""What the forecasts look like."""

from datetime import date

from koalr_server.http.schemas.fields import Described, Number, figure, whole


class Dates(Described):
    """Dates by confidence."""

    p50: date | None = figure("Date met with 50 % confidence", "2026-04-10")
    p85: date | None = figure("Date met with 85 % confidence", "2026-04-21")
    p95: date | None = figure("Date met with 95 % confidence", "2026-04-30")


class Held(Described):
    """Shares of past forecasts that were done by their date."""

    p50: Number = figure("Share of P50 dates that held, 0 to 1", 0.53)
    p85: Number = figure("Share of P85 dates that held, 0 to 1", 0.74)
    p95: Number = figure("Share of P95 dates that held, 0 to 1", 0.82)


class Backtest(Held):
    """How this forecast would have done in the past, chosen and made from what was known then."""

    sampleSize: int = figure("Past forecasts judged", 139)
    plain: Held = whole("The same for plain sampling of the last twelve weeks")


class DeliveryForecast(Described):
    """When so many items are done; see FORECAST.md for the models."""

    items: int = figure("Items asked for", 20)
    teamId: str | None = figure("Team asked for, null for all", "team_abc123")
    p50: date | None = figure("Date met with 50 % confidence, null with a reason", "2026-04-11")
    p85: date | None = figure("Date met with 85 % confidence", "2026-04-25")
    p95: date | None = figure("Date met with 95 % confidence", "2026-05-09")
    simulations: int = figure("Simulated futures", 10000)
    model: str | None = figure("The model behind the dates, null without any", "blended-persistent", default=None)
    historyWeeks: int = figure("Weeks of history drawn from", 52)
    historyItems: int = figure("Items finished in them", 364)
    backtest: Backtest | None = whole("How such dates held in the past; null if none can be judged yet")
    plain: Dates = whole("What plain sampling of the last twelve weeks says")
    reason: str | None = figure("What is missing, when there are no dates", "Too little history.", default=None)


class WeeksToEmpty(Described):
    """Weeks until nothing is open."""

    p50: Number = figure("Weeks, with 50 % confidence", 10)
    p85: Number = figure("Weeks, with 85 % confidence", 16)


class BacklogForecast(Described):
    """Open work and how fast it goes down."""

    weeklyThroughputP50: Number = figure("Items a week, plain median of past weeks", 7)
    weeklyThroughputP85: Number = figure("Items a week, plain 85th percentile of past weeks", 12)
    backlogSize: int | None = figure("Items created and not done", 68)
    weeksToEmpty: WeeksToEmpty = whole("Weeks until nothing is open, by confidence")
    teamId: str | None = figure("Team asked for, null for all", "team_abc123")
    throughputWeeks: int = figure("Weeks behind the weekly throughput", 12)
    simulations: int = figure("Simulated futures", 10000)
    model: str | None = figure(
        "The model behind the weeks, null where none was needed or possible", "blended-persistent"
    )
    historyWeeks: int = figure("Weeks of history drawn from", 52)
    historyItems: int = figure("Items finished in them", 364)
    backtest: Backtest | None = whole("How such dates held in the past; null if none can be judged yet")
    reason: str | None = figure("What is missing, where something is null", "Too little history.", default=None)
