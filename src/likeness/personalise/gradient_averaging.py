"""Gradients averaged over processes while the backward pass goes on (Li et al. 2020, arXiv 2006.15704, section 3).

Not DistributedDataParallel itself: a step here is recorded as a CUDA graph, its networks are copies of the weights that
the optimiser moves, and one network may be called several times in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from itertools import accumulate

import torch
from torch import Tensor, distributed
from torch.nn import Parameter

_BUCKET = 2**26
"""Bytes averaged at once: few enough for the last ones, which nothing hides, and enough for the links' full rate."""
_ALONE = 2**23
"""Bytes from which on a gradient is averaged where it lies, by itself; those before it and after it share buckets."""
_ALIGNMENT = 64
"""Numbers, to a multiple of which each gradient's place is rounded up."""


class GradientAveraging:
    """Averages the gradients of parameters over the processes of torch.distributed's default group.

    Buckets of gradients are sent as soon as they are complete, in the order in which the first backward pass completed
    them. After `finish`, a parameter's `grad` is a part of its bucket.

    Args:
        parameters: that learn: in every process the same, in the same order.
        backward_passes: in a step, after the last of which gradients are complete.
        bucket_bytes: of the gradients averaged at once.
        alone_bytes: from which on a gradient has a bucket of its own, which costs no copy.
    """

    def __init__(
        self,
        parameters: Iterable[Parameter],
        backward_passes: int = 1,
        bucket_bytes: int = _BUCKET,
        alone_bytes: int = _ALONE,
    ) -> None:
        self._parameters = [parameter for parameter in parameters if parameter.requires_grad]
        self._passes, self._bucket_bytes, self._alone_bytes = backward_passes, bucket_bytes, alone_bytes
        self._nccl = distributed.get_backend() == "nccl"
        self._passed = [0] * len(self._parameters)
        self._order: list[int] = []
        self._buckets: list[list[int]] = []
        self._bucket_of: dict[int, int] = {}
        self._missing: list[int] = []
        self._sent: list[tuple[distributed.Work, Tensor]] = []
        for index, parameter in enumerate(self._parameters):
            parameter.register_post_accumulate_grad_hook(partial(self._arrived, index))  # type: ignore[no-untyped-call]

    def finish(self) -> None:
        """Send what was not sent yet, and let what follows on the device wait for the averages."""
        if not self._buckets:
            self._buckets = self._filled(self._agreed())
            self._bucket_of = {index: place for place, bucket in enumerate(self._buckets) for index in bucket}
        for bucket in self._buckets[len(self._sent) :]:
            self._send(bucket)
        for work, flat in self._sent:
            work.wait()
            if not self._nccl:
                flat.div_(distributed.get_world_size())
        self._sent = []
        self._passed = [0] * len(self._parameters)
        self._missing = [len(bucket) for bucket in self._buckets]

    def _arrived(self, index: int, _: Tensor) -> None:
        """Note that a gradient has been added to."""
        self._passed[index] += 1
        if self._passed[index] < self._passes:
            return
        if not self._buckets:
            self._order.append(index)
            return
        self._missing[self._bucket_of[index]] -= 1
        # All processes must send the same buckets in the same order.
        while len(self._sent) < len(self._buckets) and not self._missing[len(self._sent)]:
            self._send(self._buckets[len(self._sent)])

    def _agreed(self) -> list[int]:
        """The first process's order, for all."""
        order = torch.tensor(self._order, device=self._parameters[self._order[0]].device)
        distributed.broadcast(order, 0)
        agreed: list[int] = order.tolist()
        return agreed

    def _filled(self, order: Iterable[int]) -> list[list[int]]:
        """Buckets of gradients of one format, in the order in which they are full."""
        full: list[list[int]] = []
        filling: dict[torch.dtype, list[int]] = {}
        for index in order:
            dtype, size = self._parameters[index].dtype, self._bytes(index)
            if size >= self._alone_bytes:
                full.append([index])
                continue
            bucket = filling.setdefault(dtype, [])
            if bucket and sum(map(self._bytes, bucket)) + size > self._bucket_bytes:
                full.append(bucket)
                bucket = filling[dtype] = []
            bucket.append(index)
        return [*full, *filling.values()]

    def _bytes(self, index: int) -> int:
        return self._parameters[index].numel() * self._parameters[index].element_size()

    @torch.no_grad()
    def _send(self, bucket: list[int]) -> None:
        """Begin to average a bucket's gradients, in one piece of memory."""
        members = [self._parameters[index] for index in bucket]
        gradients = [_gradient(member) for member in members]
        flat = self._flat(members, gradients)
        operation = distributed.ReduceOp.AVG if self._nccl else distributed.ReduceOp.SUM
        work = distributed.all_reduce(flat, operation, async_op=True)
        assert work is not None
        self._sent.append((work, flat))

    def _flat(self, members: list[Parameter], gradients: list[Tensor]) -> Tensor:
        """The gradients side by side; a single one, if it has no holes, where it lies."""
        if len(gradients) == 1 and gradients[0].stride() == members[0].stride():
            return gradients[0].as_strided((gradients[0].numel(),), (1,))
        *starts, total = accumulate((_aligned(one.numel()) for one in gradients), initial=0)
        flat = torch.empty(total, dtype=gradients[0].dtype, device=gradients[0].device)
        views = [flat.as_strided(one.shape, one.stride(), start) for one, start in zip(gradients, starts, strict=True)]
        torch._foreach_copy_(views, gradients)
        for member, view in zip(members, views, strict=True):
            member.grad = view
        return flat


def _aligned(numbers: int) -> int:
    """Room for so many numbers, such that the next ones can be read several at once."""
    return -(-numbers // _ALIGNMENT) * _ALIGNMENT


def _gradient(parameter: Parameter) -> Tensor:
    if parameter.grad is None:
        raise RuntimeError("A parameter that had a gradient in the first step has none in this one.")
    return parameter.grad
