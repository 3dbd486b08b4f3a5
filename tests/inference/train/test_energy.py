"""Energy is measured where the processor tells it, estimated otherwise, and says which."""

import pytest

from apps.inference.energy import Meter, method_told


def counter(folder, name, microjoules, largest=1_000_000):
    place = folder / name
    place.mkdir(exist_ok=True)
    (place / "energy_uj").write_text(f"{microjoules}\n")
    (place / "max_energy_range_uj").write_text(f"{largest}\n")


def test_counters_of_each_processor_are_added_up_and_may_have_begun_again(tmp_path):
    counter(tmp_path, "intel-rapl:0", 100_000)
    counter(tmp_path, "intel-rapl:0:0", 50_000)
    counter(tmp_path, "intel-rapl:1", 900_000)
    meter = Meter.start(tmp_path)

    counter(tmp_path, "intel-rapl:0", 600_000)
    counter(tmp_path, "intel-rapl:0:0", 90_000)
    counter(tmp_path, "intel-rapl:1", 400_000)

    cost = meter.cost()
    assert (cost.joules, cost.method) == (pytest.approx(1.0), "rapl")
    assert "RAPL" in method_told(cost.method)


def test_without_counters_it_is_processor_time_at_so_many_watts(tmp_path, settings):
    settings.TRAINING_WATTS_PER_CORE = 5
    meter = Meter.start(tmp_path)

    sum(range(3_000_000))

    cost = meter.cost()
    assert cost.cpu_seconds > 0
    assert (cost.joules, cost.method) == (pytest.approx(cost.cpu_seconds * 5), "cpu 5")
    assert "5 W" in method_told(cost.method)


def test_a_counter_that_may_no_longer_be_read_is_not_believed(tmp_path):
    counter(tmp_path, "intel-rapl:0", 100_000)
    meter = Meter.start(tmp_path)

    (tmp_path / "intel-rapl:0" / "energy_uj").unlink()

    assert meter.cost().method.startswith("cpu ")
