from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.crm.exact_json import dumps, loads

exact = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.decimals(allow_nan=False, allow_infinity=False, places=4),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@pytest.mark.req("P12")
@given(exact)
def test_what_is_written_reads_back_the_same(value):
    assert loads(dumps(value)) == value


@pytest.mark.req("P12")
def test_a_number_keeps_all_its_digits():
    digits = "12345678901234.5678"
    assert dumps({"n": Decimal(digits)}) == f'{{"n":{digits}}}'
    assert loads(digits) == Decimal(digits)


@pytest.mark.req("P12")
def test_an_emoji_leaves_as_itself():
    assert dumps(("😀",)) == '["😀"]'


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), float("nan"), object(), b"bytes"])
def test_what_json_cannot_hold_is_refused(value):
    with pytest.raises((TypeError, ValueError)):
        dumps([value])
