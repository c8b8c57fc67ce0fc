from django.urls import path

from forecourt.operators import pages

urlpatterns = [
    path("operators/", pages.operator_list, name="operators"),
    path("operators/new", pages.operator_new, name="operator-new"),
    path("operators/<int:operator_id>", pages.operator_detail, name="operator-detail"),
    path("switch-account", pages.switch_account, name="switch-account"),
]
