"""Statistics, densities, linear algebra and maps, by NumPy, SciPy and scikit-learn."""
import numpy as np
from scipy import stats
from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge

from networks import sorted_eigenvalues


def pca(g):
    fitted = PCA(svd_solver="full").fit(g["data"])
    return {"mean": fitted.mean_[None], "components": fitted.components_, "projected": fitted.transform(g["new"]),
            "explained_variance": fitted.explained_variance_[:, None],
            "explained_ratio": fitted.explained_variance_ratio_[:, None]}


def kde(given):
    one, two = given["one_d"], given["two_d"]
    p, q = stats.gaussian_kde(two["p"].T), stats.gaussian_kde(two["q"].T)
    ratio = np.clip(p(two["p"].T) / q(two["p"].T), 1e-7, 1e7)
    return {"one_d": {"pdf": stats.gaussian_kde(one["data"].T)(one["points"].T)[:, None]},
            "two_d": {"p_pdf": p(two["points"].T)[:, None], "q_pdf": q(two["points"].T)[:, None],
                      "p_factor": p.factor, "kl_at_p": np.log(ratio).mean()}}


def cyclic_kde(given):
    c, w = given["cyclic"], given["weighted"]
    turns = c["period"] * np.arange(-20, 21)
    apart = c["points"][:, None] - c["bearings"][None, :, :] + turns
    weighted = stats.gaussian_kde(w["data"].T, weights=w["weights"][:, 0])
    return {"cyclic": {"pdf": stats.norm.pdf(apart, scale=c["bandwidth"]).sum(axis=2).mean(axis=1)[:, None]},
            "weighted": {"pdf": weighted(w["points"].T)[:, None], "neff": weighted.neff,
                         "factor": weighted.factor, "covariance": weighted.covariance}}


def trajectories(g):
    paths = g["trajectories"]
    late = paths[g["skip"]:]
    return {"total_variance": late.var(axis=0, ddof=1).sum(axis=-1).mean(),
            "stepwise_distance": np.linalg.norm(np.diff(paths, axis=0), axis=-1).mean(axis=0)[:, None]}


def linear(given):
    solve, svd, ridge, eigen = (given[name] for name in ("solve", "svd", "ridge", "eigen"))
    fitted = Ridge(alpha=ridge["penalty"], solver="cholesky").fit(ridge["X"], ridge["Y"])
    values = sorted_eigenvalues(eigen["m"])
    return {"solve": {"x": np.linalg.solve(solve["a"], solve["b"])},
            "svd": {"s": np.linalg.svd(svd["m"], compute_uv=False)[None],
                    "pseudoinverse": np.linalg.pinv(svd["m"], rcond=svd["cutoff"])},
            "ridge": {"weights": fitted.coef_, "intercept": fitted.intercept_[None],
                      "predicted": fitted.predict(ridge["new"])},
            "eigen": {"real": values.real[None], "imaginary": values.imag[None]}}


def mean_squared_displacement(sequence, lags):
    return np.array([[((sequence[k:] - sequence[:-k]) ** 2).sum(axis=-1).mean() for k in lags.astype(int).ravel()]])


def circular(bearings):
    mean = np.exp(1j * bearings).mean()
    return {"circular_mean": np.angle(mean), "resultant_length": abs(mean)}


def paths(given):
    plane, circle, w = given["plane"], given["circle"], given["wasserstein"]
    cell = plane["box"] / plane["bins"]
    visited = np.floor((plane["sequence"].reshape(-1, 2) + plane["box"] / 2) / cell)
    each = np.array([[stats.wasserstein_distance(w["a"] @ d, w["b"] @ d)] for d in w["directions"]])
    return {"plane": {"coverage": len(np.unique(visited, axis=0)) / plane["bins"] ** 2,
                      "mean_squared_displacement": mean_squared_displacement(plane["sequence"], plane["lags"])},
            "circle": {"mean_squared_displacement": mean_squared_displacement(
                np.unwrap(circle["sequence"], axis=0), circle["lags"]), **circular(circle["sequence"])},
            "bearings": circular(given["bearings"]["bearings"]),
            "wasserstein": {"each": each, "distance": each.mean()}}


def pearson(a, b):
    both = ~np.isnan(a) & ~np.isnan(b)
    return np.corrcoef(a[both], b[both])[0, 1], both.sum()


def autocorrelogram(m):
    """Correlation of the map with itself at each shift over bins defined in both, at least 20 of them."""
    rows, cols = m.shape
    g = np.full((2 * rows - 1, 2 * cols - 1), np.nan)
    for i in range(1 - rows, rows):
        for j in range(1 - cols, cols):
            here = m[max(i, 0):rows + min(i, 0), max(j, 0):cols + min(j, 0)]
            there = m[max(-i, 0):rows + min(-i, 0), max(-j, 0):cols + min(-j, 0)]
            if (~np.isnan(here) & ~np.isnan(there)).sum() >= 20:
                g[i + rows - 1, j + cols - 1] = pearson(here, there)[0]
    return g


def peak_distance(g):
    """The mean distance from the centre of the six nearest entries that top their eight defined neighbours."""
    center, distances = np.array(g.shape) // 2, []
    for i in range(1, g.shape[0] - 1):
        for j in range(1, g.shape[1] - 1):
            around = np.delete(g[i - 1:i + 2, j - 1:j + 2].ravel(), 4)
            if (i, j) != tuple(center) and not np.isnan(around).any() and (around < g[i, j]).all():
                distances.append(np.hypot(i - center[0], j - center[1]))
    return np.mean(sorted(distances)[:6])


def turned(g, degrees):
    """g turned about its centre, by bilinear interpolation; entries of weight 0 are not looked at."""
    center, angle = np.array(g.shape) // 2, np.radians(degrees)
    result = np.full(g.shape, np.nan)
    for i in range(g.shape[0]):
        for j in range(g.shape[1]):
            y, x = i - center[0], j - center[1]
            p = np.array([center[0] + np.cos(angle) * y - np.sin(angle) * x,
                          center[1] + np.sin(angle) * y + np.cos(angle) * x])
            p = np.where(abs(p - p.round()) < 1e-9, p.round(), p)
            low, total = np.floor(p).astype(int), 0.0
            for di, wi in ((0, 1 - (p - low)[0]), (1, (p - low)[0])):
                for dj, wj in ((0, 1 - (p - low)[1]), (1, (p - low)[1])):
                    if wi * wj > 0:
                        a, b = low[0] + di, low[1] + dj
                        inside = 0 <= a < g.shape[0] and 0 <= b < g.shape[1]
                        total += wi * wj * (g[a, b] if inside else np.nan)
            result[i, j] = total
    return result


def grid_score(m):
    g = autocorrelogram(m)
    d, center = peak_distance(g), np.array(g.shape) // 2
    radius = np.hypot(*np.ogrid[-center[0]:center[0] + 1, -center[1]:center[1] + 1])
    ring = np.where((radius >= 0.3 * d) & (radius <= 1.3 * d), g, np.nan)
    c = np.array([pearson(ring, turned(g, t))[0] for t in (30, 60, 90, 120, 150)])
    return {"autocorrelogram": g, "mean_peak_distance": d, "correlations": c[None],
            "grid_score": min(c[1], c[3]) - max(c[0], c[2], c[4])}


def maps(g):
    n, positions, activity = g["bins"], g["positions"], g["activity"]
    bins = np.floor((positions + g["box"] / 2) / (g["box"] / n)).astype(int)
    occupancy, sums = np.zeros((n, n)), np.zeros((activity.shape[1], n, n))
    for (i, j), row in zip(bins, activity):
        occupancy[i, j] += 1
        sums[:, i, j] += row
    with np.errstate(invalid="ignore", divide="ignore"):
        rates = sums / np.where(occupancy > 0, occupancy, np.nan)
        p = occupancy / len(positions)
        mean = np.nansum(p * rates, axis=(1, 2), keepdims=True)
        share = rates / mean
        information = np.nansum(p * share * np.log2(np.where(share > 0, share, np.nan)), axis=(1, 2))
    return {"occupancy": occupancy, "rates": rates, "spatial_information": information[None],
            **{name: grid_score(g[name]["map"]) for name in ("hexagonal", "square", "random")}}
