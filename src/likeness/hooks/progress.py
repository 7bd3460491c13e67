"""Say which node of how many a run has come to."""

import logging

from kedro.framework.hooks import hook_impl
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node

logger = logging.getLogger(__name__)


class ProgressHook:
    """Log one line a node, in place of Kedro's three with all inputs and outputs."""

    def __init__(self) -> None:
        self._begun, self._nodes = 0, 0

    @hook_impl
    def before_pipeline_run(self, pipeline: Pipeline) -> None:
        """Count the nodes."""
        self._begun, self._nodes = 0, len(pipeline.nodes)

    @hook_impl
    def before_node_run(self, node: Node) -> None:
        """Name the node; in the processes of a ParallelRunner, which count nothing, without a number."""
        self._begun += 1
        if self._nodes:
            logger.info("%d of %d: %s", self._begun, self._nodes, node.name)
        else:
            logger.info("%s", node.name)
