"""Real photographs as latents that a deterministic sampler turns back into them."""

from likeness.diffusion.inversion.ddim import ddim_scheduler
from likeness.diffusion.inversion.inversion import METHODS, Inversion, Method
from likeness.diffusion.inversion.invert import invert, invert_all

__all__ = ["METHODS", "Inversion", "Method", "ddim_scheduler", "invert", "invert_all"]
