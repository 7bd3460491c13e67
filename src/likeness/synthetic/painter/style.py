"""What makes a painter's hand: the parts of a style, all lengths as shares of the picture's shorter side."""

from __future__ import annotations

from dataclasses import dataclass

Lab = tuple[float, float, float]
"""A colour in CIE L*a*b* (D65): lightness 0 to 100, a* from green to red, b* from blue to yellow."""


@dataclass(frozen=True)
class Palette:
    """How the painter sees colours.

    Attributes:
        pigments: Colours of the tubes; none leaves hues as they are.
        pull: 0 the picture's own colours, 1 pigments alone.
        saturation: Factor on the chroma.
        contrast: Factor on the lightness's distance from the middle.
        darkest: L* that black becomes.
        lightest: L* that white becomes.
        warmth: Warm lights and cool shades: change of b* from black to white.
        stretch: How far the picture's own darkest and lightest tones are spread towards black and white, 0 to 1.
        modelling: Local contrast added, so that flat lighting does not hide forms.
        tones: Number of washes of different lightness that the picture is reduced to; 0 keeps all.
    """

    pigments: tuple[Lab, ...] = ()
    pull: float = 0.0
    saturation: float = 1.0
    contrast: float = 1.0
    darkest: float = 0.0
    lightest: float = 100.0
    warmth: float = 0.0
    stretch: float = 0.0
    modelling: float = 0.0
    tones: int = 0


@dataclass(frozen=True)
class Direction:
    """Which way the strokes run.

    Attributes:
        angle: Preferred direction, degrees anticlockwise from the horizontal.
        spread: Degrees by which the preference wanders over the picture or, with patches, from one to the next.
        follow: 0 the preference alone, 1 along the picture's edges wherever there are any.
        smoothing: Standard deviation over which the picture's gradients are gathered.
        sway: Standard deviation of the preferred direction from picture to picture, degrees.
        patch: Side of the patches in which all strokes run parallel; 0 for none.
    """

    angle: float = 0.0
    spread: float = 60.0
    follow: float = 1.0
    smoothing: float = 0.012
    sway: float = 4.0
    patch: float = 0.0


@dataclass(frozen=True)
class Layer:
    """Strokes of one brush.

    Attributes:
        width: Of the brush.
        length: Of the longest stroke, in widths.
        spacing: Between the places where strokes may begin, in widths.
        threshold: ΔE*ab from the reference above which a place is painted (over); 0 paints everything.
        tolerance: ΔE*ab from its own colour at which a stroke ends.
        opacity: 0 to 1.
        jitter: Standard deviation of L*, a* and b* from stroke to stroke.
        blur: Standard deviation of the reference's blur, in widths.
    """

    width: float
    length: float = 6.0
    spacing: float = 0.7
    threshold: float = 0.0
    tolerance: float = 14.0
    opacity: float = 1.0
    jitter: Lab = (0.0, 0.0, 0.0)
    blur: float = 0.35


@dataclass(frozen=True)
class Brush:
    """What a stroke looks like.

    Attributes:
        bristles: 0 an even film, 1 streaks with gaps between them.
        roundness: 0 cut off like a flat brush's, 1 round ends.
        ragged: How far single bristles run on at the ends, in widths.
        softness: Of the rim, share of the width.
        wet_edge: Pigment carried to the rim: darkening there.
        grain: How much the stroke breaks on the relief of paper or canvas, 0 to 1.
        load: Thickness of the paint, for relief.
        drying: How much of the paint is gone at the end of the stroke, 0 to 1.
    """

    bristles: float = 0.0
    roundness: float = 1.0
    ragged: float = 0.0
    softness: float = 0.0
    wet_edge: float = 0.0
    grain: float = 0.0
    load: float = 0.0
    drying: float = 0.0


@dataclass(frozen=True)
class Lines:
    """Drawn lines: contours along dark lines and edges, or hatching where it is dark.

    Attributes:
        width: Of the line where it is strongest.
        length: Of the longest line.
        gap: Between neighbouring lines.
        threshold: Contours: change of L*, hatching: darkness 0 to 1, above which a line is drawn.
        full: The same, at which it is strongest.
        swell: 0 the same width all along, 1 as wide as the place is strong.
        colour: Of the line.
        opacity: Where it is strongest.
        broken: Share of the picture where the hand leaves lines out.
        scale: Contours: standard deviation of the finest detail seen.
    """

    width: float
    length: float
    gap: float
    threshold: float
    full: float
    swell: float = 0.0
    colour: Lab = (20.0, 0.0, 0.0)
    opacity: float = 1.0
    broken: float = 0.0
    scale: float = 0.004


@dataclass(frozen=True)
class Ground:
    """Paper or canvas.

    Attributes:
        colour: Of the bare ground.
        bare: Share of the picture where no stroke begins and the ground may show, rather where it is light.
        underpainting: Share of the picture's own tones rubbed into it before the first stroke.
        grain: Size of the grain, or of two threads of the weave.
        weave: Canvas instead of paper.
        relief: Change of L* by the grain's slopes under the light.
    """

    colour: Lab = (95.0, 0.0, 3.0)
    bare: float = 0.0
    underpainting: float = 0.0
    grain: float = 0.010
    weave: bool = False
    relief: float = 0.0


@dataclass(frozen=True)
class Water:
    """What water does to a picture painted with translucent colour.

    Attributes:
        edges: Pigment gathered at the rims of washes.
        granulation: Pigment settled in the paper's valleys.
        turbulence: Unevenness of the washes.
        bleeding: Standard deviation over which colours run into each other in the wettest places.
        margin: Width of the paper left white along the border.
    """

    edges: float
    granulation: float
    turbulence: float
    bleeding: float
    margin: float


@dataclass(frozen=True)
class Style:
    """A painter's hand. Whatever is left out is not done; a style of nothing at all is a photograph.

    Attributes:
        name: As captions call it.
        palette: Colours.
        ground: What is painted on; None keeps the picture underneath.
        inks: Number of flat inks printed first; 0 for none.
        layers: Brushes, coarse to fine.
        brush: What their strokes look like.
        direction: Where they run.
        hatching: Lines where it is dark, each with its direction.
        contours: Lines along contours.
        pen: What the lines look like.
        water: What water does at the end.
        relief: Change of L* by the slopes of the paint under the light.
    """

    name: str
    palette: Palette = Palette()
    ground: Ground | None = None
    inks: int = 0
    layers: tuple[Layer, ...] = ()
    brush: Brush = Brush()
    direction: Direction = Direction()
    hatching: tuple[tuple[Lines, Direction], ...] = ()
    contours: tuple[Lines, ...] = ()
    pen: Brush = Brush()
    water: Water | None = None
    relief: float = 0.0
