"""Offers that share mentors with others: a flow through the offer first and then the mentor.

A mentor of two subjects, each with places for others as well, is a limit that crosses the offers' (see `nesting`). In
the order trainee → offer → mentor → ... a flow keeps both, but no longer knows which trainee went on to which mentor.
So each of these candidates' costs is split into a part of the trainee's way to the offer and a part of the mentor,
which together are never more than the cost. What the flow comes to is then a bound. With the offers that it chose held
fast, the mentors are dealt out by a second flow, by what each pair really costs, bars and all; where it comes to the
bound, as it does where costs are sums of the two parts, nothing can be better.
"""

from dataclasses import dataclass, replace

import numpy as np

from services.matching.solver.candidates import BoolArray, IntArray
from services.matching.solver.flow import Network, largest_cost, most_at_least
from services.matching.solver.nesting import Family
from services.matching.solver.question import Question


@dataclass(frozen=True, slots=True)
class Ways:
    """Trainees' ways to shared offers: trainee, offer and cost of each; of each candidate its way, -1 for none.

    `wanted` says of each seat for how many ways it is the one best mentor (a standing pair, a wish).
    """

    trainee: IntArray
    offer: IntArray
    cost: IntArray
    of: IntArray
    wanted: IntArray


def offers_first(
    question: Question, cost: IntArray, innermost: IntArray, limits: Network
) -> tuple[Question, IntArray, int]:
    """The question left when shared offers are chosen, the positions of its candidates, and the least cost there is.

    `innermost` is the node after each seat, `limits` the network of limits without any candidates.
    """
    shared = question.nesting.shared
    price = _prices(question, cost)
    ways = _ways(question, cost, price)
    plain = np.flatnonzero(ways.of < 0)
    used = np.flatnonzero(shared.of >= 0)
    wanted = np.flatnonzero(ways.wanted)
    nodes, offers = len(limits.supply), len(shared.capacity)
    arriving, hosted = nodes + np.arange(offers), nodes + offers + np.arange(offers)
    tails = [1 + question.trainee[plain], 1 + ways.trainee, arriving, hosted[shared.of[used]]]
    tails += [hosted[shared.of[wanted]], limits.tail]
    heads = [innermost[question.seat[plain]], arriving[ways.offer], hosted, innermost[used], innermost[wanted]]
    heads += [limits.head]
    one = np.ones(len(plain) + len(ways.trainee), dtype=np.int64)
    most = np.full(len(used), len(question.rank), dtype=np.int64)
    none = np.zeros(offers, dtype=np.int64), np.zeros(len(limits.tail), dtype=np.int64)
    costs = np.concatenate([cost[plain], ways.cost, none[0], price[used], price[wanted], none[1]])
    # of answers that cost the same, one that leaves wanted mentors where they are wanted: a unit each, below all costs
    room = largest_cost(nodes + 2 * offers) // (1 + int(np.abs(costs).max()))
    scale = max(1, min(room, 1 + int(ways.wanted.sum())))
    scaled = costs * scale
    begin = len(plain) + len(ways.trainee) + offers + len(used)
    scaled[begin : begin + len(wanted)] -= 1
    network = Network(
        np.concatenate(tails),
        np.concatenate(heads),
        np.concatenate([one, shared.capacity, most, ways.wanted[wanted], limits.capacity]),
        np.concatenate([limits.supply, np.zeros(2 * offers, dtype=np.int64)]),
    )
    flow = most_at_least(network, scaled)
    # of way -1, which is none, it is said at the end that nobody takes it
    taken = np.append(flow[len(plain) : len(plain) + len(ways.trainee)] > 0, False)
    dealt = np.flatnonzero(taken[ways.of])
    kept = np.sort(np.concatenate([plain[flow[: len(plain)] > 0], dealt]))
    left = replace(
        question,
        trainee=question.trainee[kept],
        seat=question.seat[kept],
        parts=tuple(part[kept] for part in question.parts),
    )
    return left, kept, -(-int(flow @ scaled) // scale)


def _prices(question: Question, cost: IntArray) -> IntArray:
    """By seat, what its mentor usually adds to the cost at the offer, beside the mentor with most candidates there."""
    shared: Family = question.nesting.shared
    seats = len(shared.of)
    at = np.flatnonzero(shared.of[question.seat] >= 0)
    seat = question.seat[at]
    times = np.bincount(seat, minlength=seats)
    first = np.full(len(shared.capacity), -1, dtype=np.int64)
    busiest = np.argsort(times, kind="stable")
    first[shared.of[busiest[shared.of[busiest] >= 0]]] = busiest[shared.of[busiest] >= 0]

    key = question.trainee << 32 | question.seat
    beside = np.searchsorted(key, question.trainee[at] << 32 | first[shared.of[seat]])
    beside = np.minimum(beside, len(key) - 1)
    known = key[beside] == question.trainee[at] << 32 | first[shared.of[seat]]
    added, of = (cost[at] - cost[beside])[known], seat[known]
    order = np.lexsort((added, of))
    price = np.zeros(seats, dtype=np.int64)
    found, begins, counts = np.unique(of[order], return_index=True, return_counts=True)
    price[found] = added[order][begins + counts // 2]
    return price


def _ways(question: Question, cost: IntArray, price: IntArray) -> Ways:
    shared = question.nesting.shared.of[question.seat]
    at: BoolArray = shared >= 0
    two, of = np.unique(question.trainee[at] << 32 | shared[at], return_inverse=True)
    rest, seat = (cost - price[question.seat])[at], question.seat[at]
    least = np.full(len(two), np.iinfo(np.int64).max)
    np.minimum.at(least, of, rest)
    best = rest == least[of]
    alone = best & (np.bincount(of, best, len(two)) == 1)[of] & (np.bincount(of, minlength=len(two)) > 1)[of]
    way = np.full(len(shared), -1, dtype=np.int64)
    way[at] = of
    wanted = np.bincount(seat[alone], minlength=len(price))
    return Ways(two >> 32, two & 0xFFFFFFFF, least, way, wanted)
