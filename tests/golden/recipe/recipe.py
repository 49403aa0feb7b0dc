"""How the reference data beside this folder are made, and whether they are what they should be.

    python3 tests/golden/recipe/recipe.py            compare every file with what is computed here
    python3 tests/golden/recipe/recipe.py NAME OUT   write NAME.h5 anew to OUT: what it gives, and what follows

A file holds what is given (settings, weights, draws, data, any numbers will do) and what other libraries compute
from that in float64. On Debian: apt-get install python3-numpy python3-h5py python3-scipy python3-sklearn
python3-torch."""
import os
import sys

import h5py
import numpy as np

import networks
import statistics
import tasks

RECIPES = {
    "rnn_relu": networks.network, "rnn_tanh_bias": networks.network, "rnn_sigmoid": networks.network,
    "gru_tanh": networks.network, "gru_relu_bias": networks.network, "cell_lstm": networks.network,
    "cell_adapting": networks.network, "cell_low_rank": networks.network, "rnn_dale": networks.network,
    "loss_masked_cross_entropy": networks.network, "loss_masked_mse": networks.network,
    "jacobian": networks.jacobian, "fixed_points": networks.fixed_points, "adam": networks.adam,
    "cells": tasks.cells, "walk": tasks.walk, "pca": statistics.pca, "kde": statistics.kde,
    "cyclic_kde": statistics.cyclic_kde, "trajectories": statistics.trajectories, "linear": statistics.linear,
    "paths": statistics.paths, "maps": statistics.maps,
}
FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")


def read(group):
    found = {}
    for name, item in group.items():
        value = read(item) if isinstance(item, h5py.Group) else item[()]
        if isinstance(value, np.ndarray):
            value = value.astype(float)
        found[name] = value.decode() if isinstance(value, bytes) else value
    return found


def write(group, values):
    for name, value in values.items():
        if isinstance(value, dict):
            write(group.require_group(name), value)
        else:
            group[name] = np.float32(value) if np.ndim(value) else value


def merged(given, found):
    return {name: merged(given.get(name, {}), found[name]) if isinstance(found.get(name), dict)
            else found.get(name, given.get(name)) for name in {**given, **found}}


def compare(name, stored, found):
    """The largest difference of what a file holds, relative to the largest entry of each of its parts."""
    worst = 0.0
    for part, value in found.items():
        if part not in stored:
            continue
        if isinstance(value, dict):
            worst = max(worst, compare(f"{name}/{part}", stored[part], value))
            continue
        a, b = np.asarray(stored[part], float), np.asarray(value, float)
        assert a.shape == b.shape, f"{name}/{part}: {a.shape} stored, {b.shape} found"
        assert (np.isnan(a) == np.isnan(b)).all(), f"{name}/{part}: NaN elsewhere"
        worst = max(worst, np.nanmax(abs(a - b)) / max(np.nanmax(abs(a)), 1e-30))
    return worst


def main(arguments):
    if arguments:
        name, out = arguments
        with h5py.File(f"{FOLDER}/{name}.h5") as file, h5py.File(out, "w") as made:
            given = read(file)
            write(made, merged(given, RECIPES[name](given)))
        return 0
    bad = 0
    for name, recipe in RECIPES.items():
        path = f"{FOLDER}/{name}.h5"
        if not os.path.exists(path):
            continue
        with h5py.File(path) as file:
            given = read(file)
        worst = compare(name, given, recipe(given))
        bad += worst > 1e-6
        print(f"{name:28} {worst:.1e}{'  DIFFERS' if worst > 1e-6 else ''}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
