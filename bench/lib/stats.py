# SPDX-License-Identifier: MIT
"""The statistics in use: medians, and the spread of the rounds."""

import statistics


def median(values):
    return statistics.median(values)


def quartiles(values):
    """The first and the third; of one value, that value twice."""
    if len(values) < 2:
        return values[0], values[0]
    cuts = statistics.quantiles(values, n=4, method="inclusive")
    return cuts[0], cuts[2]


def summary(batches):
    """
    Of a list of batches, each a list of in-round figures: the median of the batches' medians, which
    is what is compared, with the quartiles of all rounds and the batches' medians as the spread.
    """
    medians = [median(batch) for batch in batches if batch]
    rounds = [value for batch in batches for value in batch]
    low, high = quartiles(rounds)
    return {"median": median(medians), "q1": low, "q3": high, "min": min(rounds),
            "max": max(rounds), "batches": medians, "rounds": len(rounds)}
