import csv
import io
import json
import zipfile
from datetime import timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from forecourt.files.models import StoredFile
from forecourt.identity import jobs
from forecourt.identity.models import DataExport, Person
from forecourt.identity.tests.inbox import last_message
from forecourt.kit import clock


def exported(client) -> zipfile.ZipFile:
    assert client.post("/me/data").status_code == 303
    jobs.make_export(export_id=DataExport.objects.latest("id").pk)
    link = next(word for word in last_message("tom@example.com").text.split() if "/files/" in word)
    answer = client.get(link[link.index("/files/") :])
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
    return zipfile.ZipFile(io.BytesIO(answer.content))


def test_everything_about_a_person_in_one_file_json_and_csv(fresh, cast):
    archive = exported(fresh("tom"))
    profile = json.loads(archive.read("profile.json"))
    assert (profile[0]["email"], "password" in profile[0]) == ("tom@example.com", False)
    teams = list(csv.DictReader(io.StringIO(archive.read("team-memberships.csv").decode("utf-8-sig"))))
    assert {row["team__name"] for row in teams} == {"Harbour", "Hotel"}
    assert f"user {cast.tom.pk}" in archive.read("README.txt").decode()
    assert {"charges.json", "charge-keys.csv", "wallet.json", "station-messages.json", "messages.json"} <= set(archive.namelist())


def test_the_link_works_for_its_person_alone_and_seven_days(fresh, cast, monkeypatch):
    client = fresh("tom")
    exported(client)
    file = StoredFile.objects.get(person_id=cast.tom.pk)
    address = f"/files/{file.pk}/{file.key}"
    assert (cast.client("ada").get(address).status_code, cast.client(None).get(address).status_code) == (404, 404)
    assert file.expires_at == file.created_at + timedelta(days=7)


def test_only_one_at_a_time_and_the_page_shows_how_far_it_is(fresh):
    client = fresh("tom")
    client.post("/me/data")
    assert "Gathering your data" in client.get("/me").content.decode()
    answer = client.post("/me/data", follow=True)
    assert "being gathered already" in answer.content.decode()
    assert DataExport.objects.count() == 1
    assert ProcrastinateJob.objects.filter(task_name="identity.make_export").count() == 1


def test_one_that_fails_may_be_asked_for_again(fresh, monkeypatch):
    client = fresh("tom")
    client.post("/me/data")
    export = DataExport.objects.get()
    with monkeypatch.context() as patched:
        patched.setattr("forecourt.identity.operations.gather", lambda export: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            jobs.make_export(export_id=export.pk)
    assert "The last export failed" in client.get("/me").content.decode()
    assert exported(client).testzip() is None


def test_a_file_stuck_by_a_crash_does_not_block_for_ever(fresh):
    fresh("tom").post("/me/data")
    DataExport.objects.update(asked_at=clock.now() - timedelta(hours=7))
    jobs.forget_codes(timestamp=0)
    assert DataExport.objects.get().state == "failed"


def test_a_formula_in_a_name_is_only_text(fresh, cast):
    Person.objects.filter(pk=cast.tom.pk).update(last_name="=cmd()")
    archive = exported(fresh("tom"))
    assert next(csv.DictReader(io.StringIO(archive.read("profile.csv").decode("utf-8-sig"))))["last_name"] == "'=cmd()"
