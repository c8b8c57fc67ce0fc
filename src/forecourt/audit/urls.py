from django.urls import path

from forecourt.audit.pages import chains, exports, keeping, log

urlpatterns = [
    path("audit/", log.audit_log, name="audit-log"),
    path("audit/<int:event_id>", log.audit_event, name="audit-event"),
    path("audit/exports", exports.exports, name="audit-exports"),
    path("audit/keeping", keeping.keeping, name="audit-keeping"),
    path("platform/audit", chains.chains, name="platform-audit"),
    path("platform/audit/check", chains.check, name="platform-audit-check"),
    path("platform/audit/heads.json", chains.heads, name="platform-audit-heads"),
    path("platform/audit/keeping", keeping.installation, name="platform-audit-keeping"),
]
