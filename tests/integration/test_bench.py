"""Each benchmark once, tiny: it runs against the real servers, finds figures, and counts what must come."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import report
from bench.__main__ import BENCHMARKS
from bench.figures import QUICK, Answered, Finding, Growth, Latency, Peak, Rate, Ratio
from bench.servers import Servers


@pytest.fixture(scope="module")
def servers(postgres_admin_url: str, kafka_bootstrap: str, tmp_path_factory: pytest.TempPathFactory) -> Servers:
    return Servers(postgres_admin_url, kafka_bootstrap, tmp_path_factory.mktemp("bench"))


@pytest.mark.parametrize("name", BENCHMARKS)
async def test_a_benchmark_finds_figures_and_loses_nothing_on_the_way(name: str, servers: Servers) -> None:
    found = await BENCHMARKS[name](servers, QUICK)  # each asserts that whatever it sent has come

    assert found
    for figure in found:
        assert all(value > 0 for value in _values(figure)), figure


def _values(finding: Finding) -> Iterator[float]:
    match finding:
        case Ratio():
            yield from (rate.per_second for rate in (*finding.ours, *finding.at_most))
        case Growth():
            yield from (rate for _, rate in finding.points)
        case Latency():
            yield from (*finding.theirs, finding.at(99)[0])
        case Answered():
            yield from (*finding.ours, *finding.theirs)
        case Peak():
            yield finding.had


def test_a_page_names_what_is_missed() -> None:
    reached = Ratio("quick enough", "a ceiling", [Rate(60)], [Rate(100)], wanted=0.5)
    missed = Ratio("too slow", "a ceiling", [Rate(40)], [Rate(100)], wanted=0.5)
    slow = Latency("from here to there", "Kafka", [1.0] * 98 + [90.0] * 2, [1.0] * 100)
    lines = report.lines_of([reached, missed, slow], report.machine(), 1)

    page = report.page({"append": lines}).partition("## What is missed")[2].partition("##")[0]

    assert "- too slow: 0.40, wanted 0.5." in page
    assert "- from here to there, p99: +" in page
    assert "quick enough" not in page
    assert "p50" not in page


def test_a_page_keeps_the_lines_of_benchmarks_that_were_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def finding(what: str) -> Finding:
        return Ratio(what, "a ceiling", [Rate(40, 1)], [Rate(100, 2)], note="a note")

    monkeypatch.setattr(report, "PAGE", tmp_path / "performance.md")
    monkeypatch.setattr(report, "LINES", tmp_path / "performance.json")
    order = ["append", "relay", "rounds"]
    report.write({"relay": [finding("old relay")], "append": [finding("append")]}, report.machine(), 5, order)
    earlier = json.loads(report.LINES.read_text(encoding="utf-8"))
    earlier["append"]["date"] = "2026-01-02"
    report.save(earlier, report.LINES)

    report.write({"rounds": [finding("round")], "relay": [finding("relay")]}, report.machine(), 1, order)

    page = report.PAGE.read_text(encoding="utf-8")
    assert [line.split(" | ")[0] for line in page.splitlines() if line.startswith("| ") and "a ceiling" in line] == [
        "| append",
        "| relay",
        "| round",
    ]
    assert "| append | 40 | a ceiling | 100 | 0.40 |  |  | 2026-01-02 |" in page
    assert "old relay" not in page
    assert "2026-01-02, 5 turns" in page


def test_a_rate_that_must_be_reached_is_missed_whatever_the_ratio() -> None:
    assert Ratio("", "", [Rate(39_000)], [Rate(40_000)], wanted=0.5, least=40_000).misses
    assert not Ratio("", "", [Rate(41_000)], [Rate(60_000)], wanted=0.5, least=40_000).misses
