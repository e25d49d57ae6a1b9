"""Shortest ways into a solved round: how far each node is from node 0, and which one trainee is nearest to it.

In the residual graph of an optimum, a circle from node 0 by the way out of a trainee who waits, through a limit that is
full and back to node 0, places that trainee if the limit grows by one unit. Nobody else may come first or instead, so
theirs has to be the only shortest way from node 0 to the limit. One search of the whole graph finds this for all of
them, since a way goes through a trainee who waits only at its beginning.
"""

import numpy as np

from services.matching.solver.candidates import IntArray
from services.matching.solver.flow import FAR, ArcsByNode, Network, distances_from_end, residual_arcs


class WaysIn:
    """`distance` is the length of the shortest way from node 0 to each node, `FAR` for none.

    `only` is the node of the one trainee with whom every shortest way there begins, 0 where there is no such trainee.
    `length` are the lengths of the network's arcs under prices by which every shortest way from node 0 has length 0.
    """

    def __init__(self, network: Network, flow: IntArray, length: IntArray, trainees: int) -> None:
        nodes = len(network.supply)
        tail, head, cost = residual_arcs(network, flow, length)
        self.distance = distances_from_end(tail, head, cost, nodes)
        reached = self.distance < FAR
        tight = reached[tail] & (head > 0)
        tight[tight] = (self.distance[tail] + cost)[tight] == self.distance[head[tight]]
        self.only = _only_beginnings(tail[tight], head[tight], nodes, trainees)
        prices = _price_unreached(network, length, self.distance)
        self.length = length + prices[network.tail] - prices[network.head]


def _only_beginnings(tail: IntArray, head: IntArray, nodes: int, trainees: int) -> IntArray:
    """The trainee's node that is the first of all ways from node 0 to each node; 0 where several are, or none."""
    least, most = np.full(nodes, nodes), np.full(nodes, -1)
    first = head[tail == 0]
    least[first] = most[first] = np.where(first <= trainees, first, 0)
    onward, wave = ArcsByNode(tail, head, nodes), np.unique(first)
    while len(wave):
        arcs, many = onward.at(wave)
        to, less, more = onward.other[arcs], np.repeat(least[wave], many), np.repeat(most[wave], many)
        news = (less < least[to]) | (more > most[to])
        np.minimum.at(least, to[news], less[news])
        np.maximum.at(most, to[news], more[news])
        wave = np.unique(to[news])
    return np.where(least == most, least, 0)


def _price_unreached(network: Network, length: IntArray, distance: IntArray) -> IntArray:
    """The distances, and for a node that cannot be reached a price by which its limit's arc has length 0.

    Nobody is at such a node or could come to it, so that the one way from it is outwards.
    """
    prices = distance.copy()
    limit = np.zeros(len(distance), dtype=np.int64)
    limit[network.tail] = np.arange(len(network.tail))  # the last arc of a node; a limit has no other
    unknown = np.flatnonzero(distance >= FAR)
    while len(unknown):
        arc = limit[unknown]
        known = prices[network.head[arc]] < FAR
        at = unknown[known]
        prices[at] = prices[network.head[arc[known]]] - length[arc[known]]
        unknown = unknown[~known]
    return prices
