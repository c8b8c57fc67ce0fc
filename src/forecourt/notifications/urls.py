from django.urls import path

from forecourt.notifications import pages

urlpatterns = [
    path("notifications", pages.notification_list, name="notifications"),
    path("notifications/<int:notification_id>", pages.notification_open, name="notification-open"),
    path("platform/emails", pages.email_list, name="platform-emails"),
    path("platform/emails/<int:email_id>", pages.email_detail, name="platform-email"),
    path("platform/emails/<int:email_id>/resend", pages.email_resend, name="platform-email-resend"),
]
