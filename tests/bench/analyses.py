"""NumPy's and SciPy's ways for analyses.lua: analyses.py PREFIX of the files of NumPy.

Answers `maps`, `wasserstein`, `jacobians STATES`, `root STARTS` and `descent STARTS` with seconds, and
`reached` with the share of the starts of the last descent that came to rest.
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


ALPHA = 0.2  # dt / tau of the network


@seconds_of
def jacobians(states):
    w, b = given["w_rec"].astype(float), given["b_rec"][0].astype(float)
    some = given["starts"][: int(states)].astype(float)
    for first in range(0, len(some), 100):
        gain = 1 - numpy.tanh(some[first : first + 100] @ w.T + b) ** 2
        jacobian = ALPHA * gain[:, :, None] * w
        diagonal = numpy.arange(len(b))
        jacobian[:, diagonal, diagonal] += 1 - ALPHA


share = 0.0


@seconds_of
def descent(starts):
    """The method of fixed-point-finder (Golub & Sussillo 2018): Adam on the speeds of all starts at once,
    q = |F(r) - r|^2 / 2, until every q is below 1e-12 or for 5000 iterations; the rate falls to a
    hundredth."""
    global share
    w, b = given["w_rec"].astype(float), given["b_rec"][0].astype(float)
    r = given["starts"][: int(starts)].astype(float)
    mean, square, iterations = numpy.zeros_like(r), numpy.zeros_like(r), 5000
    for t in range(1, iterations + 1):
        rate = numpy.tanh(r @ w.T + b)
        moved = ALPHA * (rate - r)
        q = (moved**2).sum(1) / 2
        if q.max() < 1e-12:
            break
        slope = ALPHA * ((moved * (1 - rate**2)) @ w - moved)
        mean = 0.9 * mean + 0.1 * slope
        square = 0.999 * square + 0.001 * slope**2
        step = 0.1 * 0.01 ** (t / iterations)
        r -= step * (mean / (1 - 0.9**t)) / (numpy.sqrt(square / (1 - 0.999**t)) + 1e-8)
    share = (q < 1e-12).mean()


def reached():
    return share


serve({
    "maps": maps, "wasserstein": wasserstein, "jacobians": jacobians, "root": root_from, "descent": descent,
    "reached": reached,
})
