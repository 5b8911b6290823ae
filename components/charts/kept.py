"""Figures that were drawn before: the same data in the same colours are the same figure, for every viewer."""

import pickle
from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import ParamSpec

import plotly.graph_objects as go
from cachetools import LRUCache

P = ParamSpec("P")

# Some views of every page; each kept figure is looked through in the collection of garbage that follows a run.
MOST_FIGURES = 128

_figures: LRUCache[bytes, go.Figure] = LRUCache(MOST_FIGURES)
_one_at_a_time = Lock()


def kept(draw: Callable[P, go.Figure]) -> Callable[P, go.Figure]:
    """Draw once for the same arguments. What comes out is shared: a figure that is to be changed is copied first.

    Args:
        draw: a function of its arguments alone; with arguments that cannot be pickled it draws every time.
    """

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> go.Figure:
        try:
            key = pickle.dumps((draw.__module__, draw.__qualname__, args, kwargs))
        except (pickle.PicklingError, AttributeError, TypeError):
            return draw(*args, **kwargs)
        with _one_at_a_time:
            found = _figures.get(key)
        if found is None:
            found = draw(*args, **kwargs)
            with _one_at_a_time:
                _figures[key] = found
        return found

    return drawn
