from django.urls import path

from forecourt.dashboards import pages

urlpatterns = [path("", pages.overview, name="overview")]
