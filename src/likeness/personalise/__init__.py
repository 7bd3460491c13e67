"""Teach a diffusion model one person, thing or style."""
