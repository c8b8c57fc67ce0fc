from django.urls import path

from forecourt.audit import pages

urlpatterns = [
    path("audit/", pages.audit_log, name="audit-log"),
    path("audit/<int:event_id>", pages.audit_event, name="audit-event"),
    path("platform/audit", pages.chains, name="platform-audit"),
    path("platform/audit/check", pages.check, name="platform-audit-check"),
    path("platform/audit/heads.json", pages.heads, name="platform-audit-heads"),
]
