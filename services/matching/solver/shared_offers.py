"""A flow for offers that share mentors with others: through the offer first and then the mentor.

A mentor of two subjects, each with places for others as well, is a limit that crosses the offers' (see `nesting`). In
the order trainee → offer → mentor → ... a flow has both limits, but does not know which trainee went on to which
mentor. So the cost of each candidate is split into a part of the trainee at the offer and a part of the mentor, which
together are never more than the cost. The cost of this flow is therefore a lower bound.

A second flow then keeps the first one's choice of offers, and assigns the mentors by the true costs, without barred
pairs. If it reaches the bound, as it does if costs are sums of the two parts, it is an optimum. If it does not, a
better solution can only have candidates whose reduced cost is no more than the gap.
"""

from dataclasses import dataclass

import numpy as np

from services.matching.solver.candidates import BoolArray, IntArray
from services.matching.solver.flow import Network, largest_cost, max_flow_at_min_cost, prove_cost
from services.matching.solver.nesting import Family
from services.matching.solver.question import Question


@dataclass(frozen=True, slots=True)
class OfferChoices:
    """The trainees' choices of shared offers: trainee, offer and cost of each; by candidate its choice, -1 for none.

    `wanted` counts for each seat the choices of which it is the only best mentor (a standing pair, a wish).
    """

    trainee: IntArray
    offer: IntArray
    cost: IntArray
    of: IntArray
    wanted: IntArray


@dataclass(frozen=True, slots=True)
class SharedOfferFlow:
    """The flow through shared offers first, and the reduced costs (times `scale`) by arc and dual value that prove it.

    Arcs are the plain candidates, the choices of offers, the offers, the seats, the wanted seats, the limits; `begins`
    is where each of these six begins. Arcs for no place are among the limits, or after them.
    """

    question: Question
    cost: IntArray
    price: IntArray
    ways: OfferChoices
    plain: IntArray
    used: IntArray
    scale: int
    begins: tuple[int, ...]
    flow: IntArray
    reduced: IntArray
    dual: int

    @property
    def bound(self) -> int:
        """A lower bound of the cost of any solution."""
        return -(-self.dual // self.scale)

    def chosen_candidates(self) -> IntArray:
        """Return the candidates that agree with the flow's choice of offers."""
        # of way -1, which is none, it is said at the end that nobody takes it
        taken = np.append(self.flow[self.begins[1] : self.begins[2]] > 0, False)
        alone = self.plain[self.flow[: self.begins[1]] > 0]
        return np.sort(np.concatenate([alone, np.flatnonzero(taken[self.ways.of])]))

    def at_most(self, total: int) -> IntArray:
        """Return the candidates that could be in a solution of no more than this cost.

        By reduced costs: what the use of an arc that the flow leaves empty adds at least to the bound.
        """
        added = np.maximum(self.reduced, 0)
        _, ways, _, seats, wanted, limits = self.begins
        by_seat = np.zeros(len(self.price), dtype=np.int64)
        by_seat[self.used] = added[seats:wanted]
        at = np.flatnonzero(self.ways.wanted)
        by_seat[at] = np.minimum(by_seat[at], added[wanted:limits])
        least = np.zeros(len(self.cost), dtype=np.int64)
        least[self.plain] = added[:ways]
        shared = np.flatnonzero(self.ways.of >= 0)
        way, seat = self.ways.of[shared], self.question.seat[shared]
        more = self.cost[shared] - self.ways.cost[way] - self.price[seat]
        least[shared] = added[ways + way] + by_seat[seat] + more * self.scale
        return np.flatnonzero(least <= total * self.scale - self.dual)


def offers_first(
    question: Question, cost: IntArray, innermost: IntArray, limits: Network, out: int, *, ways_out: bool
) -> SharedOfferFlow:
    """Solve the flow; `innermost` is the node after each seat, `limits` the network without candidates.

    `out` is the cost of no place, on the first arcs of `limits` if it has ways out.
    """
    shared = question.nesting.shared
    price = _prices(question, cost)
    ways = _ways(question, cost, price)
    plain, used, wanted = np.flatnonzero(ways.of < 0), np.flatnonzero(shared.of >= 0), np.flatnonzero(ways.wanted)
    nodes, offers = len(limits.supply), len(shared.capacity)
    arriving, hosted = nodes + np.arange(offers), nodes + offers + np.arange(offers)
    nothing = np.zeros(offers, dtype=np.int64)
    limit_costs = np.zeros(len(limits.tail), dtype=np.int64)
    if ways_out:
        limit_costs[: len(question.rank)] = out
    one = np.ones(len(plain), dtype=np.int64), np.ones(len(ways.trainee), dtype=np.int64)
    anybody = np.full(len(used), len(question.rank), dtype=np.int64)
    arcs = (
        (1 + question.trainee[plain], innermost[question.seat[plain]], one[0], cost[plain]),
        (1 + ways.trainee, arriving[ways.offer], one[1], ways.cost),
        (arriving, hosted, shared.capacity, nothing),
        (hosted[shared.of[used]], innermost[used], anybody, price[used]),
        (hosted[shared.of[wanted]], innermost[wanted], ways.wanted[wanted], price[wanted]),
        (limits.tail, limits.head, limits.capacity, limit_costs),
    )
    tail, head, capacity, costs = (np.concatenate([kind[column] for kind in arcs]) for column in range(4))
    supply = np.concatenate([limits.supply, np.zeros(2 * offers, dtype=np.int64)])
    begins = tuple(int(n) for n in np.cumsum([0, *(len(kind[0]) for kind in arcs[:-1])]))
    # of answers that cost the same, one that leaves wanted mentors where they are wanted: a unit each, below all costs
    room = largest_cost(len(supply)) // (1 + int(np.abs(costs).max()))
    scale = max(1, min(room, 1 + int(ways.wanted.sum())))
    costs = costs * scale
    costs[begins[4] : begins[5]] -= 1
    network = Network(tail, head, capacity, supply)
    flow = max_flow_at_min_cost(network, costs)
    proof = (network, flow, costs) if ways_out else _with_ways_out(question, network, flow, costs, out * scale)
    reduced, dual = prove_cost(*proof)
    return SharedOfferFlow(question, cost, price, ways, plain, used, scale, begins, flow, reduced, dual)


def _with_ways_out(
    question: Question, network: Network, flow: IntArray, costs: IntArray, out: int
) -> tuple[Network, IntArray, IntArray]:
    """The same flow, its network and costs with an arc for whoever has no place, after all others."""
    trainees = np.arange(len(question.rank))
    placed = np.bincount(network.tail, flow, len(network.supply))[1 + trainees] > 0
    wider = Network(
        np.concatenate([network.tail, 1 + trainees]),
        np.concatenate([network.head, 0 * trainees]),
        np.concatenate([network.capacity, np.ones(len(trainees), dtype=np.int64)]),
        network.supply,
    )
    return wider, np.concatenate([flow, ~placed]), np.concatenate([costs, np.full(len(trainees), out)])


def _prices(question: Question, cost: IntArray) -> IntArray:
    """By seat, what its mentor usually adds to the cost at the offer, compared with the mentor with most candidates."""
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


def _ways(question: Question, cost: IntArray, price: IntArray) -> OfferChoices:
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
    return OfferChoices(two >> 32, two & 0xFFFFFFFF, least, way, wanted)
