"""The training step of rxlua in idiomatic PyTorch on the CPU; pytorch.lua asks for it.

The mathematics is that of Krishna et al. 2024: the networks of Eqs. A.1 to A.6 with Gaussian noise on
the state, place cells (Eq. 20, as the softmax of the published code), head-direction cells (Eq. 21,
scaled to a peak of 1), mean squared error, Adam. Sequences are (steps, batch, features).
"""
import math
import time

import numpy
import torch
from torch import nn

from serve import serve

STEPS, BATCH, CELLS, DT = 100, 200, 512, 0.02
TURN_SD = 11.52  # rad/s


def wrap(angle):
    return (angle + math.pi) % (2 * math.pi) - math.pi


def tensor(array):
    return torch.from_numpy(array).float()


# --- tasks: draws, and the batch that follows from them ---------------------------------------------

class SpatialNavigation:
    """Walks in a box after Erdem & Hasselmo (2012), and place cells scattered over it."""

    inputs = 2
    half, border, border_speed, speed, width = 1.1, 0.03, 0.25, 0.26 * math.pi, 0.2

    def __init__(self, centers=None, cells=CELLS):
        self.random = numpy.random.default_rng(0)
        if centers is None:
            centers = self.random.uniform(-self.half, self.half, (cells, 2))
        self.centers = tensor(centers)

    def draw(self, steps, batch):
        return {
            "start": self.random.uniform(-self.half, self.half, (batch, 2)),
            "heading": self.random.uniform(-math.pi, math.pi, (batch, 1)),
            "speed": self.random.rayleigh(self.speed, (steps + 1, batch)),
            "turn": self.random.normal(0, TURN_SD, (steps + 1, batch)),
        }

    def batch(self, draws):
        """First place activity, displacements, place activities; the first step is a warm-up."""
        position, heading = draws["start"], draws["heading"][:, 0]
        displacements, positions = [], []
        for speed, turn in zip(draws["speed"], DT * draws["turn"]):
            x, y = position.T
            to_wall = self.half - abs(position)
            outward = numpy.where(to_wall[:, 0] <= to_wall[:, 1], numpy.where(x < 0, math.pi, 0),
                                  numpy.where(y < 0, -math.pi / 2, math.pi / 2))
            angle = wrap(heading - outward)
            meets = (to_wall.min(1) < self.border) & (abs(angle) < math.pi / 2)
            speed = numpy.where(meets, self.border_speed * speed, speed)
            turn = turn + meets * numpy.sign(angle) * (math.pi / 2 - abs(angle))
            moved = (DT * speed * numpy.stack([numpy.cos(heading), numpy.sin(heading)])).T
            position, heading = position + moved, wrap(heading + turn)
            displacements.append(moved)
            positions.append(position)
        activity = self.encode(tensor(numpy.stack(positions)))
        return activity[0], tensor(numpy.stack(displacements[1:])), activity[1:]

    def encode(self, positions):
        squares = torch.cdist(positions, self.centers).square_()
        return torch.softmax(squares.mul_(-1 / (2 * self.width**2)), -1)

    def decode(self, activity):
        return self.centers[activity.topk(3).indices].mean(-2)


class HeadDirection:
    """A bearing that turns at random, and cells with bearings evenly spaced over the circle."""

    inputs = 1
    concentration = 1 / (math.pi / 6) ** 2

    def __init__(self, cells=CELLS):
        self.random = numpy.random.default_rng(0)
        self.bearings = torch.linspace(-math.pi, math.pi, cells)

    def draw(self, steps, batch):
        return {
            "start": self.random.uniform(-math.pi, math.pi, (batch, 1)),
            "turn": self.random.normal(0, TURN_SD * DT, (steps, batch)),
        }

    def batch(self, draws):
        start, turns = draws["start"], draws["turn"][..., None]
        bearings = start + turns.cumsum(0)
        return self.encode(tensor(start)), tensor(turns), self.encode(tensor(bearings))

    def encode(self, bearings):
        cosine = (bearings - self.bearings).cos_()
        return cosine.sub_(1).mul_(self.concentration).exp_()


# --- networks ---------------------------------------------------------------------------------------

def linear(inputs, outputs):
    return nn.Linear(inputs, outputs, bias=False)


def drive(recurrent, r, input, ds):
    return recurrent(r) if ds is None else recurrent(r) + input(ds)


class Network(nn.Module):
    """r(0) = E f(s(0)); r(t+1) = r(t) + dr + sigma sqrt(dt) eta; o = D r."""

    def __init__(self, inputs, units, cells, tau, noise):
        super().__init__()
        self.leak, self.noise = DT / tau, noise  # noise: its standard deviation in a step
        self.encoder, self.w_out = linear(cells, units), linear(units, cells)

    def next(self, r, ds, eta=None):
        eta = torch.randn_like(r) if eta is None else eta
        return r + self.change(r, ds) + self.noise * eta

    def forward(self, init, inputs, noise=None):
        r, states = self.encoder(init), []
        for t, ds in enumerate(inputs):
            r = self.next(r, ds, None if noise is None else noise[t])
            states.append(r)
        return self.w_out(torch.stack(states))

    def forward_assigned(self, init, inputs):
        """The same as the published code writes it, each step into a tensor made before."""
        steps, batch, _ = inputs.shape
        states = torch.zeros(steps, batch, self.encoder.out_features)
        outputs = torch.zeros(steps, batch, self.w_out.out_features)
        r = self.encoder(init)
        for t in range(steps):
            r = self.next(r, inputs[t])
            states[t] = r
            outputs[t] = self.w_out(r)
        return outputs

    @torch.no_grad()
    def rest(self, init, steps, decode):
        """What the outputs decode to without input and with twice the noise variance (Eq. 19)."""
        noise = math.sqrt(2) * self.noise
        r, decoded = self.encoder(init), []
        for _ in range(steps):
            r = r + self.change(r) + noise * torch.randn_like(r)
            decoded.append(decode(self.w_out(r)))
        return torch.stack(decoded)


class RNN(Network):
    """Eqs. A.1 and A.2."""

    def __init__(self, inputs, units, *rest):
        super().__init__(inputs, units, *rest)
        self.w_in, self.w_rec = linear(inputs, units), linear(units, units)

    def change(self, r, ds=None):
        return self.leak * (torch.relu(drive(self.w_rec, r, self.w_in, ds)) - r)


class GRU(Network):
    """Eqs. A.3 to A.6; the weights of gate g are named r."""

    def __init__(self, inputs, units, *rest):
        super().__init__(inputs, units, *rest)
        self.w_z, self.w_r, self.w_h = (linear(inputs, units) for _ in range(3))
        self.u_z, self.u_r, self.u_h = (linear(units, units) for _ in range(3))

    def change(self, r, ds=None):
        z = torch.sigmoid(drive(self.u_z, r, self.w_z, ds))
        g = torch.sigmoid(drive(self.u_r, r, self.w_r, ds))
        h = torch.tanh(drive(self.u_h, g * r, self.w_h, ds))
        return self.leak * (1 - z) * (h - r)


# name -> task, network, units, tau (s), standard deviation of the noise in a step (Tables A.1, A.2)
MODELS = {
    "spatial_rnn": (SpatialNavigation, RNN, 512, 0.1, 0.01),
    "spatial_gru": (SpatialNavigation, GRU, 512, 0.1, 0.01),
    "head_direction": (HeadDirection, RNN, 128, 0.04, 0.1),
}


def training_step(network, optimizer, forward, batch, **noise):
    """One step on a batch; returns the loss."""
    init, inputs, targets = batch
    optimizer.zero_grad(set_to_none=True)
    loss = nn.functional.mse_loss(forward(init, inputs, **noise), targets)
    loss.backward()
    optimizer.step()
    return loss.item()


class Training:
    def __init__(self, name):
        task, network, units, tau, noise = MODELS[name]
        self.task = task()
        self.network = network(self.task.inputs, units, CELLS, tau, noise)
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=1e-3)

    def step(self, assigned=False):
        forward = self.network.forward_assigned if assigned else self.network
        batch = self.task.batch(self.task.draw(STEPS, BATCH))
        training_step(self.network, self.optimizer, forward, batch)


# --- what can be asked for --------------------------------------------------------------------------

trainings = {}


def training(name):
    if name not in trainings:
        trainings[name] = Training(name)
    return trainings[name]


def seconds(threads, function, *arguments, repeats=1):
    torch.set_num_threads(int(threads))
    began = time.perf_counter()
    for _ in range(repeats):
        function(*arguments)
    return (time.perf_counter() - began) / repeats


def step(name, threads):
    return seconds(threads, training(name).step)


def assigned_step(name, threads):
    return seconds(threads, training(name).step, True)


def rest(name, threads, trials, steps):
    task, network = training(name).task, training(name).network
    init, _, _ = task.batch(task.draw(1, int(trials)))
    return seconds(threads, network.rest, init, int(steps), task.decode)


def encode(threads, rows, repeats):
    task = training("spatial_rnn").task
    positions = tensor(task.random.uniform(-task.half, task.half, (int(rows), 2)))
    return seconds(threads, task.encode, positions, repeats=int(repeats))


def normals(threads, count, repeats):
    return seconds(threads, torch.randn, int(count), repeats=int(repeats))


def losses(name, folder, steps):
    """The losses of training steps in a row, all on one batch, from the weights and draws in a folder."""
    task, network, _, tau, noise = MODELS[name]

    def load(what):
        return numpy.load(f"{folder}/{name}.{what}.npy")

    if task is SpatialNavigation:
        task = task(load("centers"))
        draws = {what: load(what) for what in ("start", "heading", "speed", "turn")}
    else:
        task = task(load("encoder").shape[1])
        draws = {what: load(what) for what in ("start", "turn")}
    batch = task.batch(draws)
    units, cells = load("encoder").shape
    network = network(task.inputs, units, cells, tau, noise)
    network.load_state_dict({what: tensor(load(what.split(".")[0])) for what in network.state_dict()})
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
    eta = tensor(load("noise")).reshape(*batch[1].shape[:2], units)
    return " ".join(f"{training_step(network, optimizer, network, batch, noise=eta):.9g}"
                    for _ in range(int(steps)))


def version():
    return torch.__version__


if __name__ == "__main__":
    serve({function.__name__: function
           for function in (step, assigned_step, rest, encode, normals, losses, version)})
