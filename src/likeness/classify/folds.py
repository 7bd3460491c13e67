"""Which pictures train and which judge: near-duplicates stay together, classes keep their shares."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray


def stratified_folds(
    labels: Sequence[str], groups: Sequence[Hashable] | None = None, *, folds: int, seed: int
) -> NDArray[np.int64]:
    """Deal pictures out to folds, group by group, so that each class is spread as evenly as its groups allow.

    Large groups go first, each to the fold that has least of its classes; equal groups are dealt in a seeded order.

    Args:
        labels: the class of each picture.
        groups: which pictures belong together, such as near-duplicates or crops of one painting; none: each for itself.
        folds: how many, at least 2.
        seed: of the order.

    Returns:
        The fold of each picture, (n,), counted from 0.

    Raises:
        ValueError: fewer than 2 folds or classes, or a class with fewer groups than folds; it is named.
    """
    members, totals = _members(labels, groups, folds)
    order = list(members.values())
    np.random.default_rng(seed).shuffle(order)
    order.sort(key=len, reverse=True)
    dealt: list[Counter[str]] = [Counter() for _ in range(folds)]
    chosen = np.empty(len(labels), dtype=np.int64)
    for places in order:
        own = Counter(labels[place] for place in places)
        fullness = [
            (sum(dealt[fold][label] / totals[label] * own[label] for label in own), fold) for fold in range(folds)
        ]
        fold = min(fullness, key=lambda pair: (pair[0], dealt[pair[1]].total(), pair[1]))[1]
        dealt[fold].update(own)
        chosen[places] = fold
    return chosen


def held_out(
    labels: Sequence[str], groups: Sequence[Hashable] | None = None, *, share: float, seed: int
) -> NDArray[np.bool_]:
    """Choose a stratified validation set by group, of about the share asked for.

    Args:
        labels: the class of each picture.
        groups: which pictures belong together; none: each for itself.
        share: of the pictures to hold out, more than 0 and at most .5.
        seed: of the choice.

    Returns:
        Whether each picture is held out, (n,).

    Raises:
        ValueError: the share is out of range, or a class has too few groups to spare one.
    """
    if not 0 < share <= 0.5:
        raise ValueError(f"the share held out is {share}; expected more than 0 and at most .5")
    of_class = _groups_of_classes(labels, _names(labels, groups))
    # Of a class with few pictures, at least one is held out and one is left.
    parts = min(round(1 / share), *(len(found) for found in of_class.values()))
    held: NDArray[np.bool_] = stratified_folds(labels, groups, folds=max(2, parts), seed=seed) == 0
    return held


def _names(labels: Sequence[str], groups: Sequence[Hashable] | None) -> Sequence[Hashable]:
    names: Sequence[Hashable] = range(len(labels)) if groups is None else groups
    if len(names) != len(labels):
        raise ValueError(f"{len(labels)} pictures have a class and {len(names)} a group: give one of each a picture")
    return names


def _groups_of_classes(labels: Sequence[str], names: Sequence[Hashable]) -> dict[str, set[Hashable]]:
    of_class: dict[str, set[Hashable]] = defaultdict(set)
    for label, name in zip(labels, names, strict=True):
        of_class[label].add(name)
    return dict(of_class)


def _members(
    labels: Sequence[str], groups: Sequence[Hashable] | None, folds: int
) -> tuple[dict[Hashable, list[int]], Counter[str]]:
    """The places of each group's pictures, and how many pictures each class has; refuses what cannot be dealt out."""
    names = _names(labels, groups)
    of_class = _groups_of_classes(labels, names)
    if folds < 2 or len(of_class) < 2:
        raise ValueError(f"{folds} folds of {len(of_class)} classes: at least 2 of each are needed")
    for label, found in sorted(of_class.items()):
        if len(found) < folds:
            raise ValueError(
                f"class {label} has {len(found)} pictures that are not near-duplicates of each other, fewer than "
                f"the {folds} parts to be made: add pictures or ask for fewer folds"
            )
    members: dict[Hashable, list[int]] = defaultdict(list)
    for place, name in enumerate(names):
        members[name].append(place)
    return dict(members), Counter(labels)
