"""The log-linear learner's flow, integrated in NumPy by Heun's method: one question, its twin, and their forms."""

import numpy as np


def softmax(logits):
    weights = np.exp(logits - logits.max())
    return weights / weights.sum()


def trained(signal, alpha, delta, classes, forms, base, questions=1, time=None, accuracy=None, step=0.02):
    """Train to a time or to an accuracy; return time, accuracy in training and held-out.

    The signal is "label", "verdict", or a number of references k.
    """
    own = np.zeros((classes, forms))
    shared = np.zeros(classes)
    start = np.zeros((classes, forms))
    start[0] = np.log(base / (1 - base) * (classes - 1))

    def push(state):
        law = softmax(start + state[0][:, None] + state[1])
        right = np.zeros_like(law)
        right[0] = 1
        p = law[0].sum()
        if signal == "label":
            return right * law / p - law
        if signal == "verdict":
            return law * (right - p)
        wanted = np.zeros_like(law)
        wanted[0, :signal] = 1 / signal
        return wanted - law

    def slope(state):
        g = push(state)
        return alpha * g.sum(1) / questions, delta * g / questions

    def rate(state):
        return softmax(start + state[0][:, None] + state[1])[0].sum()

    state, now = (shared, own), 0.0
    while (now < time - step / 2) if time is not None else (rate(state) < accuracy):
        first = slope(state)
        second = slope(tuple(s + step * v for s, v in zip(state, first, strict=True)))
        before, old = rate(state), state
        state = tuple(s + step * (v + w) / 2 for s, v, w in zip(state, first, second, strict=True))
        now += step
    held_out = softmax(start + state[0][:, None])[0].sum()
    if accuracy is not None:  # between the last two steps, linearly
        part = (accuracy - before) / (rate(state) - before)
        earlier = softmax(start + old[0][:, None])[0].sum()
        return now - step + part * step, accuracy, earlier + part * (held_out - earlier)
    return now, rate(state), held_out
