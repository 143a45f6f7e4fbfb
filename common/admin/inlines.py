"""Rows of another model on the page of a row, in a table whose fields have names."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model
from django.forms import BaseInlineFormSet, ModelForm
from django.forms.formsets import DELETION_FIELD_NAME

if TYPE_CHECKING:
    FormSet = BaseInlineFormSet[Model, Model, ModelForm[Model]]
else:
    FormSet = BaseInlineFormSet


class NamedFieldsFormSet(FormSet):
    """Names each field for people who hear the page: a table has titles of columns, but its fields have no labels."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        for name, field in form.fields.items():
            label = str(field.label)
            if name == DELETION_FIELD_NAME and form.instance.pk:
                label = f"Delete {form.instance}"
            widget = getattr(field.widget, "widget", field.widget)  # Django wraps the choice of a related row.
            widget.attrs.setdefault("aria-label", label)


class TableInline(admin.TabularInline):
    """Rows in a table, without empty ones at its end."""

    formset = NamedFieldsFormSet
    template = "common/table_inline.html"
    extra = 0
