"""Figures that were drawn before: the same data in the same colours are the same figure, for every viewer."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import wraps
from threading import Lock
from types import FunctionType, MethodType
from typing import ParamSpec

import pandas as pd
import plotly.graph_objects as go
from cachetools import LRUCache

P = ParamSpec("P")

# Some views of every page; each kept figure is looked through in the collection of garbage that follows a run.
MOST_FIGURES = 128

_figures: LRUCache[Hashable, go.Figure] = LRUCache(MOST_FIGURES)
_one_at_a_time = Lock()


def kept(draw: Callable[P, go.Figure]) -> Callable[P, go.Figure]:
    """Draw once for the same arguments. What comes out is shared: a figure that is to be changed is copied first.

    Args:
        draw: a function of its arguments alone; with arguments that cannot be told apart it draws every time.
    """

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> go.Figure:
        try:
            key = (draw, told_apart(args), told_apart(kwargs))
        except TypeError:
            return draw(*args, **kwargs)
        with _one_at_a_time:
            found = _figures.get(key)
        if found is None:
            found = draw(*args, **kwargs)
            with _one_at_a_time:
                _figures[key] = found
        return found

    return drawn


def told_apart(value: object) -> Hashable:
    """Something hashable that is equal for equal values of one type alone.

    Raises:
        TypeError: a function made at run time, or another value that cannot be looked into.
    """
    if isinstance(value, pd.DataFrame):
        return "table", value.to_csv(index=False)
    if is_dataclass(value) and not isinstance(value, type):
        return type(value), tuple(told_apart(getattr(value, each.name)) for each in fields(value))
    if isinstance(value, Mapping):
        return tuple((name, told_apart(each)) for name, each in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return type(value), tuple(map(told_apart, value))
    if isinstance(value, MethodType):
        return value.__func__, told_apart(value.__self__)
    if isinstance(value, FunctionType) and (value.__closure__ or value.__name__ == "<lambda>"):
        raise TypeError(f"{value.__qualname__} may be another function next time")
    # A number that is none is not equal to itself.
    hash(value)
    return type(value), "nan" if value != value else value
