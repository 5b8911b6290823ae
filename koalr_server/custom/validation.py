"""Checks a document and turns it into a definition; all its faults are found at once (pure)."""

import re
from collections.abc import Mapping
from typing import Any

from koalr_server.custom.catalogue import SOURCES, Source
from koalr_server.custom.definition import AGGREGATIONS, DOCUMENT_KEYS, Definition, Part, normal_form
from koalr_server.custom.faults import Faults, shown
from koalr_server.custom.fields import Field
from koalr_server.custom.filters import number_field, read_filters
from koalr_server.custom.ratios import ratio_units, read_part
from koalr_server.custom.units import Unit, units_of, with_rates

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_SLUG = 64
LONGEST_LABEL = 100
LONGEST_DESCRIPTION = 500
LONGEST_TEAM = 200
# Which aggregations a key belongs to, for the keys that do not belong to all.
OWNERS: Mapping[str, tuple[str, ...]] = {
    "field": ("sum", "mean", "median", "percentile"),
    "p": ("percentile",),
    "numerator": ("ratio",),
    "denominator": ("ratio",),
}


def read_definition(document: object, path: str = "") -> tuple[Definition | None, list[str]]:
    """A definition, or None and a sentence per fault.

    Args:
        document: what a TOML, YAML or JSON reader made of the text.
        path: where it stands in its file, such as `metrics[2]`; begins every sentence.
    """
    reader = _Reader(path)
    found = reader.definition(document)
    return (None if reader.faults.found else found), reader.faults.found


class _Reader:
    """Reads one document; what is wrong collects in `faults`, and what depends on it is skipped."""

    def __init__(self, path: str) -> None:
        self.faults = Faults()
        self._base = path

    def _at(self, step: str) -> str:
        return f"{self._base}.{step}" if self._base else step

    def definition(self, given: object) -> Definition | None:
        """The whole document."""
        document = self.faults.mapping(self._base, given, "a metric; write keys such as slug, label and source")
        if document is None:
            return None
        self.faults.keys(self._base, document, DOCUMENT_KEYS)
        self._names(document)
        name = self.faults.choice(self._at("source"), document.get("source"), SOURCES)
        source = SOURCES[name] if name else None
        aggregation = self.faults.choice(self._at("aggregation"), document.get("aggregation"), AGGREGATIONS)
        self._misplaced(document, aggregation)
        field = None
        if source and aggregation in OWNERS["field"]:
            field = number_field(self.faults, self._at("field"), document.get("field"), source)
        percentile = self._percentile(document) if aggregation == "percentile" else None
        filters = read_filters(self.faults, self._at("filters"), document.get("filters"), source)
        parts = self._parts(document, source) if aggregation == "ratio" else None
        if source is None or aggregation is None:
            return None
        unit = self._unit(document.get("unit"), self._units(source, aggregation, field, parts))
        if unit is None or self.faults.found:
            return None
        known = next(each for each in AGGREGATIONS if each == aggregation)
        return Definition(source, known, field, percentile, filters, parts, unit, normal_form(document))

    def _names(self, document: Mapping[Any, Any]) -> None:
        slug = document.get("slug")
        if slug is None:
            self.faults.add(self._at("slug"), "is missing; give one such as p95-cycle-time.")
        elif not isinstance(slug, str) or len(slug) > LONGEST_SLUG or not SLUG.fullmatch(slug):
            self.faults.add(
                self._at("slug"),
                f"{shown(slug)} is no slug; write lower-case words of letters and digits joined by -,"
                f" {LONGEST_SLUG} characters at most, such as p95-cycle-time.",
            )
        self.faults.text(self._at("label"), document.get("label"), LONGEST_LABEL)
        for key, longest in (("description", LONGEST_DESCRIPTION), ("team", LONGEST_TEAM)):
            if document.get(key) is not None:
                self.faults.text(self._at(key), document[key], longest)

    def _misplaced(self, document: Mapping[Any, Any], aggregation: str | None) -> None:
        """Keys that belong to another aggregation."""
        for key, owners in OWNERS.items():
            if aggregation is not None and document.get(key) is not None and aggregation not in owners:
                self.faults.add(
                    self._at(key), f"does not go with the aggregation {aggregation}; it belongs to {', '.join(owners)}."
                )

    def _percentile(self, document: Mapping[Any, Any]) -> float | None:
        value = document.get("p")
        if value is None:
            self.faults.add(self._at("p"), "is missing; percentile needs a number above 0 and below 100, such as 95.")
        elif isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 100:
            self.faults.add(self._at("p"), f"{shown(value)} is not a number above 0 and below 100.")
        else:
            return float(value)
        return None

    def _parts(self, document: Mapping[Any, Any], source: Source | None) -> tuple[Part, Part] | None:
        numerator = read_part(self.faults, self._at("numerator"), document.get("numerator"), source)
        denominator = read_part(self.faults, self._at("denominator"), document.get("denominator"), source)
        return (numerator, denominator) if numerator and denominator else None

    def _units(
        self, source: Source, aggregation: str, field: Field | None, parts: tuple[Part, Part] | None
    ) -> Mapping[str, Unit] | None:
        """The units the figure can be shown in; None if that cannot be said because of another fault."""
        if aggregation == "count":
            return with_rates(units_of(source.many))
        if parts is not None:
            return ratio_units(self.faults, self._at("denominator"), source, *parts)
        if field is None or field.unit is None:
            return None
        return with_rates(units_of(field.unit)) if aggregation == "sum" else units_of(field.unit)

    def _unit(self, value: object, allowed: Mapping[str, Unit] | None) -> Unit | None:
        if allowed is None:
            return None
        name = self.faults.choice(self._at("unit"), value, allowed)
        return allowed[name] if name else None
