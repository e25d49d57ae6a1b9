"""What a round reads, all at one moment: people under the ids of the records that stand for theirs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import asyncpg

from services.matching.domain.known import ProgrammeKnown
from services.matching.rounds.own_rows import OwnRows

Row = Mapping[str, Any] | asyncpg.Record


@dataclass(frozen=True, slots=True)
class Rows:
    """Candidates and offers of the programme's year; mentors, pairs and schools of the whole partnership.

    `not_open` are schools that said they do not host in that year, `merges` records for which others stand, `supports`
    who is there for somebody beside a lead mentor.
    """

    candidates: Sequence[Row]
    offers: Sequence[Row]
    mentors: Sequence[Row]
    pairs: Sequence[Row]
    schools: Sequence[Row]
    trained: Sequence[Row] = ()
    relations: Sequence[Row] = ()
    earlier: Sequence[Row] = ()
    not_open: Sequence[Row] = ()
    travel_times: Sequence[Row] = ()
    said: Sequence[Row] = ()
    merges: Sequence[Row] = ()
    supports: Sequence[Row] = ()


async def rows(connection: OwnRows, programme: ProgrammeKnown, on: date) -> Rows:
    """The rows of a round of the programme on a day, within the caller's transaction."""
    return Rows(
        candidates=await connection.fetch(_CANDIDATES, programme.programme_id),
        offers=await connection.fetch(_OFFERS, programme.academic_year, on),
        mentors=await connection.fetch(_MENTORS),
        pairs=await connection.fetch(_PAIRS),
        schools=await connection.fetch(_SCHOOLS),
        trained=await connection.fetch(_TRAINED),
        relations=await connection.fetch(_RELATIONS),
        earlier=await connection.fetch(_EARLIER),
        not_open=await connection.fetch(_NOT_OPEN, programme.academic_year),
        travel_times=await connection.fetch(_TRAVEL_TIMES),
        said=await connection.fetch(_SAID),
        merges=await connection.fetch(_MERGES),
        supports=await connection.fetch(_SUPPORTS),
    )


# what was said of the record that was kept goes before what was said of one that was merged into it
_CANDIDATES = """
    with standings as (
        select distinct on (id) coalesce(m.kept_id, s.trainee_id) as id, s.standing
        from trainee_standings s left join merges m on m.tenant = s.tenant and m.merged_id = s.trainee_id
        order by id, m.kept_id is not null, s.since desc
    )
    select c.referral_id, coalesce(m.kept_id, c.trainee_id) as trainee_id, t.subject, t.phase, t.home_easting,
           t.home_northing, t.travel_mode, t.travel_limit_minutes, t.home_area, t.route_kind, s.standing, r.reasons
    from candidates c
    left join merges m on m.tenant = c.tenant and m.merged_id = c.trainee_id
    left join trainees t on t.tenant = c.tenant and t.trainee_id = coalesce(m.kept_id, c.trainee_id)
    left join standings s on s.id = t.trainee_id
    left join reasons r on r.tenant = c.tenant and r.referral_id = c.referral_id
    where c.programme_id = $1 and c.status <> 'left'
    order by c.referral_id"""

_OFFERS = """
    select offer_id, school_urn, subject, phase, places, starts_on, ends_on, routes, shared_with, last_confirmed_on
    from offers
    where academic_year = $1 and ends_on > $2
    order by offer_id"""

_MENTORS = """
    with terms as (
        select distinct on (id) coalesce(m.kept_id, t.mentor_id) as id, t.facets, t.load, t.available
        from mentor_terms t left join merges m on m.tenant = t.tenant and m.merged_id = t.mentor_id
        order by id, m.kept_id is not null, t.mentor_id
    )
    select m.mentor_id, m.school_urn, m.subjects, m.phases, m.capacity_hours, m.volunteer, t.facets, t.load,
           t.available, m.trained_on
    from mentors m
    left join terms t on t.id = m.mentor_id
    order by m.mentor_id"""

_TRAINED = """
    select coalesce(m.kept_id, t.mentor_id) as mentor_id
    from trainings t left join merges m on m.tenant = t.tenant and m.merged_id = t.mentor_id"""

_PAIRS = """
    select p.pair_id, p.referral_id, coalesce(t.kept_id, p.trainee_id) as trainee_id,
           coalesce(m.kept_id, p.mentor_id) as mentor_id, p.school_urn, p.offer_id, p.starts_on, p.ends_on,
           p.mentor_hours_per_week, p.status, p.locked
    from pairs p
    left join merges t on t.tenant = p.tenant and t.merged_id = p.trainee_id
    left join merges m on m.tenant = p.tenant and m.merged_id = p.mentor_id
    order by p.starts_on, p.pair_id"""

_SCHOOLS = """
    select urn, easting, northing, closed, successor_urn, phase, pupils, gender, religious_character,
           admissions_policy, percentage_fsm, urban_rural, special_classes, resourced_provision
    from schools"""

_RELATIONS = """
    select coalesce(m.kept_id, r.mentor_id) as mentor_id, r.relations
    from relations r left join merges m on m.tenant = r.tenant and m.merged_id = r.mentor_id"""

_EARLIER = """
    select coalesce(m.kept_id, e.trainee_id) as trainee_id, e.schools
    from earlier_placements e left join merges m on m.tenant = e.tenant and m.merged_id = e.trainee_id
    order by e.trainee_id"""

_NOT_OPEN = """
    select school_urn, said_on from appetites where academic_year = $1 and appetite = 'not_open'"""

_TRAVEL_TIMES = """
    select place, minutes from travel_times"""

# what was said of the record that was kept comes first
_SAID = """
    select coalesce(m.kept_id, s.person_id) as person_id, s.wishes, s.wishes_passed_on, s.vetoes, s.vetoes_passed_on,
           s.choices, s.choices_passed_on
    from said s left join merges m on m.tenant = s.tenant and m.merged_id = s.person_id
    order by (m.kept_id is not null), s.person_id"""

_MERGES = """
    select merged_id, kept_id from merges"""

_SUPPORTS = """
    select coalesce(e.kept_id, s.mentee_id) as mentee_id, coalesce(m.kept_id, s.mentor_id) as mentor_id, s.role,
           s.facet, s.starts_on, s.ends_on, s.hours_per_week, s.status
    from supports s
    left join merges e on e.tenant = s.tenant and e.merged_id = s.mentee_id
    left join merges m on m.tenant = s.tenant and m.merged_id = s.mentor_id"""
