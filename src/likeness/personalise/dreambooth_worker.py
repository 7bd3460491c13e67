"""One of the processes that fine-tune together, started by `likeness.personalise.launching.launch`."""

import sys
from pathlib import Path

from likeness.diffusion.placement import choose_device
from likeness.personalise.dreambooth import learn
from likeness.personalise.dreambooth_job import read_job
from likeness.personalise.launching import working


def main(folder: Path) -> None:
    """Do the job in a folder, together with the other processes."""
    job = read_job(folder)
    with working(folder, choose_device(job.device)) as (rank, device):
        learn(job, device=str(device), rank=rank)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
