"""Each table of Auscult is taken along by an export, or it is said why it stays behind."""

from __future__ import annotations

from django.apps import apps
from django.db import models

from auscult.web.shell import moving

# Django's own ways of giving rights, which nothing here uses: people have a role.
UNUSED = {"accounts.User_groups", "accounts.User_user_permissions"}


def test_no_table_is_forgotten() -> None:
    ours = {
        model._meta.label: model
        for model in apps.get_models(include_auto_created=True)
        if apps.get_app_config(model._meta.app_label).name.startswith("auscult.")
        and model._meta.managed
    }
    assert {model._meta.app_label for model in ours.values()} == set(moving.APPS)
    moved = {model._meta.label for model in moving.tables()}
    assert moved | set(moving.LEFT_OUT) == ours.keys() - UNUSED
    assert not moved & set(moving.LEFT_OUT)
    assert {"goals.Reading", "planning.Task_people", "planning.Trial"} <= moved


def test_each_table_comes_after_those_that_it_refers_to() -> None:
    order = [model._meta.label for model in moving.tables()]
    for model in moving.tables():
        for field in model._meta.concrete_fields:
            if not isinstance(field, models.ForeignKey) or field.remote_field.model is model:
                continue
            other = field.remote_field.model._meta.label
            assert order.index(other) < order.index(model._meta.label), field
