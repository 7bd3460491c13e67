"""Real photographs as latents that a deterministic sampler turns back into them."""

from likeness.diffusion.inversion.inversion import METHODS, Inversion, Method

__all__ = ["METHODS", "Inversion", "Method"]
