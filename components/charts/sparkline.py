"""A line of weekly values for a card: a picture of its own, because it has no axis, no words and nothing to point at (pure)."""

from collections.abc import Sequence

WIDTH = 100
HEIGHT_PX = 64
# The line and the dot at its end stay inside.
MARGIN = 4
LINE_PX = 2
DOT_PX = 7


def sparkline(values: Sequence[float], colour: str) -> str:
    """An SVG that fills the width it is given; strokes keep their width.

    Args:
        values: two or more, oldest first.
        colour: of the line, such as "#1F3A5F".
    """
    points = _points(values)
    line = " ".join(f"{x:g},{y:g}" for x, y in points)
    x, y = points[-1]
    stroke = f'stroke="{colour}" vector-effect="non-scaling-stroke" stroke-linecap="round" stroke-linejoin="round"'
    # The outer picture has a height and no shape of its own, so it can be as wide as its card; the inner one is stretched.
    # A line without length has a round end: a dot that stays round however wide the picture is drawn.
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="100%" height="{HEIGHT_PX}">'
        f'<svg width="100%" height="100%" viewBox="0 0 {WIDTH} {HEIGHT_PX}" preserveAspectRatio="none" fill="none">'
        f'<polyline points="{line}" stroke-width="{LINE_PX}" {stroke}/>'
        f'<polyline points="{x:g},{y:g} {x:g},{y:g}" stroke-width="{DOT_PX}" {stroke}/>'
        "</svg></svg>"
    )


def sparkline_words(values: Sequence[float]) -> str:
    """What a screen reader says: how the last week compares with the highest."""
    highest = max(values)
    weeks = f"the {len(values)} weeks shown"
    if highest <= 0 or values[-1] == highest:
        return f"Week by week. The last is the highest of {weeks}."
    return f"Week by week. The last has {100 * values[-1] / highest:.0f} % of the highest of {weeks}."


def _points(values: Sequence[float]) -> list[tuple[float, float]]:
    low, high = min(values), max(values)
    room_x, room_y = WIDTH - 2 * MARGIN, HEIGHT_PX - 2 * MARGIN
    step = room_x / (len(values) - 1)
    return [
        (
            MARGIN + index * step,
            HEIGHT_PX / 2 if high == low else MARGIN + room_y * (high - value) / (high - low),
        )
        for index, value in enumerate(values)
    ]
