"""Long transactions: SystemModstamps older than their commit, and locked rows until then."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from service.localorg.errors import Refusal
from service.localorg.http.app import App
from service.localorg.org import LocalOrg
from service.localorg.transactions import Transaction
from tests.localorg.http.calling import EDITOR, NOW, Caller, call, refusal


@pytest.fixture
def project(editor: Caller) -> str:
    return editor.created("Project__c", Name="Apollo")


@pytest.fixture
def transaction(org: LocalOrg, project: str) -> Transaction:
    """A transaction begun a minute after the project was made."""
    del project
    org.clock.set(NOW + timedelta(minutes=1))
    return org.transactions.begin(org.admin())


def covered(editor: Caller, kind: str, end: datetime) -> dict[str, Any]:
    start = NOW - timedelta(hours=1)
    times = f"start={quote(start.isoformat())}&end={quote(end.isoformat())}"
    answer = editor("GET", f"sobjects/Project__c/{kind}?{times}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json)


class TestUpdates:
    """A record that somebody has changed and not yet committed."""

    def test_others_see_what_was_before_until_the_commit(
        self, org: LocalOrg, editor: Caller, project: str, transaction: Transaction
    ) -> None:
        transaction.update("Project__c", project, {"Name": "Gemini"})
        assert editor.read("Project__c", project)["Name"] == "Apollo"

        assert transaction.commit() == [project]
        assert editor.read("Project__c", project)["Name"] == "Gemini"

    def test_the_stamps_tell_when_it_was_written_not_when_it_was_committed(
        self, org: LocalOrg, editor: Caller, project: str, transaction: Transaction
    ) -> None:
        org.clock.advance(timedelta(minutes=1))
        transaction.update("Project__c", project, {"Name": "Gemini"})
        org.clock.advance(timedelta(hours=23))
        transaction.commit()

        read = editor.read("Project__c", project)
        assert read["SystemModstamp"] == read["LastModifiedDate"] == "2026-03-02T10:32:15.000+0000"
        assert read["LastModifiedById"] == org.admin().user_id

    def test_the_record_is_locked_for_others(
        self, org: LocalOrg, editor: Caller, project: str, transaction: Transaction
    ) -> None:
        transaction.update("Project__c", project, {"Name": "Gemini"})

        changed = editor("PATCH", f"sobjects/Project__c/{project}", json={"Name": "Mercury"})
        deleted = editor("DELETE", f"sobjects/Project__c/{project}")

        assert refusal(changed) == refusal(deleted) == (400, "UNABLE_TO_LOCK_ROW")
        assert changed.json[0]["message"].endswith(project)

    def test_the_lock_is_gone_after_the_end(self, editor: Caller, project: str, transaction: Transaction) -> None:
        transaction.update("Project__c", project, {"Name": "Gemini"})
        transaction.rollback()

        assert editor.read("Project__c", project)["Name"] == "Apollo"
        assert editor("PATCH", f"sobjects/Project__c/{project}", json={"Name": "Mercury"}).status_code == 204

    def test_two_transactions_do_not_get_the_same_record(
        self, org: LocalOrg, project: str, transaction: Transaction
    ) -> None:
        transaction.update("Project__c", project, {"Name": "Gemini"})
        transaction.update("Project__c", project, {"Notes__c": "again"})
        other = org.transactions.begin(org.admin())

        with pytest.raises(Refusal, match="UNABLE_TO_LOCK_ROW"):
            other.delete(project)
        other.rollback()

        assert transaction.commit() == [project, project]

    def test_a_child_may_be_written_unless_its_parent_would_be_locked_for_it(
        self, org: LocalOrg, editor: Caller, project: str, transaction: Transaction
    ) -> None:
        account = org.writer.create(org.admin(), "Account", {"Name": "Acme"})
        contact = {"LastName": "Doe", "AccountId": account}
        transaction.update("Account", account, {"Name": "Other"})
        transaction.update("Project__c", project, {"Name": "Gemini"})

        # A delete of the account merely empties the project's lookup, but takes its contacts along.
        org.writer.create(org.admin(), "Project__c", {"Name": "Mercury", "Account__c": account})
        with pytest.raises(Refusal, match="UNABLE_TO_LOCK_ROW"):
            org.writer.create(org.admin(), "Contact", contact)

    def test_a_delete_that_would_take_a_locked_child_along_is_refused(
        self, org: LocalOrg, editor: Caller, project: str, transaction: Transaction
    ) -> None:
        milestone = editor.created("Milestone__c", Name="Launch", Project__c=project)
        transaction.update("Milestone__c", milestone, {"Name": "Landing"})

        assert refusal(editor("DELETE", f"sobjects/Project__c/{project}")) == (400, "UNABLE_TO_LOCK_ROW")


class TestCreatesAndDeletes:
    """Records that come and go late."""

    def test_a_record_is_there_once_committed(self, org: LocalOrg, editor: Caller, transaction: Transaction) -> None:
        transaction.create("Project__c", {"Name": "Gemini"})
        org.clock.advance(timedelta(hours=5))
        assert editor("GET", "query?q=SELECT COUNT() FROM Project__c").json["totalSize"] == 1

        (created,) = transaction.commit()

        assert editor.read("Project__c", str(created))["CreatedDate"] == "2026-03-02T10:31:15.000+0000"

    def test_a_delete_is_logged_at_the_time_it_was_made(
        self, org: LocalOrg, editor: Caller, project: str, transaction: Transaction
    ) -> None:
        transaction.delete(project)
        org.clock.advance(timedelta(hours=5))
        assert editor.read("Project__c", project)["Name"] == "Apollo"

        assert transaction.commit() == [project]

        (gone,) = covered(editor, "deleted", org.clock.now())["deletedRecords"]
        assert gone == {"deletedDate": "2026-03-02T10:31:15.000+0000", "id": project}

    def test_what_has_become_invalid_fails_alone(
        self, org: LocalOrg, editor: Caller, project: str, transaction: Transaction
    ) -> None:
        transaction.create("Project__c", {"Name": "Gemini", "Key__c": "k1"})
        transaction.update("Project__c", project, {"Name": "Mercury"})
        editor.created("Project__c", Name="Vostok", Key__c="k1")

        failed, landed = transaction.commit()

        assert isinstance(failed, Refusal)
        assert failed.code == "DUPLICATE_VALUE"
        assert landed == project

    def test_a_create_locks_its_parents(self, org: LocalOrg, project: str, transaction: Transaction) -> None:
        account = org.writer.create(org.admin(), "Account", {"Name": "Acme"})
        transaction.create("contact", {"lastname": "Doe", "accountid": account})

        with pytest.raises(Refusal, match="UNABLE_TO_LOCK_ROW"):
            org.writer.update(org.admin(), "Account", account, {"Name": "Other"})

    @pytest.mark.parametrize(
        ("write", "code"),
        [
            (lambda held, _: held.create("Nothing__c", {}), "INVALID_TYPE"),
            (lambda held, _: held.delete("xyz000000000001"), "MALFORMED_ID"),
            (lambda held, project: held.update("Project__c", project[:-4] + "zzz9", {}), "NOT_FOUND"),
        ],
    )
    def test_what_cannot_be_is_refused_at_once(
        self, project: str, transaction: Transaction, write: Any, code: str
    ) -> None:
        with pytest.raises(Refusal) as refused:
            write(transaction, project)

        assert refused.value.code == code

    def test_a_transaction_ends_once(self, transaction: Transaction) -> None:
        transaction.commit()

        with pytest.raises(ValueError, match="has ended"):
            transaction.rollback()


@pytest.mark.parametrize("kind", ["updated", "deleted"])
class TestCovered:
    """`latestDateCovered` stands at the start of the oldest open transaction."""

    def test_it_stands_while_one_is_open(
        self, org: LocalOrg, editor: Caller, transaction: Transaction, kind: str
    ) -> None:
        org.clock.advance(timedelta(hours=1))
        younger = org.transactions.begin(org.admin())
        end = org.clock.now() + timedelta(minutes=1)
        assert covered(editor, kind, end)["latestDateCovered"] == "2026-03-02T10:31:00.000+0000"

        transaction.commit()
        assert covered(editor, kind, end)["latestDateCovered"] == "2026-03-02T11:31:00.000+0000"

        org.clock.advance(timedelta(minutes=5))
        younger.rollback()
        assert covered(editor, kind, end)["latestDateCovered"] == "2026-03-02T11:32:00.000+0000"

    def test_a_late_change_is_found_by_who_goes_on_from_there(
        self, org: LocalOrg, editor: Caller, project: str, transaction: Transaction, kind: str
    ) -> None:
        if kind == "updated":
            transaction.update("Project__c", project, {"Name": "Gemini"})
        else:
            transaction.delete(project)
        org.clock.advance(timedelta(hours=1))
        cursor = datetime.fromisoformat(covered(editor, kind, org.clock.now())["latestDateCovered"])

        transaction.commit()

        times = f"start={quote(cursor.isoformat())}&end={quote(org.clock.now().isoformat())}"
        found = editor("GET", f"sobjects/Project__c/{kind}?{times}").json
        assert (found.get("ids") or [each["id"] for each in found["deletedRecords"]]) == [project]


class TestControls:
    """Long transactions by HTTP."""

    PATH = "/localorg/transactions"

    def test_one_is_begun_shown_and_committed(self, app: App, editor: Caller, project: str) -> None:
        writes = [
            {"create": "Project__c", "values": {"Name": "Gemini"}},
            {"update": "Project__c", "id": project, "values": {"Name": "Mercury"}},
            {"create": "Project__c", "values": {"Nothing__c": 1}},
        ]
        begun = call(app, "POST", self.PATH, json={"username": EDITOR, "writes": writes})

        assert begun.status_code == 201
        assert begun.json == {"id": 1, "started_at": NOW.isoformat(), "writes": 3}
        assert call(app, "GET", self.PATH).json == {"open": [begun.json]}
        assert refusal(editor("DELETE", f"sobjects/Project__c/{project}")) == (400, "UNABLE_TO_LOCK_ROW")

        created, updated, failed = call(app, "POST", f"{self.PATH}/1", json={"commit": True}).json["outcomes"]

        assert editor.read("Project__c", created["id"])["Name"] == "Gemini"
        assert updated == {"id": project, "errors": []}
        assert failed["errors"][0]["statusCode"] == "INVALID_FIELD"
        assert call(app, "GET", self.PATH).json == {"open": []}

    def test_one_is_rolled_back(self, app: App, editor: Caller, project: str) -> None:
        call(app, "POST", self.PATH, json={"writes": [{"delete": project}]})

        assert call(app, "POST", f"{self.PATH}/1", json={"commit": False}).json == {"outcomes": []}
        assert editor.read("Project__c", project)["Name"] == "Apollo"

    @pytest.mark.parametrize(
        ("asked", "status", "code"),
        [
            ({"username": "nobody@example.com"}, 404, "NOT_FOUND"),
            ({"writes": [{"delete": 5}]}, 400, "INVALID_INPUT"),
            ({"writes": [{"delete": "001", "values": {}}]}, 400, "INVALID_INPUT"),
            ({"writes": [{"create": "Nothing__c", "values": {}}]}, 400, "INVALID_TYPE"),
            ({"write": []}, 400, "INVALID_INPUT"),
        ],
    )
    def test_what_is_not_understood_is_refused_and_leaves_nothing_open(
        self, app: App, asked: Any, status: int, code: str
    ) -> None:
        assert refusal(call(app, "POST", self.PATH, json=asked)) == (status, code)
        assert call(app, "GET", self.PATH).json == {"open": []}

    @pytest.mark.parametrize("number", ["1", "x"])
    def test_only_open_ones_can_be_ended(self, app: App, number: str) -> None:
        answer = call(app, "POST", f"{self.PATH}/{number}", json={"commit": True})

        assert refusal(answer) == (404, "NOT_FOUND")

    def test_only_this_machine_may_see_them(self, app: App) -> None:
        answer = call(app, "GET", self.PATH, environ={"REMOTE_ADDR": "10.0.0.7"})

        assert refusal(answer) == (404, "NOT_FOUND")
