from django.urls import path

from forecourt.pricing.pages import groups, templates

urlpatterns = [
    path("price-groups/", groups.price_group_list, name="price-groups"),
    path("price-groups/new", groups.price_group_new, name="price-group-new"),
    path("price-groups/<int:group_id>", groups.price_group_detail, name="price-group-detail"),
    path("price-groups/<int:group_id>/edit", groups.price_group_edit, name="price-group-edit"),
    path("price-groups/<int:group_id>/default", groups.price_group_default, name="price-group-default"),
    path("price-groups/<int:group_id>/delete", groups.price_group_delete, name="price-group-delete"),
    path("account/<int:account_id>/team-settings", templates.template_list, name="team-templates"),
    path("account/<int:account_id>/team-settings/new", templates.template_new, name="team-template-new"),
    path("account/<int:account_id>/team-settings/<int:template_id>", templates.template_edit, name="team-template-edit"),
    path("account/<int:account_id>/team-settings/<int:template_id>/apply", templates.template_apply, name="team-template-apply"),
    path("account/<int:account_id>/team-settings/<int:template_id>/delete", templates.template_delete, name="team-template-delete"),
]
