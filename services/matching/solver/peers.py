"""Pair peers who visit each other's lessons, by both sides' choice.

Source: product.md M7, S15. Peers who chose each other are kept: as many such pairs as possible, then those highest on
both lists. The others are paired so that as few as possible stay alone, then by their wishes. Peers are one group and
not two sides, so this is a matching in a general graph; HiGHS proves that it is optimal.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy

from services.matching.solver.packing import Packing, largest_cheapest

LONGEST_LIST = 20
AloneBecause = Literal["chose_nobody", "not_chosen_back", "no_hours", "barred", "taken", "nobody_left"]


@dataclass(frozen=True, slots=True)
class Peer:
    """A participant: `wishes` are peers' ids, the dearest first; `barred` are peers with whom they must not be paired.

    Without the hours for it (`has_time`) they are in no pair. Raises `ValueError` on more than `LONGEST_LIST` wishes.
    """

    id: str
    school_urn: str
    wishes: tuple[str, ...] = ()
    barred: frozenset[str] = frozenset()
    has_time: bool = True

    def __post_init__(self) -> None:
        if len(self.wishes) > LONGEST_LIST:
            raise ValueError(f"A list of wishes has {LONGEST_LIST} names at most.")


@dataclass(frozen=True, slots=True)
class PeerPair:
    """Two peers, the lesser id first; `chosen` is whether each wished for the other."""

    one: str
    other: str
    chosen: bool
    words: str


@dataclass(frozen=True, slots=True)
class PeerPairs:
    """The pairs, and the peers who stay alone: with an odd number somebody has to."""

    pairs: tuple[PeerPair, ...]
    alone: tuple[str, ...]


def match_peers(peers: Sequence[Peer], *, across_schools: bool = False) -> PeerPairs:
    """Pair peers of one school, or of any. Raises `ValueError` on a repeated id."""
    peers = sorted(peers, key=lambda peer: peer.id)
    if len({peer.id for peer in peers}) < len(peers):
        raise ValueError("The same id more than once among peers.")
    allowed = [
        (peer, other)
        for at, peer in enumerate(peers)
        for other in peers[at + 1 :]
        if (across_schools or peer.school_urn == other.school_urn) and _may(peer, other)
    ]
    kept = _matched([pair for pair in allowed if _chose_each_other(*pair)])
    paired = {one.id for pair in kept for one in pair}
    rest = _matched([pair for pair in allowed if pair[0].id not in paired and pair[1].id not in paired])
    found = sorted([*kept, *rest], key=lambda pair: pair[0].id)
    together = {one.id for pair in found for one in pair}
    return PeerPairs(
        _pairs(found),
        tuple(peer.id for peer in peers if peer.id not in together),
    )


@dataclass(frozen=True, slots=True)
class UnpairedPeer:
    """A peer who is in no pair that chose each other, and why."""

    mentee_id: str
    reason: AloneBecause
    words: str


@dataclass(frozen=True, slots=True)
class ChosenPairs:
    """The pairs that chose each other, and the peers who are in none."""

    pairs: tuple[PeerPair, ...]
    alone: tuple[UnpairedPeer, ...]


def pair_peers(peers: Sequence[Peer], *, rest_too: bool = False) -> ChosenPairs:
    """Pair those who chose each other, at any school; with `rest_too`, pair the others as well."""
    by_id = {peer.id: peer for peer in peers}
    pairs = match_peers(peers, across_schools=True).pairs if rest_too else _pairs(_matched(_mutual(by_id)))
    paired = {id_ for pair in pairs for id_ in (pair.one, pair.other)}
    left = [peer for peer in peers if peer.id not in paired]
    return ChosenPairs(pairs, tuple(_alone_among_all(one) if rest_too else _alone(one, by_id) for one in left))


def _mutual(by_id: Mapping[str, Peer]) -> list[tuple[Peer, Peer]]:
    """All who chose each other and can be a pair, the lesser id first."""
    return [
        (by_id[id_], by_id[other])
        for id_ in sorted(by_id)
        for other in sorted(by_id[id_].wishes)
        if other in by_id
        and id_ < other
        and _chose_each_other(by_id[id_], by_id[other])
        and _may(by_id[id_], by_id[other])
    ]


def _pairs(found: Iterable[tuple[Peer, Peer]]) -> tuple[PeerPair, ...]:
    return tuple(PeerPair(a.id, b.id, _chose_each_other(a, b), _words(a, b)) for a, b in found)


def _alone_among_all(peer: Peer) -> UnpairedPeer:
    if not peer.has_time:
        return UnpairedPeer(peer.id, "no_hours", "They have no hours left for it.")
    return UnpairedPeer(
        peer.id, "nobody_left", "Everybody else is paired, barred to them, or has no hours left for it."
    )


def _alone(peer: Peer, peers: Mapping[str, Peer]) -> UnpairedPeer:
    back = [peers[id_] for id_ in peer.wishes if id_ in peers and _chose_each_other(peer, peers[id_])]
    if not peer.wishes:
        return UnpairedPeer(peer.id, "chose_nobody", "They have chosen nobody yet.")
    if not back:
        return UnpairedPeer(
            peer.id, "not_chosen_back", "Nobody whom they chose and who has no peer yet has chosen them."
        )
    if not peer.has_time:
        return UnpairedPeer(peer.id, "no_hours", "They have no hours left for it.")
    if not any(_may(peer, other) for other in back):
        return UnpairedPeer(peer.id, "barred", "Whoever chose them back is barred to them or has no hours left for it.")
    return UnpairedPeer(peer.id, "taken", "Whoever chose them back is paired with somebody else.")


def _may(peer: Peer, other: Peer) -> bool:
    return peer.has_time and other.has_time and other.id not in peer.barred and peer.id not in other.barred


def _chose_each_other(peer: Peer, other: Peer) -> bool:
    return other.id in peer.wishes and peer.id in other.wishes


def _matched(allowed: Sequence[tuple[Peer, Peer]]) -> list[tuple[Peer, Peer]]:
    """As many pairs as possible, each peer in one, then those that rank highest on the lists."""
    number = {id_: i for i, id_ in enumerate(sorted({one.id for pair in allowed for one in pair}))}
    ends = [number[one.id] for pair in allowed for one in pair]
    rows = scipy.sparse.csr_array(
        (np.ones(len(ends)), (ends, np.repeat(np.arange(len(allowed)), 2))), shape=(len(number), len(allowed))
    )
    cost = np.array([_rank(one, other) + _rank(other, one) for one, other in allowed], dtype=np.int64)
    return [allowed[i] for i in largest_cheapest(Packing(cost, ((rows, np.ones(len(number))),)))]


def _rank(peer: Peer, other: Peer) -> int:
    """The rank of the other peer on one's list; below every list for a peer who is not on it."""
    return peer.wishes.index(other.id) if other.id in peer.wishes else LONGEST_LIST


def _words(peer: Peer, other: Peer) -> str:
    if _chose_each_other(peer, other):
        return f"They chose each other: wish {_rank(peer, other) + 1} and wish {_rank(other, peer) + 1}."
    if other.id in peer.wishes or peer.id in other.wishes:
        return "One of the two wished for the other, who is free."
    return "Neither wished for the other; nobody whom they wished for is free."
