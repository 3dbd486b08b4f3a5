"""The settings of a source in words."""

from apps.collection.describing import describe_config


def test_settings_are_told_in_the_order_of_the_forms_whatever_the_order_they_were_kept_in():
    kept = {"tls": "none", "host": "db.example.org", "table": "towns", "system": "postgresql"}

    told = describe_config("sql", kept)

    assert told == [
        ("System", "PostgreSQL"),
        ("Name or address of the server", "db.example.org"),
        ("Protection of the connection", "Not encrypted"),
        ("Table or view", "towns"),
    ]


def test_what_is_left_empty_is_not_told():
    assert describe_config("sql", {"system": "sqlite", "cursor": "", "key": (), "lag": 0}) == [
        ("System", "SQLite (a file)"),
        ("How far back to read again", "0"),
    ]


def test_what_no_setting_is_called_comes_last_under_its_own_name():
    assert [name for name, _value in describe_config("rest", {"rate_left": 3, "pagination": "page"})] == [
        "Pages",
        "Rate left",
    ]
