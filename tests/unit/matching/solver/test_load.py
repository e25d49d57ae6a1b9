import pytest
from hypothesis import given

from services.matching.solver import Problem, solve
from services.matching.solver.load import load_report
from tests.unit.matching.solver.rounds import a_round, examples, mentor, offer, school, small_rounds, trainee


@pytest.mark.covers("M12")
def test_the_report_shows_who_carries_more_than_the_whole_while_others_have_room() -> None:
    problem = a_round(
        trainees=[trainee(f"t{i}", travel_limit_minutes=15) for i in range(3)],
        offers=[offer("o1", "100001", places=3), offer("o2", "100002", places=3)],
        mentors=[mentor("m1", "100001", capacity_hours=6), mentor("m2", "100002", capacity_hours=6)],
        schools=[school("100001", minutes_away=10), school("100002", minutes_away=20)],
    )

    report = load_report(problem, solve(problem))

    assert [(share.id, share.used, share.has) for share in report.schools.shares] == [
        ("100001", 3, 3),
        ("100002", 0, 3),
    ]
    assert (report.schools.overall, report.schools.largest, report.schools.smallest) == (0.5, 1.0, 0.0)
    assert (report.schools.above, report.schools.free) == (1, 1)
    assert [(share.id, share.used, share.has) for share in report.mentors.shares] == [("m1", 270, 360), ("m2", 0, 360)]


@pytest.mark.covers("M12")
def test_schools_and_mentors_without_capacity_are_not_in_the_load_report() -> None:
    problem = a_round(offers=[offer(places=0)], mentors=[mentor(capacity_hours=0)])

    report = load_report(problem, solve(problem))

    assert (report.schools.shares, report.mentors.shares, report.schools.overall) == ((), (), 0.0)


@pytest.mark.covers("M12")
@examples(60)
@given(small_rounds())
def test_the_report_agrees_with_the_loads_of_the_solution(problem: Problem) -> None:
    solution = solve(problem)

    report = load_report(problem, solution)

    assert {share.id: share.share for share in report.mentors.shares} == pytest.approx(dict(solution.load.mentors))
    assert {share.id: share.share for share in report.schools.shares} == pytest.approx(dict(solution.load.schools))
