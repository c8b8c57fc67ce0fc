from django.urls import path

from forecourt.teams import invitations

urlpatterns = [
    path("invitations/<str:token>", invitations.invitation, name="operator-invitation"),
]
