"""NumPy's and SciPy's ways for analyses.lua: analyses.py PREFIX of the files of NumPy.

Answers `maps`, `wasserstein` and `root STARTS` with seconds.
"""
import sys
import time

import numpy
from scipy.optimize import root
from scipy.stats import binned_statistic_2d, wasserstein_distance

from serve import serve

given = {
    name: numpy.load(sys.argv[1] + name + ".npy")
    for name in ("positions", "activity", "a", "b", "directions", "w_rec", "b_rec", "starts")
}


def seconds_of(work):
    def measured(*arguments):
        began = time.perf_counter()
        work(*arguments)
        return time.perf_counter() - began

    return measured


@seconds_of
def maps():
    x, y = given["positions"].T
    binned_statistic_2d(x, y, list(given["activity"].T), bins=20, range=[[-1, 1], [-1, 1]])


@seconds_of
def wasserstein():
    for direction in given["directions"]:
        unit = direction / numpy.linalg.norm(direction)
        wasserstein_distance(given["a"] @ unit, given["b"] @ unit)


@seconds_of
def root_from(starts):
    w, b = given["w_rec"].astype(float), given["b_rec"][0].astype(float)
    for start in given["starts"][: int(starts)].astype(float):
        root(
            lambda r: numpy.tanh(w @ r + b) - r,
            start,
            jac=lambda r: (1 - numpy.tanh(w @ r + b) ** 2)[:, None] * w - numpy.eye(len(b)),
        )


serve({"maps": maps, "wasserstein": wasserstein, "root": root_from})
