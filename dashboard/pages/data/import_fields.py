"""The form for what a file does not say itself: one field for each option that it needs."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboard.jobs.import_choice import PriceSeries
from data.catalogue import load_catalogue
from data.files.layouts.options import OptionNeed
from data.files.stamps import Stamps
from data.schema import Timeframe

PLACEHOLDER_VALUES = frozenset({"NAME", "BASE/QUOTE", "ZONE"})
"""Values of an `OptionNeed` that stand for any value."""


@dataclass(frozen=True, slots=True)
class TextField:
    """A field to type into; ``hint`` is an example, ``list_values`` returns what it offers to complete."""

    label: str
    hint: str
    list_values: Callable[[], list[str]] = list


@dataclass(frozen=True, slots=True)
class ChoiceField:
    """A field with few values; ``words`` are their labels."""

    label: str
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SwitchField:
    """A field that is on or off."""

    label: str


FIELDS: dict[str, TextField | ChoiceField | SwitchField] = {
    "venue": TextField("Exchange", "such as kraken", lambda: sorted(set(load_catalogue().venue_names.ids.values()))),
    "symbol": TextField("Market", "such as ATOM/USD"),
    "times": TextField("Time zone of the times", "such as UTC or Europe/Berlin"),
    "timeframe": ChoiceField("Length of bars", {timeframe.value: timeframe.length for timeframe in Timeframe}),
    "price": ChoiceField("Kind of prices", {PriceSeries.INDEX: "index prices", PriceSeries.MARK: "mark prices"}),
    "stamps": ChoiceField(
        "The times are",
        {Stamps.OPEN: "the starts of bars, as they are", Stamps.CLOSE: "the ends of bars: move each back"},
    ),
    "decimal_comma": SwitchField("Commas in its numbers are decimal commas"),
    "replace": SwitchField("Replace the earlier values by those of this file"),
    "complete": SwitchField("The file is complete: a missing minute means no trades"),
}
"""The fields by the names of their options, in the order of the form."""

WRITING_OPTIONS = frozenset({"stamps", "replace", "complete"})
"""Options that change what is stored, not what a preview shows."""


def list_fields(texts: Mapping[str, str], needed: Collection[str], option: str) -> list[str]:
    """The names of the fields of a form: what is needed, and what it has sent, so that an answer can be changed."""
    shown = {*texts, *needed, option, "complete"}
    return [name for name in FIELDS if name in shown]


def build_field(token: str, name: str, texts: Mapping[str, str], need: OptionNeed | None) -> html.Div:
    """A field with what was entered or, if nothing was, what the file suggests.

    Args:
        token: of the file, which makes ids unique.
        name: of the option.
        texts: what the form has sent.
        need: why the option is needed; None if it is not.
    """
    suggestions = [value for value in need.values if value not in PLACEHOLDER_VALUES] if need else []
    # Of several values none is more likely than the others.
    value = texts.get(name) or (suggestions[0] if len(suggestions) == 1 and name != "times" else "")
    reason = f"{need.reason[0].upper()}{need.reason[1:]}." if need else None
    attributes: dict[str, Any] = {"data-option": name}
    control = _build_control(FIELDS[name], f"data-{name}-{token}", value, reason)
    return html.Div(control, className="data-option", **attributes)


def _build_control(
    kind: TextField | ChoiceField | SwitchField, control_id: str, value: str, reason: str | None
) -> Component:
    options: dict[str, Any] = {"id": control_id, "label": kind.label, "description": reason, "size": "xs"}
    control: Component
    if isinstance(kind, SwitchField):
        control = dmc.Checkbox(checked=value == "true", **options)
    elif isinstance(kind, ChoiceField):
        radios = [dmc.Radio(label=label, value=word, size="xs") for word, label in kind.words.items()]
        control = dmc.RadioGroup(dmc.Group(radios, gap="md"), value=value, **options)
    else:
        control = dmc.Autocomplete(data=kind.list_values(), limit=6, value=value, placeholder=kind.hint, **options)
    return control
