"""How numbers leave the server: six decimals hide float noise and keep a second visible in a day."""

DECIMALS = 6


def rounded(value: float | None) -> float | None:
    """Round a figure for an answer; None stays None."""
    return None if value is None else round(float(value), DECIMALS)
