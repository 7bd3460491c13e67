"""Open diffusion models and sample from them."""
