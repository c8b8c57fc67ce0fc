from django.urls import path, re_path

from forecourt.sso.scim import discovery, views

urlpatterns = [
    path("v2/ServiceProviderConfig", discovery.service_provider_config),
    path("v2/ResourceTypes", discovery.resource_types),
    path("v2/ResourceTypes/<str:name>", discovery.resource_types),
    path("v2/Schemas", discovery.schemas),
    path("v2/Schemas/<str:name>", discovery.schemas),
    path("v2/Users", views.collection, {"kind": views.USERS}),
    path("v2/Users/.search", views.search, {"kind": views.USERS}),
    path("v2/Users/<str:uid>", views.single, {"kind": views.USERS}),
    path("v2/Groups", views.collection, {"kind": views.GROUPS}),
    path("v2/Groups/.search", views.search, {"kind": views.GROUPS}),
    path("v2/Groups/<str:uid>", views.single, {"kind": views.GROUPS}),
    path("v2/", discovery.unsupported),
    path("v2/.search", discovery.unsupported),
    path("v2/Bulk", discovery.unsupported),
    path("v2/Me", discovery.unsupported),
    re_path(r"(?P<rest>[\s\S]*)$", discovery.missing),
]
