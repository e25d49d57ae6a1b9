"""Rules of the rulebook as SQL, so that a report judges each row by the rule of its day."""

from shared.calendar import bank_holidays
from shared.rulebook import rules


def quantity_of(rule_id: str, *, on: str, route: str) -> str:
    """Return the SQL expression for the number that a rule sets on a day for a route, null where no rule is known.

    `on` and `route` are SQL expressions. A rule for the route goes before a general one.
    """
    lines = [
        f"('{each.route or ''}', date '{each.effective_from}', "
        f"date '{each.effective_to or 'infinity'}', {each.quantity})"
        for each in rules()
        if each.id == rule_id and each.phase is None
    ]
    if not lines:
        raise LookupError(f"the rulebook has no rule {rule_id}")
    return f"""(
        select quantity::float8 from (values {", ".join(lines)}) rule (route, first_day, last_day, quantity)
        where {on} between first_day and last_day and rule.route in ('', {route})
        order by rule.route desc limit 1)"""


def working_day_before(day: str, number: str) -> str:
    """Return the SQL expression for the last day from which on there are so many working days up to and with a day.

    `day` and `number` are SQL expressions, `number` a whole number. Null where the number is 0.
    """
    holidays = ", ".join(f"'{each.date}'" for each in bank_holidays().dates)
    return f"""(
        select back::date from generate_series({day}, {day} - 2 * {number} - 30, interval '-1 day') back
        where extract(isodow from back) < 6 and back::date <> all (array[{holidays}]::date[])
        order by back desc offset greatest({number} - 1, 0) limit case when {number} > 0 then 1 else 0 end)"""
