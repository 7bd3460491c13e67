"""One of the processes that learn a word together, started by `likeness.personalise.launching.launch`."""

import sys
from pathlib import Path

from likeness.diffusion.placement import choose_device
from likeness.personalise.inversion_job import read_job
from likeness.personalise.launching import working
from likeness.personalise.textual_inversion import learn


def main(folder: Path) -> None:
    """Do the job in a folder, together with the other processes."""
    job = read_job(folder)
    with working(folder, choose_device(job.device)) as (rank, device):
        learn(job, device=str(device), rank=rank)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
