from django.urls import path

from forecourt.files import pages

urlpatterns = [path("files/<int:file_id>/<str:key>", pages.stored_file, name="stored-file")]
