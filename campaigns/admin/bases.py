"""Django's admin classes as the type checker wants them: it needs their parameters, Django takes none."""

from typing import TYPE_CHECKING, Any, TypeAlias

from django.contrib import admin
from django.forms import ModelChoiceField, ModelForm
from django.forms.models import BaseInlineFormSet

if TYPE_CHECKING:
    ModelAdmin: TypeAlias = admin.ModelAdmin[Any]
    StackedInline: TypeAlias = admin.StackedInline[Any, Any]
    TabularInline: TypeAlias = admin.TabularInline[Any, Any]
    Form: TypeAlias = ModelForm[Any]
    InlineFormSet: TypeAlias = BaseInlineFormSet[Any, Any, Any]
    ModelChoice: TypeAlias = ModelChoiceField[Any]
else:
    ModelAdmin, StackedInline, TabularInline = admin.ModelAdmin, admin.StackedInline, admin.TabularInline
    Form, InlineFormSet, ModelChoice = ModelForm, BaseInlineFormSet, ModelChoiceField

__all__ = ["Form", "InlineFormSet", "ModelAdmin", "ModelChoice", "StackedInline", "TabularInline"]
