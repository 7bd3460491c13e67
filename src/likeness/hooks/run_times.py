"""Say at the end of a run where the time went."""

import logging
import time
from dataclasses import dataclass
from typing import Any

import pandas as pd
from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node

from likeness.hooks.peak_gpu_memory import PeakGpuMemory
from likeness.peak_memory import PeakMemory

DATASET = "run_times"
COLUMNS = (
    *("node", "step", "namespace", "loading_s", "running_s", "saving_s", "total_s", "share"),
    *("peak_memory_mb", "peak_gpu_memory_mb", "peak_gpu_reserved_mb"),
)

logger = logging.getLogger(__name__)


@dataclass
class NodeTimes:
    """Seconds that one node spent."""

    node: Node
    loading: float = 0.0
    running: float = 0.0
    saving: float = 0.0


class RunTimesHook:
    """Clock every node; log a short table, and save the full one as `run_times` where the catalog has that name.

    With the ParallelRunner nodes run in other processes and are not seen: then there is no table.
    """

    def __init__(self) -> None:
        self._times: dict[str, NodeTimes] = {}
        self._clocks: dict[tuple[str, str], float] = {}
        self._memory: PeakMemory | None = None
        self._gpu = PeakGpuMemory()

    @hook_impl
    def before_pipeline_run(self) -> None:
        """Start afresh."""
        self._times, self._clocks, self._memory, self._gpu = {}, {}, PeakMemory(), PeakGpuMemory()

    @hook_impl
    def before_dataset_loaded(self, dataset_name: str, node: Node) -> None:
        """Begin with a node: its first input is loaded."""
        self._start(node, dataset_name)

    @hook_impl
    def after_dataset_loaded(self, dataset_name: str, node: Node) -> None:
        """Count the seconds of loading."""
        self._node(node).loading += self._stop(node, dataset_name)

    @hook_impl
    def before_node_run(self, node: Node) -> None:
        """Start the node's own clock."""
        self._start(node, "")

    @hook_impl
    def after_node_run(self, node: Node) -> None:
        """Count the seconds of the node itself."""
        self._node(node).running += self._stop(node, "")

    @hook_impl
    def on_node_error(self, node: Node) -> None:
        """Count the seconds until the node failed."""
        self._node(node).running += self._stop(node, "")

    @hook_impl
    def before_dataset_saved(self, dataset_name: str, node: Node) -> None:
        """Start the clock of saving."""
        self._start(node, dataset_name)

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, node: Node) -> None:
        """Count the seconds of saving."""
        self._node(node).saving += self._stop(node, dataset_name)

    @hook_impl
    def after_pipeline_run(self, pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Report a finished run."""
        self._report(pipeline, catalog)

    @hook_impl
    def on_pipeline_error(self, pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Report a run that failed, as far as it went."""
        self._report(pipeline, catalog)

    def _node(self, node: Node) -> NodeTimes:
        return self._times.setdefault(node.name, NodeTimes(node))

    def _start(self, node: Node, what: str) -> None:
        if self._memory:
            self._memory.begin(node.name)
        self._gpu.begin(node.name)
        self._clocks[node.name, what] = time.perf_counter()

    def _stop(self, node: Node, what: str) -> float:
        if self._memory:
            self._memory.end(node.name)
        self._gpu.end(node.name)
        return time.perf_counter() - self._clocks.pop((node.name, what), time.perf_counter())

    def _report(self, pipeline: Pipeline, catalog: DataCatalog) -> None:
        if self._memory:
            self._memory.close()
        if not self._times:
            return
        table = time_table(list(self._times.values()), self._memory.megabytes if self._memory else {}, self._gpu)
        logger.info("Where the time went\n%s", short_text(table))
        if DATASET in catalog:
            catalog.save(DATASET, table)


def time_table(times: list[NodeTimes], peak_memory: dict[str, float], gpu: PeakGpuMemory) -> pd.DataFrame:
    """One row a node in the order they ran, with the columns of `COLUMNS`.

    Seconds, share of the sum of all nodes (0..1), and memory in MB (10⁶ bytes) at its highest: resident, a GPU's that
    tensors took, and a GPU's that was held for them; the last two are empty where no GPU was used.
    """
    rows: list[dict[str, Any]] = []
    for entry in times:
        total = entry.loading + entry.running + entry.saving
        rows.append(
            {
                "node": entry.node.name,
                "step": entry.node.name.rpartition(".")[2],
                "namespace": entry.node.namespace or "",
                "loading_s": entry.loading,
                "running_s": entry.running,
                "saving_s": entry.saving,
                "total_s": total,
                "peak_memory_mb": peak_memory.get(entry.node.name),
                "peak_gpu_memory_mb": gpu.allocated.get(entry.node.name),
                "peak_gpu_reserved_mb": gpu.reserved.get(entry.node.name),
            }
        )
    table = pd.DataFrame(rows).astype({"peak_gpu_memory_mb": float, "peak_gpu_reserved_mb": float})
    table["share"] = table["total_s"] / max(table["total_s"].sum(), 1e-9)
    return table[list(COLUMNS)].round(3)


def short_text(table: pd.DataFrame, lines: int = 12) -> str:
    """The longest steps, the same step of several namespaces as one line, and the sum."""
    steps = table.groupby("step", sort=False).agg(
        nodes=("node", "size"),
        total_s=("total_s", "sum"),
        share=("share", "sum"),
        memory=("peak_memory_mb", "max"),
        gpu=("peak_gpu_reserved_mb", "max"),
    )
    steps = steps.sort_values("total_s", ascending=False, kind="stable")
    on_gpu = bool(table["peak_gpu_reserved_mb"].notna().any())
    text = [f"{'step':<32}{'seconds':>9}{'share':>7}{'peak MB':>9}" + on_gpu * f"{'GPU MB':>9}"]
    for step, row in steps.head(lines).iterrows():
        name = f"{step} × {row['nodes']:.0f}" if row["nodes"] > 1 else str(step)
        line = f"{name[:32]:<32}{row['total_s']:>9.1f}{row['share']:>7.0%}{row['memory']:>9.0f}"
        text.append(line + on_gpu * f"{row['gpu']:>9.0f}")
    rest = steps.iloc[lines:]
    if len(rest):
        text.append(f"{f'{len(rest)} shorter steps':<32}{rest['total_s'].sum():>9.1f}{rest['share'].sum():>7.0%}")
    peaks = f"{table['peak_memory_mb'].max():>9.0f}" + on_gpu * f"{table['peak_gpu_reserved_mb'].max():>9.0f}"
    text.append(f"{'all':<32}{table['total_s'].sum():>9.1f}{'':>7}{peaks}")
    return "\n".join(text)
