"""Forms that say more than their fields: headings, and units beside amounts."""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from django import forms
from django.forms import BoundField
from django.utils.functional import Promise


class MeasuredForm(forms.Form):
    """Fields with a unit beside them, by name: `units` says it, `units_from` names the field whose choice it is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units: dict[str, str] = {}
        self.units_from: dict[str, str] = {}


class SectionedForm(forms.Form):
    """
    Fields under headings. `sections` are pairs of a heading ("" for the first) and names of fields, in their order; names that a form
    has not are passed over, and fields that none names stand at the end of the first.
    """

    sections: ClassVar[Sequence[tuple[str | Promise, Sequence[str]]]] = ()

    def sectioned(self) -> Iterator[tuple[str | Promise, list[BoundField]]]:
        named = {name for _title, names in self.sections for name in names}
        others = [name for name in self.fields if name not in named]
        for place, (title, names) in enumerate(self.sections):
            fields = [self[name] for name in (*names, *(others if place == 0 else ())) if name in self.fields]
            if fields:
                yield title, fields
