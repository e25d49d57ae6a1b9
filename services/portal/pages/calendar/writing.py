"""Write entries as an iCalendar document (RFC 5545), which every calendar can read at the address of a feed."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from icalendar import Calendar, Event, Timezone
from icalendar.prop import vDDDTypes

from services.portal.pages.calendar.entries import Entry
from services.portal.queries.calendars import EntryVersion
from shared.calendar import ENGLAND

ASK_EVERY = timedelta(hours=4)
"""How often a calendar should ask for the feed."""
MEETING_LASTS = timedelta(hours=1)


def write_calendar(entries: Sequence[Entry], versions: Mapping[str, EntryVersion], url: str, today: date) -> bytes:
    """Write entries, in order, with the version of each by name; `url` is the public address of the pages."""
    calendar = Calendar()
    calendar.add("prodid", "-//Alongside//Calendar feed//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "Alongside")
    calendar.add("x-wr-timezone", ENGLAND.key)
    calendar.add("refresh-interval", vDDDTypes(ASK_EVERY), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDDDTypes(ASK_EVERY))
    first, last = (min(entries, key=_day).on, max(entries, key=_day).on) if entries else (today, today)
    # whole years, so that the zone reads the same until a year is over
    calendar.add_component(Timezone.from_tzid(ENGLAND.key, first_date=date(first.year, 1, 1), last_date=_after(last)))
    for entry in entries:
        calendar.add_component(_event(entry, versions[entry.name], url))
    return bytes(calendar.to_ical())


def _day(entry: Entry) -> date:
    return entry.on


def _after(last: date) -> date:
    return date(last.year + 1, 12, 31)


def _event(entry: Entry, version: EntryVersion, url: str) -> Event:
    event = Event()
    host = url.partition("://")[2].partition("/")[0].partition(":")[0]
    event.add("uid", f"{entry.name}@{host}")
    event.add("sequence", version.sequence)
    event.add("dtstamp", version.changed_at)
    event.add("last-modified", version.changed_at)
    if entry.at is None:
        event.add("dtstart", entry.on)
        event.add("dtend", entry.on + timedelta(days=1))
    else:
        begins = datetime.combine(entry.on, entry.at, ENGLAND)
        event.add("dtstart", begins)
        event.add("dtend", begins + MEETING_LASTS)
    event.add("summary", entry.summary)
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    event.add("transp", "OPAQUE" if entry.takes_time and not entry.is_cancelled else "TRANSPARENT")
    event.add("class", "PRIVATE")
    event.add("url", f"{url}{entry.address}")
    return event
