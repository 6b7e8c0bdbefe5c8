"""What an org refuses to save as a formula, with its words."""

from __future__ import annotations

import pytest

from service.localorg.formulas.compile import FormulaError, Kind, compile_formula
from service.localorg.schema.model import Field, Type

TYPES = {
    "Text__c": Type.STRING,
    "Number__c": Type.DOUBLE,
    "Day__c": Type.DATE,
    "Moment__c": Type.DATETIME,
    "Pick__c": Type.PICKLIST,
    "Tags__c": Type.MULTIPICKLIST,
}


def resolve(path: str) -> Field | None:
    type_ = TYPES.get(path)
    return Field(name=path, label=path, type=type_) if type_ else None


@pytest.mark.parametrize(
    ("formula", "subject", "reason"),
    [
        ("VLOOKUP(1)", "VLOOKUP", "Unknown function VLOOKUP. Check spelling."),
        ("Missing__c + 1", "Missing__c", "Field Missing__c does not exist. Check spelling."),
        ("Plan__r.Missing__c = ''", "Plan__r.Missing__c", "Field Plan__r.Missing__c does not exist. Check spelling."),
        ("LEN()", "LEN", "Incorrect number of parameters for function 'LEN()'. Expected 1, received 0"),
        ("IF(TRUE, 1)", "IF", "Incorrect number of parameters for function 'IF()'. Expected 3, received 2"),
        ("TODAY(1)", "TODAY", "Incorrect number of parameters for function 'TODAY()'. Expected 0, received 1"),
        ("CASE(1, 2, 3)", "CASE", "Incorrect number of parameters for function 'CASE()'. Received 3"),
        ("CASE(1, 2, 3, 4, 5)", "CASE", "Incorrect number of parameters for function 'CASE()'. Received 5"),
        ("LEN(1)", "function 'LEN()'", "Incorrect parameter type for function 'LEN()'. Expected Text, received Number"),
        (
            "IF(1, 2, 3)",
            "function 'IF()'",
            "Incorrect parameter type for function 'IF()'. Expected Boolean, received Number",
        ),
        (
            "IF(TRUE, 1, 'a')",
            "function 'IF()'",
            "Incorrect parameter type for function 'IF()'. Expected Number, received Text",
        ),
        (
            "CASE(1, 'a', 2, 3)",
            "function 'CASE()'",
            "Incorrect parameter type for function 'CASE()'. Expected Number, received Text",
        ),
        ("1 + 'a' * 2", "operator '*'", "Incorrect parameter type for operator '*'. Expected Number, received Text"),
        ("1 + 'a'", "operator '+'", "Incorrect parameter type for operator '+'. Expected Text, received Number"),
        ("'a' & 1", "operator '&'", "Incorrect parameter type for operator '&'. Expected Text, received Number"),
        (
            "'a' < 'b'",
            "operator '<'",
            "Incorrect parameter type for operator '<'. Expected Number, Date, DateTime, received Text",
        ),
        ("1 = 'a'", "operator '='", "Incorrect parameter type for operator '='. Expected Number, received Text"),
        (
            "Day__c = Moment__c",
            "operator '='",
            "Incorrect parameter type for operator '='. Expected Date, received DateTime",
        ),
        (
            "Day__c - Moment__c",
            "operator '-'",
            "Incorrect parameter type for operator '-'. Expected Date, received DateTime",
        ),
        (
            "Day__c + Day__c",
            "operator '+'",
            "Incorrect parameter type for operator '+'. Expected Number, received Date",
        ),
        ("1 - Day__c", "operator '-'", "Incorrect parameter type for operator '-'. Expected Number, received Date"),
        (
            "NOT(1)",
            "function 'NOT()'",
            "Incorrect parameter type for function 'NOT()'. Expected Boolean, received Number",
        ),
        ("-'a'", "operator '-'", "Incorrect parameter type for operator '-'. Expected Number, received Text"),
        ("!1", "operator '!'", "Incorrect parameter type for operator '!'. Expected Boolean, received Number"),
        ("1 && TRUE", "operator '&&'", "Incorrect parameter type for operator '&&'. Expected Boolean, received Number"),
        (
            "TEXT('a')",
            "function 'TEXT()'",
            "Incorrect parameter type for function 'TEXT()'. Expected Number, Date, DateTime, Picklist, received Text",
        ),
        (
            "ISPICKVAL(Text__c, 'a')",
            "ISPICKVAL",
            "Incorrect parameter type for function 'ISPICKVAL()'. Expected Picklist, received Text",
        ),
        (
            "INCLUDES(Pick__c, 'a')",
            "INCLUDES",
            "Incorrect parameter type for function 'INCLUDES()'. Expected Multipicklist, received Picklist",
        ),
        (
            "ISCHANGED(Number__c + 1)",
            "ISCHANGED",
            "Incorrect parameter type for function 'ISCHANGED()'. Expected Field Reference",
        ),
        ("1 +", "", "Syntax error. Found nothing where a value belongs"),
        ("1 2", "2", "Syntax error. Extra '2'"),
        ("(1", "", "Syntax error. Missing ')'"),
        ("LEN('a'", "", "Syntax error. Missing ')'"),
        ("* 2", "*", "Syntax error. Extra '*'"),
        (".5 + 1", ".", "Syntax error. Found '.'"),
        ("1 # 2", "#", "Syntax error. Found '#'"),
        ("'open", "'", "Syntax error. Found '''"),
        ("(" * 200 + "1" + ")" * 200, "(", "Formula is nested too deeply"),
    ],
)
def test_a_bad_formula_is_refused_with_its_part_and_reason(formula: str, subject: str, reason: str) -> None:
    with pytest.raises(FormulaError) as refused:
        compile_formula(formula, sobject="Thing__c", resolve=resolve)
    assert (refused.value.subject, refused.value.reason) == (subject, reason)


@pytest.mark.parametrize(
    ("formula", "field"),
    [
        ("Pick__c = 'Open'", "Pick__c"),
        ("'x' & Pick__c", "Pick__c"),
        ("Pick__c", "Pick__c"),
        ("Tags__c = 'A'", "Tags__c"),
        ("TEXT(Tags__c)", "Tags__c"),
        ("IF(TRUE, Pick__c, 'a')", "Pick__c"),
        ("ISBLANK(Pick__c)", "Pick__c"),
        ("LEN(Pick__c)", "Pick__c"),
    ],
)
def test_a_picklist_is_only_read_by_picklist_functions(formula: str, field: str) -> None:
    with pytest.raises(FormulaError, match="Picklist fields are only supported in certain functions") as refused:
        compile_formula(formula, sobject="Thing__c", resolve=resolve)
    assert refused.value.subject == field


@pytest.mark.parametrize(
    ("formula", "kind"),
    [("1", Kind.NUMBER), ("'a'", Kind.TEXT), ("TODAY()", Kind.DATE), ("1 = 1", Kind.BOOLEAN), ("NULL", Kind.NULL)],
)
def test_a_formula_says_what_kind_of_value_it_gives(formula: str, kind: Kind) -> None:
    assert compile_formula(formula, sobject="Thing__c", resolve=resolve).kind is kind
