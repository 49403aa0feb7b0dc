"""Times SciPy's gaussian_kde for bench.lua: kde.py POINTS QUERIES DENSITY

Reads points and queries (text, one a row), prints the seconds from points to densities, and
writes the densities, one a line.
"""
import sys
import time

import numpy
from scipy.stats import gaussian_kde

points, queries = (numpy.loadtxt(path).T for path in sys.argv[1:3])
began = time.perf_counter()
density = gaussian_kde(points)(queries)
print(time.perf_counter() - began)
numpy.savetxt(sys.argv[3], density)
