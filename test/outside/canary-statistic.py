"""Reads cases of a canary's statistic from stdin, and prints how far SciPy's own distributions are from them."""

import json
import sys

import numpy
from scipy.stats import hypergeom, nchypergeom_fisher

cases = json.load(sys.stdin)
worst = 0.0
for case in cases:
    canary, active = case["canary"], case["active"]
    total, failed = canary[0] + active[0], canary[1] + active[1]
    for odds, ours in zip(case["odds"], case["ours"]):
        theirs = nchypergeom_fisher.logpmf(canary[1], total, canary[0], failed, odds) - hypergeom.logpmf(
            canary[1], total, canary[0], failed
        )
        worst = max(worst, abs(theirs - ours) / max(1.0, abs(theirs)))

# Of what a canary that is equal makes of it: the mean of the mixture over the central distribution is 1.
means = []
for case in cases[:50]:
    canary, active = case["canary"], case["active"]
    total, failed = canary[0] + active[0], canary[1] + active[1]
    counts = numpy.arange(max(0, failed - active[0]), min(canary[0], failed) + 1)
    weights = hypergeom.pmf(counts, total, canary[0], failed)
    ratios = sum(
        nchypergeom_fisher.pmf(counts, total, canary[0], failed, odds) / weights for odds in case["odds"]
    ) / len(case["odds"])
    means.append(float((weights * ratios).sum()))

print(json.dumps({"cases": len(cases), "worst": worst, "mean": [min(means), max(means)]}))
