"""Metrics on pictures and the uncertainty of their means: one metric a module, each citing its paper."""
