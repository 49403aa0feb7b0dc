"""Populations of cells and the walk in a box, by NumPy."""
import numpy as np

BOX, BORDER, BORDER_SPEED, DT, DRIFT = 2.2, 0.03, 0.25, 0.02, 0.05


def softmax(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def most_active(activity, k=3):
    return np.argsort(-activity, axis=1)[:, :k]


def place(g):
    squares = ((g["positions"][:, None] - g["centers"][None]) ** 2).sum(axis=2)
    center = softmax(-squares / (2 * g["sigma"] ** 2))
    surround = softmax(-squares / (2 * g["dog_surround_scale"] * g["sigma"] ** 2))
    difference = center - surround
    difference -= difference.min(axis=1, keepdims=True)
    return {"activity": center, "dog_activity": difference / difference.sum(axis=1, keepdims=True),
            "decoded": g["centers"][most_active(g["noisy_activity"])].mean(axis=1)}


def head_direction(g):
    preferred = np.linspace(-np.pi, np.pi, g["noisy_activity"].shape[1])[:, None]
    best = preferred[most_active(g["noisy_activity"]), 0]
    decoded = np.arctan2(np.sin(best).mean(axis=1), np.cos(best).mean(axis=1))
    return {"preferred": preferred, "decoded": decoded[:, None],
            "activity": np.exp((np.cos(g["bearings"] - preferred.T) - 1) / g["spread"] ** 2)}


def cells(given):
    return {"place": place(given["place"]), "head_direction": head_direction(given["head_direction"])}


def wrap(angle):
    return (angle + np.pi) % (2 * np.pi) - np.pi


def walk(given):
    """From the draws (start, heading, turn, speed by step); the first step is a warm-up."""
    found, half = {}, BOX / 2
    for name, g in given.items():
        x, heading = g["start"], g["heading"][:, 0]
        moves, places = [], []
        for speed, turn in zip(g["speed"], g["turn"]):
            walls = np.stack([half - x[:, 0], half - x[:, 1], half + x[:, 0], half + x[:, 1]], axis=1)
            nearest = walls.argmin(axis=1)
            angle = wrap(heading - np.array([0, np.pi / 2, np.pi, 3 * np.pi / 2])[nearest])
            hits = (walls.min(axis=1) < BORDER) & (abs(angle) < np.pi / 2)
            speed = np.where(hits, BORDER_SPEED * speed, speed)
            turn = DT * turn + np.where(hits, np.sign(angle) * (np.pi / 2 - abs(angle)), 0)
            move = (speed * DT)[:, None] * np.stack([np.cos(heading), np.sin(heading)], axis=1)
            if name == "biased":
                move = move - DRIFT * x
            x, heading = x + move, heading + turn
            moves.append(move)
            places.append(x)
        found[name] = {"init_position": places[0], "velocity": np.array(moves[1:]), "position": np.array(places[1:])}
    return found
