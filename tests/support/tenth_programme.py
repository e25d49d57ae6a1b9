"""A tenth programme, which no line of code knows: returning to teaching after a career break, with forms of its own."""

from datetime import date
from uuid import UUID

from services.referral.domain.programmes import ProgrammeOpened
from services.referral.domain.templates import Template
from services.referral.programmes import read
from services.referral.publish import publish
from shared.events import PublicEvent

TEXT = """
id: return-to-teaching
edition: 2026-1
title: Return to teaching after a career break
about: A teacher who comes back after a break finds their feet with a companion at the school.
mentees: [mentee]
pairing: in_school
criteria:
  - { code: coming_back, text: "Back after a break", purposes: [induction] }
countersignature: false
consent: mentee
redirects_to: [head_of_staff]
roles:
  - { id: returner, title: Returner, kinds: [], side: mentee }
  - { id: companion, title: Companion, kinds: [general_mentor], side: mentor }
  - { id: head_of_staff, title: Head of staff, kinds: [], held_by: school_lead }
  - { id: partner, title: Whoever shares the home, kinds: [] }
steps:
  - id: way_back
    title: Agree on the way back
    by: [returner, companion]
    form: way_back
    signed_by: [returner, companion]
    kind: agreement
  - { id: outlook, title: Compare outlooks, by: [returner, companion], form: null, signed_by: [], kind: survey }
  - id: look_in
    title: Look in on a lesson
    by: [companion]
    form: look_in
    kind: observation
    owned_by: [returner]
  - id: onwards
    title: Pass on
    by: [returner, companion]
    form: onwards
    signed_by: [returner, companion]
    kind: hand_over
  - { id: word_of_both, title: Say it together, by: [returner, companion], form: word_of_both,
      signed_by: [companion, returner], kind: summary }
  - { id: in_hindsight, title: Say how it was, by: [returner, companion], form: in_hindsight, kind: reflection }
forms:
  - id: way_back
    title: The way back
    read_by: [returner, companion, head_of_staff]
    fields:
      - { id: between_us, text: What stays between us, kind: text }
      - { id: years_away, text: Years away, kind: number, filled_by: [returner] }
      - { id: confidence, text: How ready I feel, kind: one_to_ten, filled_by: [returner] }
      - { id: first_lesson, text: First lesson alone, kind: date, optional: true }
      - { id: pace, text: At which pace, kind: choice, choices: [gently, at once] }
      - { id: can_show, text: What I can show, kind: text, filled_by: [companion], optional: true }
      - { id: ticked, text: Signed, kind: signature, optional: true }
  - id: look_in
    title: A lesson seen
    read_by: [returner, companion]
    fields:
      - { id: question, text: What I want to know, kind: text, filled_by: [returner] }
      - { id: calm, text: How calm it was, kind: one_to_ten }
      - { id: seen, text: What I saw, kind: text, optional: true }
  - id: ease
    title: How it goes
    read_by: [returner]
    fields:
      - { id: at_ease, text: How much at ease, kind: one_to_ten }
      - { id: hours, text: Hours of preparation, kind: number, optional: true }
      - { id: mood, text: In which mood, kind: choice, choices: [rested, tired] }
      - { id: own, text: What only I can say, kind: one_to_ten, filled_by: [returner] }
  - id: onwards
    title: What goes on
    read_by: [returner, companion]
    fields:
      - { id: found_again, text: What was found again, kind: text }
  - id: stepping_stone
    title: A stepping stone
    read_by: [returner, companion]
    fields:
      - { id: firm_ground, text: What I stand on already, kind: text, optional: true }
      - { id: courage, text: How much courage it takes, kind: one_to_ten, optional: true }
  - id: word_of_both
    title: What both of us say
    read_by: [returner, companion, head_of_staff]
    fields:
      - { id: for_the_school, text: What the school should know, kind: text }
  - id: in_hindsight
    title: In hindsight
    read_by: [returner, companion]
    fields:
      - { id: worth, text: What it was worth, kind: text }
      - { id: lighter, text: How much lighter it feels, kind: one_to_ten, filled_by: [returner] }
survey:
  title: Outlooks
  scale: 4
  differ_by: 3
  statements:
    - { id: routines, text: I need routines first, view: instrumental, talk_about: "Which routines?" }
    - { id: growing, text: I am here to grow, view: developmental, talk_about: "Into what?" }
safe_contact:
  roles: [head_of_staff]
  text: The head of staff listens, and tells nobody.
prompts:
  - { stage: stimulate, text: What has changed since you were last here }
days: { kinds: [general], accepted_by: [] }
targets:
  { form: stepping_stone, per_week: 4, shared_with: [head_of_staff, partner], untouched_after: 4, mentor_after: 3 }
works_on_bank_holidays: false
mentor_time_rule: null
induction: null
frameworks: []
curriculum:
  - { id: back_in_class, text: Back in the classroom }
  - { id: what_changed, text: What has changed since }
feedback: { by: [companion, head_of_staff] }
instruments:
  - { id: ease, title: How it goes, form: ease, by: [returner, companion, head_of_staff], every_weeks: 4, at_end: true }
figures:
  - { id: lessons_taught, text: Lessons taught in the week }
safeguarding: { by: [head_of_staff], opens: [observation, measures], days_at_most: 5, may_tell_later: false }
confidentiality:
  { notes_read_by: [returner, companion], summary_to: [head_of_staff], smallest_group: 2, mentor_reads_for_days: 7 }
conflicts: [line_manager]
review: { every_weeks: 9, by: [head_of_staff], decisions: [close, monitor, continue], monitor_weeks: 2, notice: 3 }
signs:
  missed_in_a_row: 3
  no_agenda_by_mentee: 2
  falling_pulse: 3
  untouched_targets: true
  pass_on_after: 2
  pass_on_to: [head_of_staff]
needs:
  counted_until: ["08-31", "02-28"]
  choices:
    - { code: up_to_date, text: What has changed in the subject }
    - { code: pace, text: The pace of a school day }
refer_on:
  agreement: mentee
  by: [head_of_staff]
  choices:
    - { code: refresher, text: A course that refreshes the subject, outside: true }
    - { code: voice, text: Voice training }
circles: { largest: 3, reminder: Name no returner. }
offers: { stale_after_days: 365, leave_stale_out: false }
answers: { remind_after: 5, answer_within: 10 }
readiness: { training: false, qts: false }
placements: { schools_at_least: null, same_school_again: false }
contrast:
  { phase: 1, size: 1, gender: 1, faith: 1, admissions: 1, free_meals: 1, urban_rural: 1, special_provision: 1 }
travel_caps: { car: null, public_transport: null, bicycle: null, walking: null }
travel_speeds: { car: null, public_transport: null, bicycle: null, walking: null }
detour_factor: null
mentoring:
  hours_per_trainee_week: 0.5
  meetings_per_week: 0
  weeks_between_meetings: 2
  targets_per_meeting: 2
  weeks: [26]
  facets: [general]
assessment: { assessor_is_not_mentor: true, kinds: [], framework: null }
weights: { travel: 0 }
"""
TENTH: Template = read({"return-to-teaching.yaml": TEXT})["return-to-teaching"]


def programme_opened(template: Template, programme_id: UUID) -> PublicEvent:
    """What referral publishes when a programme is opened from a template."""
    event = ProgrammeOpened(
        happened_on=date(2026, 6, 1),
        programme_id=programme_id,
        template=template.id,
        title=template.title,
        academic_year="2026/27",
        starts_on=date(2026, 9, 1),
        ends_on=date(2027, 7, 31),
        settings=template.model_dump(mode="json"),
    )
    published = publish(event)
    assert published is not None
    return published
