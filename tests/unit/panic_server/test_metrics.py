"""What Prometheus gets to read."""

from prometheus_client.parser import text_string_to_metric_families

from panic_server.metrics import Metrics
from panic_server.people import Role
from panic_server.wire.shapes import Component


def read(metrics: Metrics) -> dict[str, float]:
    families = text_string_to_metric_families(metrics.render().decode())
    return {f"{s.name}{sorted(s.labels.values()) or ''}": s.value for family in families for s in family.samples}


def test_alarms_are_counted_by_kind_and_timed():
    metrics = Metrics()
    metrics.alarm("fire", 0.002)
    metrics.alarm("fire", 0.004)
    metrics.repeat()
    found = read(metrics)
    assert found["kentongan_alarms_total['fire']"] == 2
    assert found["kentongan_alarm_repeats_total"] == 1
    assert found["kentongan_trigger_to_commit_seconds_bucket['0.003']"] == 1


def test_commits_are_timed_and_their_size_is_kept():
    metrics = Metrics()
    metrics.committed(7, 0.001)
    metrics.commit_failed()
    found = read(metrics)
    assert (found["kentongan_batch_orders_sum"], found["kentongan_commit_seconds_count"]) == (7, 1)
    assert found["kentongan_commits_failed_total"] == 1


def test_sockets_and_the_ends_of_sockets_are_counted():
    metrics = Metrics()
    metrics.socket_opened(Role.OPERATOR)
    metrics.socket_opened(Role.OPERATOR)
    metrics.socket_closed(Role.OPERATOR)
    metrics.closed_by_us(4001)
    found = read(metrics)
    assert found["kentongan_live_sockets['operator']"] == 1
    assert found["kentongan_live_closed_total['4001']"] == 1


def test_an_empty_outbox_has_no_age():
    metrics = Metrics()
    metrics.outbox(age_s=4.5, pending=3)
    metrics.outbox(age_s=None, pending=0)
    found = read(metrics)
    assert (found["kentongan_outbox_age_seconds"], found["kentongan_outbox_pending"]) == (0, 0)


def test_the_rest_is_counted():
    metrics = Metrics()
    metrics.refused("not_json")
    metrics.published(50)
    metrics.reached_consoles(0.004)
    metrics.snapshot()
    metrics.fault("live")
    found = read(metrics)
    counted = ["refused_total['not_json']", "events_total", "live_snapshots_total", "faults_total['live']"]
    assert [found[f"kentongan_{name}"] for name in counted] == [1, 50, 1, 1]
    assert found["kentongan_commit_to_console_seconds_bucket['0.005']"] == 1


def test_two_servers_in_one_process_count_apart():
    one, other = Metrics(), Metrics()
    one.snapshot()
    assert read(other)["kentongan_live_snapshots_total"] == 0


def test_each_part_of_the_health_page_can_have_an_alert():
    metrics = Metrics()
    metrics.components(
        [Component("journal", ok=True, detail="writes"), Component("push", ok=False, detail="push_down")]
    )
    metrics.components([Component("journal", ok=False, detail="full"), Component("push", ok=True, detail="")])
    found = read(metrics)
    assert (found["kentongan_component_ok['journal']"], found["kentongan_component_ok['push']"]) == (0, 1)
