"""Fields of forms that Django has not, or not as they are needed."""

from __future__ import annotations

from typing import Any

from django import forms

DIGITS = 18  # of any number that a row can have: 64 bits hold all of them


class RowsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg] # takes none at run time
    """Some of several rows; a number that no column holds is refused as one that no row has.

    Django looks each number up in a list (`pk__in`), where neither database takes one of more
    than 64 bits.
    """

    def clean(self, value: Any) -> Any:
        """Return the rows.

        Raises
        ------
        forms.ValidationError
            One of them can't be chosen.
        """
        for one in map(str, value if isinstance(value, list | tuple) else ()):
            if len(one) > DIGITS:
                text = self.error_messages["invalid_choice"]
                raise forms.ValidationError(
                    text, code="invalid_choice", params={"value": f"{one[:DIGITS]}…"}
                )
        return super().clean(value)
