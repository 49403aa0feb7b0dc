"""scikit-learn's PCA for pca.lua: pca.py STATES COMPONENTS VARIANCE, files of NumPy.

Answers `fit SOLVER THREADS` with the seconds of a fit, and writes the variance along each component.
"""
import sys
import time

import numpy
from sklearn.decomposition import PCA
from threadpoolctl import threadpool_limits

from serve import serve

states, components = numpy.load(sys.argv[1]), int(sys.argv[2])


def fit(solver, threads):
    pca = PCA(components, svd_solver=solver, random_state=0)
    with threadpool_limits(int(threads)):
        began = time.perf_counter()
        pca.fit(states)
        seconds = time.perf_counter() - began
    numpy.save(sys.argv[3], pca.explained_variance_.astype(numpy.float32)[:, None])
    return seconds


serve({"fit": fit})
