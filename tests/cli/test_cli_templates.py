"""Templates from the command line: files in and out, versions, clones, and what each tells the shell."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from time import sleep
from typing import Any
from uuid import uuid4

import pytest

from service.access import rights
from service.crm.client import Client
from service.crm.login import AccessToken
from service.mirror.connected import Connected
from service.store import orgs
from service.store.assignments import replace_sharing
from service.store.database import transaction
from tests.cli.conftest import Crm, Ran, Shell
from tests.plans.template_texts import ONBOARDING, with_changes
from tests.world import shipped

TESS = "tess@example.com"
AS = ("--as", TESS)


def mirror_rights(crm: Crm) -> None:
    """Read who holds which right, as the job does every hour."""
    org = orgs.named(crm.engine, None)
    # Signed in as an administrator, who sees the setup.
    client = Client(AccessToken(token=crm.app.api.sessions.open(crm.admin.user_id), instance_url=crm.url))
    sides = Connected(org_id=org.id, engine=crm.engine, client=client, mappings=shipped(), new_id=uuid4)
    rights.refresh(sides, now=datetime.now(UTC))
    client.session.close()


@pytest.fixture
def author(shell: Shell, connected: Crm) -> Shell:
    """A shell beside an org that knows a template author and an account."""
    connected.org.add_user(TESS, name="Tess Author", permission_sets=["CSC_Customer_Success"])
    connected.create_there("Account", Name="Acme")
    assert shell("sync").code == 0
    mirror_rights(connected)
    return shell


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A template's file."""
    path = tmp_path / "onboarding.yaml"
    path.write_text(ONBOARDING.read_text())
    return path


def edited(file: Path, *changes: tuple[str, str]) -> Path:
    """Write a changed template beside it."""
    path = file.with_name("edited.yaml")
    path.write_text(with_changes(*changes))
    return path


# Files


def test_a_sound_file_passes_the_lint_without_an_org(outside: Shell, file: Path) -> None:
    ran = outside("templates", "lint", file, "--json")

    assert (ran.code, ran.document) == (0, {"ok": True, "files": 1, "problems": [], "warnings": []})
    assert outside("templates", "lint", file).out == "1 file: no problems, no warnings.\n"


def test_the_lint_names_every_problem_of_every_file(outside: Shell, file: Path) -> None:
    wrong = edited(file, ("priority: High", "priority: Top"), ("        start: +4", "        start: +1"))
    broken = file.with_name("broken.yaml")
    broken.write_text("template: [\n")

    ran = outside("templates", "lint", file, wrong, broken)

    assert ran.code == 1
    assert [line.split(": ")[:2] for line in ran.out.splitlines()] == [
        ["edited.yaml", "playbooks.kick_off.tasks.call.after.prepare"],
        ["edited.yaml", "priority"],
        ["broken.yaml", "line 2"],
        ["3 files", "3 problems, no warnings."],
    ]


def test_many_records_are_a_warning_and_no_problem(outside: Shell, tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    tasks = "".join(f"  t{n}: {{name: Task {n}}}\n" for n in range(500))
    path.write_text(f"template: playbook\nkey: large\nname: Large\ntasks:\n{tasks}")

    ran = outside("templates", "lint", path)

    assert ran.code == 0
    assert ran.out.startswith("Warning: large.yaml: makes '501' records")


def test_two_files_are_compared_without_an_org(outside: Shell, file: Path) -> None:
    newer = edited(file, ("priority: High", "priority: Low"), ("  seats:", "  users:"))

    ran = outside("templates", "diff", newer, file, "--json")
    told = outside("templates", "diff", newer, file)

    assert ran.code == told.code == 1
    assert [(d["change"], d["key"], d["word"]) for d in ran.document["differences"]] == [
        ("changed", "", "priority"),
        ("added", "users", ""),
        ("removed", "seats", ""),
    ]
    assert "3 differences" in told.out
    same = outside("templates", "diff", file, file)
    assert (same.code, same.out) == (0, "No differences.\n")


def test_a_file_that_is_no_template_is_refused_with_its_problems(outside: Shell, file: Path) -> None:
    ran = outside("templates", "diff", edited(file, ("key: onboarding\n", "")), file)

    assert (ran.code, ran.err) == (1, "edited.yaml: key: is missing; write it\n")


# Into an org and out of it


def import_it(shell: Shell, file: Path, *others: object) -> Ran:
    """Import a file as the author."""
    return shell("templates", "import", file, *AS, *others)


def test_an_import_is_told_before_and_done_after(author: Shell, connected: Crm, file: Path) -> None:
    would = import_it(author, file, "--dry-run")
    nothing = author("templates", "list")
    did = import_it(author, file, "--note", "first")

    assert (would.code, would.out) == (0, "Would make Onboarding anew: 8 made record(s).\n")
    assert nothing.out == "No template yet: tick Template on an objective, playbook or plan, or import a file.\n"
    assert did.out == "Onboarding: 8 made record(s); version 1 is published.\n"
    listed = author("templates", "list", "--json").document["templates"]
    assert [(each["noun"], each["name"], each["version"]) for each in listed] == [("objective", "Onboarding", 1)]
    assert listed[0]["children"] == {"objective_kpi": 1, "playbook": 1, "playbook_task": 3}
    assert "3 playbook tasks" in author("templates", "list").out


def test_a_changed_file_makes_a_version_and_an_unchanged_one_does_not(author: Shell, file: Path) -> None:
    import_it(author, file)
    newer = edited(file, ("priority: High", "priority: Low"), ("    after:\n      call: 7\n", ""))

    differs = author("templates", "diff", newer)
    changed = import_it(author, newer, "--json", "--note", "less urgent")
    again = import_it(author, newer)

    assert differs.code == 1
    assert changed.document["updates"] == {"objective": 1}
    assert changed.document["removals"] == {"playbook_task_dependency": 1}
    assert (changed.document["version"], changed.document["published"], changed.document["new"]) == (2, True, False)
    assert again.out == "No differences.\nOnboarding: no record(s); version 2 stands.\n"
    versions = author("templates", "versions", "onboarding", "--json").document["versions"]
    assert [(each["version"], each["note"], each["published_by"]) for each in versions] == [
        (2, "less urgent", "Tess Author"),
        (1, "", "Tess Author"),
    ]
    assert "less urgent" in author("templates", "versions", "Onboarding").out


def test_a_file_beside_an_org_without_its_template_is_all_new(author: Shell, file: Path) -> None:
    ran = author("templates", "diff", file)

    assert "The org has no template of this key" in ran.out


def test_an_export_is_a_file_that_imports_as_nothing_new(author: Shell, file: Path, tmp_path: Path) -> None:
    import_it(author, file)
    out = tmp_path / "exported.yaml"

    written = author("templates", "export", "Onboarding", "-o", out)
    printed = author("templates", "export", "onboarding")
    document = author("templates", "export", "onboarding", "--json").document

    assert written.out == f"Onboarding (version 1) is in {out}.\n"
    assert printed.out == out.read_text()
    assert (document["version"], document["template"]["key"]) == ("version 1", "onboarding")
    assert import_it(author, out).out.endswith("no record(s); version 1 stands.\n")
    assert author("templates", "lint", out, "--org", "default").code == 0


def test_an_export_that_cannot_be_written_says_so(author: Shell, file: Path, tmp_path: Path) -> None:
    import_it(author, file)

    ran = author("templates", "export", "onboarding", "-o", tmp_path / "no" / "folder.yaml")

    assert ran.code == 2
    assert "cannot be written" in ran.err


def test_what_is_not_called_that_is_said(author: Shell) -> None:
    ran = author("templates", "export", "Nothing", "--json")

    assert ran.code == 2
    assert ran.document["error"]["code"] == "missing"


def test_two_templates_of_one_name_are_told_with_their_ids(author: Shell, connected: Crm) -> None:
    for _ in range(2):
        connected.create_there("Objective__c", Name="Twin", Title__c="Twin", Template__c=True)
    author("sync")

    ran = author("templates", "versions", "Twin")

    assert ran.code == 2
    assert ran.err.startswith("2 templates are called Twin; name one by its id: objective ")


def test_a_template_of_the_crm_is_published_once(author: Shell, connected: Crm) -> None:
    connected.create_there("Playbook__c", Name="Renewal", Template__c=True)
    author("sync")

    before = author("templates", "versions", "renewal")
    first = author("templates", "publish", "Renewal", *AS)
    again = author("templates", "publish", "Renewal", *AS, "--json")

    assert before.out.startswith("Renewal was never published")
    assert first.out == "No differences.\nRenewal: version 1 is published.\n"
    assert (again.document["version"], again.document["new"]) == (1, False)
    assert author("templates", "publish", "Renewal", *AS).out.endswith("version 1 stands: nothing has changed.\n")


# Who acts


def test_nobody_acts_under_a_name_that_no_user_has(author: Shell, file: Path) -> None:
    ran = author("templates", "import", file, "--as", "nobody@example.com")

    assert ran.code == 1
    assert ran.err.startswith("No user of the org is called 'nobody@example.com' here")


def test_nobody_acts_who_is_not_active(author: Shell, connected: Crm, file: Path) -> None:
    user_id = connected.org.user_id(TESS)
    connected.org.writer.update(connected.admin, "User", user_id, {"IsActive": False})
    author("sync", "--full")

    ran = author("templates", "import", file, *AS)

    assert (ran.code, ran.err) == (1, f"{TESS} is not active in Salesforce; name somebody who is\n")


@pytest.mark.req("OB-07")
def test_a_user_without_rights_publishes_nothing(author: Shell, connected: Crm, file: Path) -> None:
    connected.org.add_user("guest@example.com", name="Gil Guest")
    author("sync")

    ran = author("templates", "import", file, "--as", "guest@example.com", "--json")

    assert ran.code == 1
    assert ran.document["error"]["code"] == "denied"


# Clones


def values(connected: Crm, sobject: str) -> list[dict[str, Any]]:
    """Return the CRM's rows of an object."""
    cursor = connected.org.storage.execute(f'SELECT * FROM "{sobject}"')
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


@pytest.mark.req("G1", "OB-44")
def test_a_preview_shows_old_and_new_dates_what_stays_and_days_off(author: Shell, file: Path) -> None:
    import_it(author, file)

    options = ("onboarding", "--account", "Acme", "--start", "2026-12-01", "--calendar", "DE-BY", *AS)
    told = author("templates", "preview", *options)
    document = author("templates", "preview", *options, "--json").document

    assert told.code == 0
    assert "Onboarding (version 1): 8 records" in told.out
    moved = {(each["title"], each["column"]): (each["old"], each["new"]) for each in document["shifts"]}
    # 334 days after the template's.
    assert moved["Kick-off call", "start_date"] == ("2026-01-05", "2026-12-05")
    assert document["off_days"], "2026-12-05 is a Saturday"
    assert any(each["noun"] == "objective_kpi" and not each["moved"] for each in document["shifts"])


def test_a_clone_is_made_once_for_its_key(author: Shell, connected: Crm, file: Path) -> None:
    import_it(author, file)
    options = ("onboarding", "--account", "acme", "--name", "Onboarding of Acme", "--key", "one", *AS)

    # What is closed to a user is asked once an hour.
    author("templates", "preview", *options[:3], *AS)
    first = author("templates", "clone", *options, "--json")
    again = author("templates", "clone", *options)

    assert first.code == again.code == 0
    assert first.document["of"] == "version 1"
    assert first.document["api_calls"] == 1
    made = [row for row in values(connected, "Objective__c") if row["Name"] == "Onboarding of Acme"]
    assert [(row["Template__c"], row["Template_Version__c"]) for row in made] == [(0, 1)]


@pytest.mark.req("P4")
def test_another_clone_under_a_used_key_is_refused(author: Shell, file: Path) -> None:
    import_it(author, file)
    options = ("onboarding", "--account", "Acme", "--key", "one", *AS)

    assert author("templates", "clone", *options, "--name", "First").code == 0
    other = author("templates", "clone", *options, "--name", "Second", "--json")
    assert (other.code, other.document["error"]["code"]) == (1, "invalid")
    assert "This key was used for another request" in other.document["error"]["message"]


@pytest.mark.req("OB-46")
def test_a_clone_whose_sharing_nobody_can_be_asked_about_is_kept(author: Shell, connected: Crm, file: Path) -> None:
    import_it(author, file)
    org_id = orgs.named(connected.engine, None).id
    with transaction(connected.engine, org_id) as connection:
        replace_sharing(connection, org_id, {})
    connected.org.faults.set(rates={"not_sent": 1.0})

    kept = author("templates", "clone", "onboarding", "--account", "Acme", *AS)
    assert kept.code == 1
    assert "the request is kept" in kept.out


def test_a_clone_that_is_refused_says_why_in_the_preview_and_when_it_is_made(author: Shell, file: Path) -> None:
    import_it(author, file)
    options = ("onboarding", "--account", "Acme", "--name", "x" * 10_000, *AS)

    preview = author("templates", "preview", *options)
    clone = author("templates", "clone", *options, "--json")

    assert preview.code == 1
    assert "Refused: name:" in preview.out
    assert (clone.code, clone.document["error"]["code"]) == (1, "invalid")


def test_a_clone_of_a_changed_template_is_of_a_draft(author: Shell, connected: Crm, file: Path) -> None:
    import_it(author, file)
    [template] = [row for row in values(connected, "Objective__c") if row["Template__c"]]
    connected.org.writer.update(connected.admin, "Objective__c", template["Id"], {"Priority__c": "Low"})
    # A reading of the second in which we wrote is left to the next look, since it may be older than our write.
    sleep(1.1)
    # Changes are told by the minute; a full reading sees them at once.
    author("sync", "--full")

    ran = author("templates", "preview", "onboarding", "--account", "Acme", *AS)

    assert "The template was changed since it was published: this is a draft of version 2." in ran.out


@pytest.mark.parametrize(
    ("account", "message"), [("Nobody", "No account is called Nobody"), ("Twin", "2 accounts are")]
)
def test_an_account_that_is_not_clear_is_said(
    author: Shell, connected: Crm, file: Path, account: str, message: str
) -> None:
    import_it(author, file)
    for _ in range(2):
        connected.create_there("Account", Name="Twin")
    author("sync")

    ran = author("templates", "preview", "onboarding", "--account", account, *AS)

    assert ran.code == 2
    assert ran.err.startswith(message)
