"""What team leaders said to the floor, to be looked at. Nothing here can be changed."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from customers.admin_base import ReadOnlyAdmin, person_name, shown_person
from offers.admin.words import WORDS
from offers.models import News, SilentNote

_by = shown_person("sender", _("sent by"))
_to = shown_person("addressee", _("to"))
_posted_by = shown_person("sender", _("posted by"))


@admin.register(SilentNote)
class SilentNoteAdmin(ReadOnlyAdmin):
    """Who wrote what to whom on which call."""

    singular = _("silent note")
    plural = _("silent notes")
    words = WORDS
    object_kind = "silent_note"
    also_read = {"sender": person_name("by_id"), "addressee": person_name("to_id")}
    list_display = ("recorded_at", _by, _to, "call_id", "text")
    list_display_links = ("recorded_at",)
    list_filter = ("recorded_at",)
    ordering = ("-id",)
    view_fields = ("recorded_at", _by, _to, "call_id", "text")


@admin.register(News)
class NewsAdmin(ReadOnlyAdmin):
    """What everybody was told, and until when."""

    singular = _("news item")
    plural = _("news")
    words = WORDS
    object_kind = "news"
    also_read = {"sender": person_name("by_id")}
    list_display = ("recorded_at", "title", "site", "ends_at", _posted_by)
    list_display_links = ("recorded_at",)
    list_filter = ("recorded_at",)
    list_select_related = ("site",)
    ordering = ("-id",)
    view_fields = ("recorded_at", "title", "text", "site", "ends_at", _posted_by)
