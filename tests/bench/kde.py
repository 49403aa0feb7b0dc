"""SciPy's gaussian_kde for kde.lua: kde.py POINTS QUERIES DENSITY, files of NumPy.

Answers `density` with the seconds from points to densities, and writes the densities.
"""
import sys
import time

import numpy
from scipy.stats import gaussian_kde

from serve import serve

points, queries = (numpy.load(path).T for path in sys.argv[1:3])


def density():
    began = time.perf_counter()
    found = gaussian_kde(points)(queries)
    seconds = time.perf_counter() - began
    numpy.save(sys.argv[3], found.astype(numpy.float32)[:, None])
    return seconds


serve({"density": density})
