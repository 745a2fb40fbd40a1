"""Forms of sources: one for each kind, made from the fields of its configuration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from auscult.engine.connectors.base import Connector, configure, find
from auscult.engine.connectors.fields import Field, fields_of
from auscult.engine.connectors.live import About
from auscult.engine.kernel.errors import Correctable
from auscult.web.sources.actions import Keep
from auscult.web.sources.models import Source
from auscult.web.sources.secrets import joined

PREFIX = "config-"  # of the fields that are the connector's own
LARGEST_LIST = 2 << 20  # bytes of an uploaded list of feeds


class AddressForm(forms.Form):
    """An address or a handle that a person pastes."""

    address = forms.CharField(
        max_length=2_000,
        label=_("Address or account"),
        help_text=_(
            "A page of news or a blog, a feed, an instance of Mastodon, "
            "an account like @name@instance or name.bsky.social"
        ),
        widget=forms.TextInput(
            attrs={"autocapitalize": "off", "autocomplete": "off", "spellcheck": "false"}
        ),
    )


class SignInForm(forms.Form):
    """Where a person has her account."""

    address = forms.CharField(
        max_length=300,
        label=_("Instance"),
        help_text=_("Where your account is: example.social"),
        widget=forms.TextInput(attrs={"autocapitalize": "off", "spellcheck": "false"}),
    )


class CodeForm(forms.Form):
    """The code that she got there."""

    code = forms.CharField(
        max_length=2_000,
        label=_("Code"),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false"}),
    )


class OutlinesForm(forms.Form):
    """A list of feeds that another feed reader exported."""

    name = forms.CharField(max_length=200, label=_("Name of the source"), initial=_("Feeds"))
    file = forms.FileField(label=_("OPML file"), allow_empty_file=False)

    def clean_file(self) -> bytes:
        """Return the file's bytes."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST_LIST:
            raise ValidationError(_("The file is larger than 2 MB: no list of feeds is."))
        content: bytes = file.read()
        return content


class SourceForm(forms.Form):
    """Name, configuration and what is kept of a source of one kind.

    After `is_valid`, `config`, `keep` and `about` are read.

    Parameters
    ----------
    connector : Connector
        The kind.
    source : Source or None
        The one that is changed; None: a new one.
    """

    name = forms.CharField(max_length=200, label=_("Name"))
    ttl_days = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=36_500,
        label=_("Forget mentions after so many days"),
        help_text=_("Left empty, they stay until somebody removes them."),
    )
    sample_percent = forms.FloatField(
        required=False,
        min_value=0,
        max_value=100,
        label=_("Percent of everything that is kept as a sample"),
        help_text=_(
            "What no watch found is dropped otherwise. A sample lets new watches look back "
            "and shows what is usual; it takes about 130 bytes a post."
        ),
    )

    def __init__(
        self, *args: Any, connector: Connector, source: Source | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.connector, self.source = connector, source
        self.told = fields_of(connector.Config)
        if source is not None:  # its name is how watches, exports and people know it
            del self.fields["name"]
        for field in self.told:
            self.fields[PREFIX + field.name] = _form_field(field, new=source is None)
        self.config: dict[str, Any] = {}
        self.keep = Keep()
        self.about: About | None = None

    def first(self) -> list[forms.BoundField]:
        """Return what a person has to think of: the name, and what can't be guessed."""
        own = [self[PREFIX + one.name] for one in self.told if _is_first(one)]
        return [self["name"], *own] if "name" in self.fields else own

    def more(self) -> list[forms.BoundField]:
        """Return what most people leave as it is."""
        own = [self[PREFIX + one.name] for one in self.told if not _is_first(one)]
        return [*own, self["ttl_days"], self["sample_percent"]]

    def more_is_wrong(self) -> bool:
        """Return whether an error stands among what is folded away."""
        return any(field.errors for field in self.more())

    def clean(self) -> dict[str, Any]:
        """Have the connector check its own fields, and say what it would do."""
        values = super().clean() or self.cleaned_data
        config = {field.name: _typed(field, values) for field in self.told}
        self.config = {name: value for name, value in config.items() if value is not None}
        if self.errors:
            return values
        self.keep = Keep(
            ttl_days=values["ttl_days"], sample_share=(values["sample_percent"] or 0) / 100
        )
        try:
            self.about = self.connector.about(
                configure(self.connector.Config, self._with_stored_credentials())
            )
        except Correctable as error:
            name = PREFIX + error.field.split(".")[0]
            self.add_error(name if name in self.fields else None, str(error))
        return values

    def _with_stored_credentials(self) -> dict[str, Any]:
        """Return the configuration with credentials that stay as they are stored."""
        stored = joined({}, self.source.secrets) if self.source is not None else {}
        return {**stored, **self.config}


def initial_of(source: Source) -> dict[str, Any]:
    """Return what a form of a source shows at first; its credentials aren't among it."""
    return {
        "ttl_days": source.ttl_days,
        "sample_percent": source.sample_share * 100,
        **initial_config(find(source.connector), source.config),
    }


def initial_config(connector: Connector, config: Mapping[str, Any]) -> dict[str, Any]:
    """Return a configuration as a form shows it at first."""
    return {
        PREFIX + field.name: _shown(config[field.name])
        for field in fields_of(connector.Config)
        if field.name in config
    }


def _is_first(field: Field) -> bool:
    return field.required or field.shape in {"secret", "list"}


def _form_field(field: Field, *, new: bool) -> forms.Field:
    """Return the form's field for one of a configuration."""
    common: dict[str, Any] = {
        "label": _(field.label),
        "help_text": _(field.help) if field.help else "",
        "required": field.required and (new or field.shape != "secret"),
        "initial": _shown(field.default),
    }
    if field.choices:
        none = [] if field.required or field.default is not None else [("", _("not said"))]
        return forms.ChoiceField(
            choices=[*none, *((str(one), str(one)) for one in field.choices)], **common
        )
    if field.shape == "yes or no":
        return forms.BooleanField(**common | {"required": False})
    if field.shape == "secret":
        # It is never sent back to the browser: an empty field leaves what is stored.
        widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
        return forms.CharField(widget=widget, **common)
    if field.shape == "list":
        widget_of_lines = forms.Textarea(attrs={"rows": 4, "spellcheck": "false"})
        return forms.CharField(widget=widget_of_lines, **common)
    if field.shape == "date":
        return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), **common)
    kinds = {"whole number": forms.IntegerField, "number": forms.FloatField}
    return kinds.get(field.shape, forms.CharField)(**common)


def _shown(value: Any) -> Any:
    """Return a value as its field shows it: a list is a line each."""
    if isinstance(value, Iterable) and not isinstance(value, (str, Mapping)):
        return "\n".join(str(one) for one in value)
    return value


def _typed(field: Field, values: Mapping[str, Any]) -> Any:
    """Return what was typed as the configuration takes it; None: nothing was."""
    value = values.get(PREFIX + field.name)
    if field.shape == "list":
        lines = [line.strip() for line in str(value or "").splitlines()]
        return [line for line in lines if line] or (None if field.required else [])
    if field.choices:
        return {str(one): one for one in field.choices}.get(str(value))
    if field.shape == "date" and value is not None:
        return value.isoformat()
    return None if value == "" else value
