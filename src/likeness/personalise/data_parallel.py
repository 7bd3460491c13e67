"""Several processes that train one model, each on its share of every step's pictures."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from accelerate import PartialState
from torch import Tensor, distributed

from likeness.personalise.draws import Draw


@dataclass(frozen=True)
class Rank:
    """One of the processes of a training.

    All of them draw the same, for all: what a step learns from is what one process would with a larger batch.

    Attributes:
        index: of this process, from 0.
        count: of the processes; more than one are a process group of torch.distributed.
    """

    index: int = 0
    count: int = 1

    @property
    def is_first(self) -> bool:
        """Whether this process is the one that writes."""
        return self.index == 0

    def after_the_first(self) -> AbstractContextManager[None]:
        """What all do, such as filling a cache, when the first has done it."""
        return PartialState().main_process_first() if self.count > 1 else nullcontext()

    def share(self, drawn: Draw) -> Draw:
        """This process's part of what was drawn for all of them."""
        return list(drawn.chunks(self.count))[self.index]

    def mean(self, value: Tensor) -> Tensor:
        """The mean over the processes, of equal shapes."""
        return self._gathered(value).mean(dim=0) if self.count > 1 else value

    def joined(self, values: Tensor) -> Tensor:
        """The values (n, ...) of all processes, (count · n, ...), in their order."""
        return self._gathered(values).flatten(0, 1) if self.count > 1 else values

    def _gathered(self, values: Tensor) -> Tensor:
        gathered = values.new_empty(self.count, *values.shape)
        distributed.all_gather(list(gathered.unbind()), values.contiguous())
        return gathered


ALONE = Rank()
