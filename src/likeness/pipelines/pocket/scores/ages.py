"""Whether the ten ages come out, and in order, as far as the probe can tell ages at all."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.stats import bootstrap

from likeness.metrics.ages import age_order
from likeness.metrics.bootstrap import Interval
from likeness.metrics.probe import Probe, read
from likeness.pipelines.pocket.options import ReportOptions
from likeness.pipelines.pocket.scores.drawing import Artist
from likeness.pipelines.pocket.scores.held_out import PORTRAITS, HeldOut
from likeness.pipelines.pocket.scores.table import Score, mean_score, score

AGE = "age_years"


def draw_ages(artist: Artist, options: ReportOptions) -> NDArray[np.uint8]:
    """Every age from the same seeds: (ages, seeds, size, size, 3)."""
    seeds = range(options.seed, options.seed + options.age_pictures)
    prompts = [options.template.format(age=age.prompt) for age in options.ages for _ in seeds]
    drawn = artist.draw(prompts, list(seeds) * len(options.ages), "the ages")
    return drawn.reshape(len(options.ages), len(seeds), *drawn.shape[1:])


def age_scores(drawn: NDArray[np.uint8], held_out: HeldOut, probe: Probe, options: ReportOptions) -> Iterator[Score]:
    """Yield the mean apparent age of each prompt, their order, and the error beside the probe's own.

    Args:
        drawn: of `draw_ages`.
        held_out: whose portraits say how far the probe itself is off, of the age they were rendered at.
        probe: what reads ages; a probe that reads none yields nothing.
        options: the ages, and how intervals are made.
    """
    if AGE not in (attribute.name for attribute in probe.design.attributes):
        return
    ages, seeds = drawn.shape[:2]
    apparent = read(probe, drawn.reshape(ages * seeds, *drawn.shape[2:]))[AGE].to_numpy().reshape(ages, seeds)
    asked = np.array([age.years for age in options.ages])
    for age, values in zip(options.ages, apparent, strict=True):
        yield mean_score("apparent_age_years", values, options, age.prompt)
    yield score("age_order", order_interval(apparent, asked, options), apparent.size)
    portraits = (held_out.groups == PORTRAITS).to_numpy()
    own = (held_out.read[AGE] - held_out.shown[AGE]).abs()[portraits]
    error = mean_score("age_error_years", np.abs(apparent - asked[:, None]), options)
    yield error
    yield (floor := mean_score("probe_age_error_years", own, options))
    # Of two samples without a picture in common: the ends are those of the extreme pairs, wider than they need be.
    ratio = Interval(error.value / floor.value, error.low / floor.high, error.high / floor.low)
    yield score("age_error_ratio", ratio, error.count)


def order_interval(apparent: NDArray[np.float64], asked: NDArray[np.float64], options: ReportOptions) -> Interval:
    """`age_order` of apparent ages (ages, seeds), and its interval over resampled seeds."""

    def of_seeds(chosen: NDArray[np.int_]) -> float:
        return age_order(apparent[:, chosen].ravel(), np.repeat(asked, len(chosen)))

    seeds = np.arange(apparent.shape[1])
    value = of_seeds(seeds)
    if len(seeds) < 2:
        return Interval(value, float("nan"), float("nan"))
    drawn = bootstrap(
        (seeds,),
        of_seeds,
        n_resamples=options.resamples,
        vectorized=False,
        method="percentile",
        rng=np.random.default_rng(options.seed),
    ).confidence_interval
    return Interval(value, float(drawn.low), float(drawn.high))
