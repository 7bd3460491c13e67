"""Open any picture as 8-bit RGB, and save pictures that say how they were made."""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from PIL import Image, ImageCms, ImageOps, PngImagePlugin, UnidentifiedImageError

from likeness import __version__
from likeness.datasets.digest import plain
from likeness.datasets.staging import unfinished_path

# The names that Automatic1111's web UI gave these settings; viewers of generated pictures read them.
_VIEWER_NAMES = {"steps": "Steps", "sampler": "Sampler", "guidance_scale": "CFG scale", "seed": "Seed"}


class UnreadablePictureError(ValueError):
    """A file that cannot be opened as a picture; `file` names it, `reason` says why."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(file, reason)
        self.file = file
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.file}: {self.reason}"


def open_picture(source: str | Path | BinaryIO) -> Image.Image:
    """Open a picture of any format as 8-bit RGB, upright.

    The EXIF rotation is applied, transparency is laid over white, an embedded colour profile is converted to
    sRGB, and 16-bit values v become round(v / 257). Of an animation the first frame is taken.

    Args:
        source: a local path, or a file object open for reading bytes.

    Returns:
        An image of mode RGB, without the file's EXIF or other information.

    Raises:
        UnreadablePictureError: the file is missing, cut short, or no picture that Pillow can read.
    """
    name = str(source if isinstance(source, str | Path) else getattr(source, "name", "picture"))
    try:
        with Image.open(source) as image:
            image.load()
            # From the bare values: what is saved later carries nothing of the file, such as where it was taken.
            return Image.fromarray(np.asarray(_to_rgb(ImageOps.exif_transpose(image))))
    except FileNotFoundError as error:
        raise UnreadablePictureError(name, "no such file") from error
    except Exception as error:  # Pillow's decoders raise nearly anything on broken data
        raise UnreadablePictureError(name, unreadable_reason(error)) from error


def unreadable_reason(error: Exception) -> str:
    """Say in a few words why Pillow could not read a picture."""
    if isinstance(error, UnidentifiedImageError):
        return "not a picture, or a format that cannot be read (save it as JPEG or PNG)"
    if isinstance(error, Image.DecompressionBombError):
        return "too many pixels to be opened safely (make it smaller)"
    if "truncated" in str(error).lower():
        return "truncated: the file ends before the picture does"
    return f"broken picture data ({type(error).__name__}: {error})"


def save_picture(path: Path, image: Image.Image, made_by: Mapping[str, object]) -> None:
    """Save a generated picture as PNG with text that says how it was made; the file is whole or not there.

    Args:
        path: the file to write, ending in `.png`; its folder is created.
        image: the picture.
        made_by: what made it, JSON-like. `prompt`, `negative_prompt`, `steps`, `sampler`, `guidance_scale`, `seed`
            and `model` go into the text `parameters` in the form that viewers of generated pictures read;
            everything goes into the text `likeness` as JSON.

    Raises:
        ValueError: the path does not end in `.png`.
    """
    path = Path(path)
    if path.suffix.lower() != ".png":
        raise ValueError(f"{path.name}: generated pictures are saved as PNG; end the name in .png")
    settings = plain(made_by)
    text = PngImagePlugin.PngInfo()
    text.add_text("parameters", _viewer_text(settings, image.size))
    text.add_text("likeness", json.dumps(settings, ensure_ascii=False, sort_keys=True))
    text.add_text("Software", f"likeness-lab {__version__}")
    text.add_text("Source", "generated")
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", pnginfo=text)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = unfinished_path(path)
    try:
        temporary.write_bytes(buffer.getvalue())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _viewer_text(settings: Mapping[str, Any], size: tuple[int, int]) -> str:
    """The text `parameters`: the prompt, the negative prompt, and one line of settings."""
    fields = [f"{label}: {_quoted(settings[name])}" for name, label in _VIEWER_NAMES.items() if name in settings]
    fields.append(f"Size: {size[0]}x{size[1]}")
    if "model" in settings:
        fields.append(f"Model: {_quoted(settings['model'])}")
    lines = [str(settings.get("prompt", ""))]
    if settings.get("negative_prompt"):
        lines.append(f"Negative prompt: {settings['negative_prompt']}")
    return "\n".join([*lines, ", ".join(fields)])


def _quoted(value: object) -> str:
    """A setting's value, as JSON text where it holds the characters that part the settings."""
    text = str(value)
    return json.dumps(text, ensure_ascii=False) if any(mark in text for mark in ",:\n") else text


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return _eight_bit(image)
    if image.mode == "PA" or image.has_transparency_data:
        image = image.convert("RGBA")
    image = _to_srgb(image)
    if image.mode == "RGBA":
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    return image.convert("RGB")


def _eight_bit(image: Image.Image) -> Image.Image:
    """Grey of more than 8 bits as RGB: 16-bit integers by their range, floats as 0..1 when none is above 1."""
    values = np.nan_to_num(np.asarray(image, dtype=np.float64))
    brightest = values.max(initial=0.0)
    if image.mode == "F":
        scale = 255.0 if brightest <= 1 else 1.0
    elif image.mode == "I" and brightest <= 255:
        scale = 1.0
    else:
        scale = 1 / 257
    grey = np.clip(np.rint(values * scale), 0, 255).astype(np.uint8)
    return Image.fromarray(grey).convert("RGB")


def _to_srgb(image: Image.Image) -> Image.Image:
    """Convert an embedded colour profile to sRGB; a profile that cannot be used is passed over."""
    embedded = image.info.get("icc_profile")
    if not embedded or image.mode not in ("RGB", "RGBA", "CMYK", "L"):
        return image
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(embedded))
        if "sRGB" in ImageCms.getProfileDescription(profile):
            return image
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        converted = ImageCms.profileToProfile(image, profile, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    return converted or image


def measure_picture(path: Path) -> dict[str, object]:
    """What an image set's manifest says of a picture file: sha256 (hex), width and height (px)."""
    with Image.open(path) as image:
        width, height = image.size
    return {"sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "width": width, "height": height}
