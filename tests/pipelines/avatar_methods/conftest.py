"""The tiny projects that `avatar` is tested in."""

from ..avatar.conftest import new_project, tiny_probe

__all__ = ["new_project", "tiny_probe"]
