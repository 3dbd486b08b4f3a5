"""How fast a run went: pure, from samples."""

import pytest

from apps.collection.throughput import rates_of, throughput_chart, throughput_spark, throughput_text

STEADY = [[second, second * 100] for second in range(1, 31)]


@pytest.mark.parametrize("samples", [[], [[0.0, 10]], [[1, 5], [2, 9]], [[0.1, 1], [0.2, 2], [0.3, 3], [0.4, 9]]])
def test_too_little_says_nothing(samples):
    assert rates_of(samples) == []
    assert throughput_chart(samples) is None
    assert throughput_spark(samples) is None


def test_a_steady_run_has_one_rate_whatever_the_samples_that_were_let_go():
    thinned = [*STEADY[:10:3], *STEADY[10:20:2], *STEADY[20:]]

    rates = [rate for _end, rate in rates_of(thinned)]

    assert rates == pytest.approx([100.0] * len(rates))
    assert len(rates) <= len(thinned)


def test_the_rates_add_up_to_what_was_read():
    samples = [[2, 10], [3, 400], [9, 405], [9.5, 900], [20, 1_000]]

    rates = rates_of(samples, steps=7)
    length = rates[0][0]

    assert sum(rate * length for _end, rate in rates) == pytest.approx(1_000)
    assert rates[-1][0] == pytest.approx(20)


def test_records_counted_again_never_make_a_negative_rate():
    samples = [[1, 100], [2, 200], [3, 150], [4, 300]]

    assert min(rate for _end, rate in rates_of(samples)) == 0


def test_samples_of_the_same_instant_are_read_as_one():
    samples = [[1, 100], [1, 100], [1, 120], [4, 300], [4, 320]]

    assert all(rate >= 0 for _end, rate in rates_of(samples))


@pytest.mark.parametrize(
    ("samples", "said"),
    [
        ([[second, second * second * 10] for second in range(1, 20)], "It goes faster and faster"),
        ([[second, 1_000 * second - 20 * second * second] for second in range(1, 20)], "It goes slower and slower"),
        (STEADY, "100 records per second on average"),
    ],
)
def test_the_chart_says_what_it_shows(samples, said):
    assert throughput_text(samples).startswith(said)
    assert throughput_chart(samples).conclusion == throughput_spark(samples).conclusion == throughput_text(samples)


def test_the_chart_is_a_table_too():
    chart = throughput_chart(STEADY)

    assert chart.columns == ["Since the start", "records per second"]
    assert chart.rows[-1] == ("30 s", 100.0)
