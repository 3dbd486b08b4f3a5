import math
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils.translation import gettext_lazy, override

from apps.core.api.media import encode


def test_what_json_has_no_type_for_is_written_as_text() -> None:
    with override("en"):
        written = encode([Decimal("1.10"), gettext_lazy("Home"), timedelta(minutes=90), {2, 1}])

    assert written == b'["1.10","Home","P0DT01H30M00S",[1,2]]'


def test_a_number_that_json_cannot_write_is_null() -> None:
    assert encode({"value": math.nan, "other": math.inf}) == b'{"value":null,"other":null}'


def test_what_has_no_form_in_json_is_a_bug() -> None:
    with pytest.raises(TypeError):
        encode(object())
