"""Cells of a map over lookup worlds of one shape: which forms are accepted and what is asked are data of an array.

So the cells share a compilation, and all that is random in them is drawn alike.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Int, Key

from infoloop.probability.host_functions import host_only
from infoloop.worlds.bayes_learner import void_reason
from infoloop.worlds.coded_worlds import accepted_forms
from infoloop.worlds.finite_worlds import JUNK, World, draw_rule, fewer_contents, under_rule
from infoloop.worlds.lookup import lookup_world
from infoloop.worlds.reference_channels import class_channel


class LookupCell(NamedTuple):
    """A cell of a map.

    Attributes:
        forms: M, accepted forms of a class in a domain.
        accepted: "same forms" in all domains, or "other forms".
        junk: J, mass of junk in the base's targets, which lowers its pass rate.
        half: Whether the new task asks for half of the symbols only.
    """

    forms: int
    accepted: str = "same forms"
    junk: float = 0.0
    half: bool = False

    @property
    def name(self) -> str:
        """The cell in a few letters."""
        shift = "lenient" if self.accepted == "same forms" else "strict"
        return f"{shift} {self.forms}" + (f" J{self.junk:g}" if self.junk else "") + (" half" if self.half else "")


def cell_world(
    key: Key[Array, ""], cells: Sequence[LookupCell], which: Int[Array, ""] | int, symbols: int = 6, **settings: Any
) -> World:
    """Return the lookup world of a cell under a rule drawn from the prior, which is then the only one.

    Args:
        key: Randomness of the world and of its rule.
        cells: The cells, whose worlds have one shape.
        which: Number of the cell; may be traced.
        symbols: As in `lookup_world`.
        settings: Other arguments of `lookup_world`, but `forms` and `accepted`.

    Raises:
        ValueError: As in `lookup_world`.

    >>> cells = LookupCell(1), LookupCell(3, "other forms", half=True)
    >>> world = cell_world(jax.random.key(0), cells, 1, symbols=4)
    >>> int(world.trained.sum()), world.right_class.shape, int((world.classes[0] >= 0).sum())
    (2, (1, 40), 12)
    """
    key_world, key_rule = jax.random.split(key)
    alphabet, length = settings.get("alphabet", 6), settings.get("length", 2)
    world = lookup_world(key_world, symbols, forms=alphabet ** (length - 1), **settings)
    world = under_rule(world, draw_rule(key_rule, world))
    masks = jnp.stack([accepted_forms(c.accepted, c.forms, world.domains, world.forms) for c in cells])
    accepts = masks[which][world.domain[:, None], world.form[None, :]]
    world = replace(world, accepted=accepts, classes=jnp.where(accepts, world.classes, JUNK))
    asked = jnp.array([max(1, symbols // 2) if c.half else symbols for c in cells])
    return fewer_contents(world, asked[which])


@host_only
@lru_cache
def cell_void_reason(cell: LookupCell, surface: str = "same symbols", shared: bool = True) -> str:
    """Return why nothing can be learned from held-out questions of a cell from class labels; '' if something can.

    It is asked of two symbols and classes, as it is the same for any number of them.

    Args:
        cell: The cell.
        surface: As in `lookup_world`.
        shared: As there.

    >>> cell_void_reason(LookupCell(3)), cell_void_reason(LookupCell(3), shared=False)[:32]
    ('', 'no learner can bridge the shift:')
    """
    world = lookup_world(jax.random.key(0), 2, 2, cell.forms, surface=surface, accepted=cell.accepted, shared=shared)
    return void_reason(world, class_channel(world))
