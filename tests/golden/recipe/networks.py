"""Networks by PyTorch's autograd in float64: states, outputs, losses, gradients, Jacobians.

Sequences are (steps, batch, features), weights (out, in). The first state before step 1 is init encoder', all
others are 0; noise, standard normal draws, is added to the first state after its update, times sigma sqrt(dt);
outputs = (first state) w_out'."""
import numpy as np
import torch

PHI = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}


def rnn(w, s, x, o):
    drive = s["r"] @ w["w_rec"].T + x @ w["w_in"].T + w.get("b_rec", 0)
    return {"r": s["r"] + o["dt"] / o["tau"] * (PHI[o["activation"]](drive) - s["r"])}


def gru(w, s, x, o):
    def gate(k, r):
        return r @ w["u_" + k].T + x @ w["w_" + k].T + w.get("b_" + k, 0)
    r = s["r"]
    z, g = torch.sigmoid(gate("z", r)), torch.sigmoid(gate("r", r))
    return {"r": r + o["dt"] / o["tau"] * (1 - z) * (PHI[o["activation"]](gate("h", g * r)) - r)}


def lstm(w, s, x, o):
    drive = s["h"] @ w["u"].T + x @ w["w"].T + w["b"]
    i, f, out, g = drive.chunk(4, dim=1)
    c = torch.sigmoid(f) * s["c"] + torch.sigmoid(i) * torch.tanh(g)
    return {"h": torch.sigmoid(out) * torch.tanh(c), "c": c}


def adapting(w, s, x, o):
    r, a = s["r"], s["a"]
    drive = r @ w["w_rec"].T + x @ w["w_in"].T - o["gain"] * a
    return {"r": r + o["dt"] / o["tau"] * (torch.relu(drive) - r), "a": a + o["dt"] / o["tau_a"] * (r - a)}


def low_rank(w, s, x, o):
    v = s["v"]
    return {"v": v + o["dt"] / o["tau"] * (torch.tanh(v) @ w["n"] @ w["m"].T + x @ w["w_in"].T - v)}


CELLS = {"rnn": (rnn, ["r"]), "gru": (gru, ["r"]), "lstm": (lstm, ["h", "c"]),
         "adapting": (adapting, ["r", "a"]), "low_rank": (low_rank, ["v"])}


def tensors(table):
    return {name: torch.tensor(value, dtype=torch.float64) for name, value in table.items()}


def forward(weights, batch, o):
    """States by name and outputs, each (steps, batch, features)."""
    step, names = CELLS[o["cell"]]
    first = batch["init"] @ weights["encoder"].T
    state = {name: first if i == 0 else torch.zeros_like(first) for i, name in enumerate(names)}
    states = {name: [] for name in names}
    for x, noise in zip(batch["inputs"], batch["noise"]):
        state = step(weights, state, x, o)
        state[names[0]] = state[names[0]] + o["sigma"] * np.sqrt(o["dt"]) * noise
        for name in names:
            states[name].append(state[name])
    states = {name: torch.stack(rows) for name, rows in states.items()}
    return states, states[names[0]] @ weights["w_out"].T


def mean_squared(outputs, batch):
    """Over steps, batch and outputs; rows of mask 0 do not count, whatever their targets hold."""
    mask = batch.get("mask", torch.ones_like(outputs[..., :1]))
    off = torch.where(mask > 0, outputs - batch["targets"], torch.zeros(()).double())
    return (off**2).sum() / (mask.sum() * outputs.shape[-1])


def cross_entropy(outputs, batch):
    rows = -(batch["targets"] * torch.log_softmax(outputs, -1)).sum(-1, keepdim=True)
    return (batch["mask"] * rows).sum() / batch["mask"].sum()


def effective(weights, given):
    """Dale's law: what the network uses in place of its raw weights."""
    if "constraint" not in given:
        return weights
    mask, sign = tensors(given["constraint"]).values()
    return {**weights, "w_rec": weights["w_rec"].abs() * mask * sign, "w_in": weights["w_in"].abs()}


def gradients(loss, weights):
    found = torch.autograd.grad(loss, list(weights.values()), retain_graph=True)
    return dict(zip(weights, (g.numpy() for g in found)))


def network(given):
    """All that follows from the settings, weights and batch of a file."""
    weights, batch = tensors(given["weights"]), tensors(given["batch"])
    for w in weights.values():
        w.requires_grad_()
    used = effective(weights, given)
    states, outputs = forward(used, batch, given)
    found = {}
    if "activity_weight" in given:
        squares, mask = next(iter(states.values())) ** 2, batch["mask"]
        entropy = cross_entropy(outputs, batch)
        penalty = given["penalty_weight"] * (weights["w_rec"] ** 2).sum()
        activity = given["activity_weight"] * squares.mean()
        masked = given["activity_weight"] * (mask * squares.mean(-1, keepdim=True)).sum() / mask.sum()
        parts = {"cross_entropy": entropy, "activity": activity, "penalty": penalty}
        by_rows = entropy + masked + penalty
        found["masked_activity"] = {"activity": masked.item(), "loss": by_rows.item(),
                                    "gradients": gradients(by_rows, weights)}
    else:
        parts = {"mean_squared": mean_squared(outputs, batch)}
    loss = sum(parts.values())
    found["loss"], found["gradients"] = loss.item(), gradients(loss, weights)
    states, outputs = {k: v.detach().numpy() for k, v in states.items()}, outputs.detach().numpy()
    found["forward"] = {"outputs": outputs, "states": next(iter(states.values())), **states}
    found["parts"] = {name: part.item() for name, part in parts.items()}
    if used is not weights:
        found["effective"] = {name: used[name].detach().numpy() for name in ("w_rec", "w_in")}
    return found


def sorted_eigenvalues(matrix):
    """By falling modulus, of a conjugate pair the one with the positive imaginary part first."""
    values = np.linalg.eigvals(matrix)
    return np.array(sorted(values, key=lambda v: (-round(abs(v), 12), -round(v.imag, 12))))


def step_at_rest(given):
    weights, (step, names) = tensors(given["weights"]), CELLS[given["cell"]]
    inputs = torch.zeros(1, given["inputs"], dtype=torch.float64)
    return lambda r: step(weights, {names[0]: r[None]}, inputs, given)[names[0]][0]


def jacobian(given):
    """d r_i(t+1) / d r_j(t) without input and noise, a block for each of the given states."""
    found = {}
    for name, g in given.items():
        f = step_at_rest(g)
        blocks = [torch.autograd.functional.jacobian(f, r).numpy() for r in torch.tensor(g["states"])]
        values = np.array([sorted_eigenvalues(block) for block in blocks])
        found[name] = {"jacobian": np.vstack(blocks), "real": values.real, "imaginary": values.imag}
    return found


def fixed_points(given):
    """The roots of F(r) = r from the starts, by rising first coordinate, and the Jacobian's eigenvalues there."""
    from scipy.optimize import root
    f, points = step_at_rest(given), []
    starts = list(given["starts"]) + list(np.random.default_rng(0).uniform(-1, 1, (2000, 3)))
    for start in starts:
        solved = root(lambda r: f(torch.tensor(r)).numpy() - r, start, tol=1e-12)
        if solved.success and all(abs(solved.x - p).max() > 1e-5 for p in points):
            points.append(solved.x)
    points = np.array(sorted(points, key=lambda p: p[0]))
    blocks = [torch.autograd.functional.jacobian(f, torch.tensor(p)).numpy() for p in points]
    values = np.array([sorted_eigenvalues(block) for block in blocks])
    modulus = abs(values).max(axis=1, keepdims=True)
    return {"points": points, "real": values.real, "imaginary": values.imag, "modulus": modulus,
            "stable": (modulus < 1).astype(float)}


def adam(given):
    weights = torch.tensor(given["start"], dtype=torch.float64, requires_grad=True)
    optimizer, after = torch.optim.Adam([weights], lr=given["rate"]), []
    for gradient in torch.tensor(given["gradients"], dtype=torch.float64):
        weights.grad = gradient
        optimizer.step()
        after.append(weights.detach().numpy().copy())
    return {"weights": np.array(after)}
