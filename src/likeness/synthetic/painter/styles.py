"""The named styles, and the painter who is learned with the replica that gets him slightly wrong."""

from __future__ import annotations

from likeness.synthetic.painter.style import Brush, Direction, Ground, Layer, Lines, Palette, Style, Water

_WATERCOLOUR = Style(
    name="watercolour",
    palette=Palette(saturation=1.2, contrast=1.0, darkest=33, lightest=100, modelling=0.3, tones=8),
    ground=Ground((98, 0, 2), underpainting=0.35, grain=0.014, relief=1.6),
    layers=(
        Layer(0.080, 3, 0.8, 0, 12, opacity=0.6, jitter=(2, 2, 2)),
        Layer(0.034, 4, 0.8, 3, 10, opacity=0.65, jitter=(1.5, 1.5, 1.5)),
        Layer(0.013, 4, 0.8, 5, 9, opacity=0.8),
        Layer(0.007, 4, 0.9, 6, 9, opacity=0.9),
    ),
    brush=Brush(roundness=1, wet_edge=0.12, grain=0.15, softness=0.2),
    direction=Direction(0, 60),
    water=Water(edges=0.8, granulation=0.22, turbulence=0.5, bleeding=0.016, margin=0.022),
)

_OIL = Style(
    name="oil",
    palette=Palette(saturation=1.15, contrast=1.2, darkest=4, lightest=94, warmth=6, modelling=0.45),
    ground=Ground((38, 8, 20), grain=0.010, weave=True, relief=1.0),
    layers=(
        Layer(0.085, 7, 1.1, 0, 32, jitter=(3.6, 1.8, 1.8)),
        Layer(0.042, 8, 1.0, 7, 20, jitter=(3.6, 1.5, 1.5)),
        Layer(0.018, 8, 1.0, 9, 16, jitter=(2.5, 1, 1)),
        Layer(0.008, 7, 0.9, 7, 12, jitter=(1, 0.5, 0.5)),
    ),
    brush=Brush(bristles=0.9, roundness=0.5, ragged=0.3, load=1.2, drying=0.25),
    direction=Direction(35, 60),
    relief=9,
)

_IMPRESSIONIST = Style(
    name="impressionist",
    palette=Palette(saturation=1.3, contrast=0.9, darkest=18, lightest=100, warmth=10, modelling=0.5),
    ground=Ground((80, 2, 14), grain=0.010, weave=True, relief=1.0),
    layers=(
        Layer(0.045, 2.4, 1.0, 0, 50, jitter=(3.5, 5, 6)),
        Layer(0.027, 2.6, 0.9, 0, 22, jitter=(4, 5.2, 6.2)),
        Layer(0.016, 2.6, 0.9, 5, 16, jitter=(2.5, 4, 5)),
        Layer(0.010, 2.6, 0.9, 6, 13, jitter=(1.5, 2, 2)),
        Layer(0.006, 3.0, 1.0, 7, 11),
    ),
    brush=Brush(bristles=0.2, roundness=1.0, ragged=0.1, load=1.0),
    direction=Direction(10, 45, follow=0.85),
    relief=5,
)

_PENCIL = Style(
    name="pencil",
    palette=Palette(saturation=0, contrast=1.1, stretch=0.35, modelling=0.55),
    ground=Ground((96, 0, 2), underpainting=0.22, grain=0.008, relief=1.0),
    hatching=(
        (Lines(0.0045, 0.10, 0.0062, 0.12, 0.7, colour=(48, 0, 1), opacity=0.7), Direction(50, 8, 0.25)),
        (Lines(0.0055, 0.11, 0.0068, 0.32, 0.95, colour=(34, 0, 1), opacity=0.8), Direction(50, 8, 0.25)),
        (Lines(0.0055, 0.09, 0.0075, 0.58, 1.0, colour=(28, 0, 1), opacity=0.85), Direction(78, 8, 0.25)),
        (Lines(0.0060, 0.07, 0.0070, 0.74, 1.0, colour=(20, 0, 1), opacity=0.95), Direction(20, 8, 0.3)),
    ),
    contours=(Lines(0.0075, 0.25, 0.012, 1.1, 6, swell=0.5, colour=(20, 0, 1), opacity=0.95, scale=0.0040),),
    pen=Brush(grain=0.4, softness=0.3),
)

_WOODCUT = Style(
    name="woodcut",
    palette=Palette(saturation=1.2, contrast=1.05, darkest=30, lightest=95, stretch=0.3, modelling=0.65),
    ground=Ground((93, 0, 9), grain=0.02, relief=0.8),
    inks=7,
    hatching=(
        (Lines(0.0165, 0.5, 0.017, 0.38, 0.78, swell=1, colour=(9, 0, 0)), Direction(0, 50, 0.9, 0.02)),
        (Lines(0.008, 0.2, 0.016, 0.24, 0.50, swell=1, colour=(9, 0, 0)), Direction(20, 30, 0.8, 0.02)),
    ),
    contours=(Lines(0.013, 0.5, 0.013, 1.2, 7, swell=0.85, colour=(9, 0, 0), scale=0.0048),),
)

STYLES: dict[str, Style] = {
    style.name: style for style in (Style("photo"), _WATERCOLOUR, _OIL, _IMPRESSIONIST, _PENCIL, _WOODCUT)
}
"""The styles that the pocket model is trained on, by name."""

LEARNED_STYLE = Style(
    name="learned",
    palette=Palette(
        pigments=(
            (74, 8, 50),
            (56, 18, 48),
            (60, -26, 34),
            (42, -26, 22),
            (62, -8, -28),
            (44, 0, -36),
            (87, 2, 16),
            (48, 32, 36),
            (78, -5, -14),
            (27, -4, -12),
        ),
        pull=0.75,
        saturation=1.25,
        contrast=1.1,
        modelling=0.4,
    ),
    ground=Ground((80, 3, 17), bare=0.04, underpainting=0.15, grain=0.012, weave=True, relief=4),
    layers=(
        Layer(0.050, 3, 1.0, 0, 40, jitter=(3, 2, 3)),
        Layer(0.023, 5, 0.9, 0, 17, jitter=(4, 2.5, 4)),
        Layer(0.014, 4.6, 0.9, 5, 15, jitter=(3.5, 2, 3)),
        Layer(0.008, 4, 0.9, 7, 13, jitter=(1.5, 1.5, 1.5)),
    ),
    brush=Brush(bristles=0.5, roundness=0.1, ragged=0.15, load=0.7, drying=0.2),
    direction=Direction(52, 14, follow=0.12, patch=0.15),
    contours=(Lines(0.012, 0.24, 0.02, 2.0, 8, swell=0.7, colour=(18, 2, -18), opacity=0.9, broken=0.3, scale=0.0065),),
    pen=Brush(bristles=0.4, ragged=0.3, grain=0.15, drying=0.25),
    relief=5,
)
"""The painter to be learned: parallel strokes in patches, ochre, green and blue, broken blue-black contours."""

REPLICA_STYLE = Style(
    name="replica",
    palette=Palette(
        pigments=(
            (74, 4, 38),
            (56, 14, 36),
            (60, -18, 38),
            (42, -16, 28),
            (62, -1, -18),
            (44, 10, -27),
            (87, 1, 8),
            (48, 26, 24),
            (78, -1, -6),
            (27, 4, -4),
        ),
        pull=0.7,
        saturation=1.15,
        contrast=1.1,
        modelling=0.4,
    ),
    ground=Ground((81, 1, 10), bare=0.034, underpainting=0.15, grain=0.012, weave=True, relief=4),
    layers=(
        Layer(0.050, 3.6, 1.0, 0, 40, jitter=(3, 2, 3)),
        Layer(0.025, 5, 0.9, 0, 17, opacity=0.9, jitter=(4, 2, 3)),
        Layer(0.015, 4.6, 0.9, 5, 15, opacity=0.9, jitter=(3.5, 1.5, 2)),
        Layer(0.008, 4.5, 0.9, 7, 13, jitter=(1.5, 1.5, 1.5)),
    ),
    brush=Brush(bristles=0.4, roundness=0.5, ragged=0.1, softness=0.45, load=0.5, drying=0.15),
    direction=Direction(47, 45, follow=0.35, patch=0.11),
    contours=(
        Lines(0.0085, 0.3, 0.02, 2.2, 8, swell=0.65, colour=(17, 4, -8), opacity=0.9, broken=0.24, scale=0.0065),
    ),
    pen=Brush(bristles=0.4, grain=0.15, softness=0.2),
    relief=3,
)
"""The same painter slightly wrong: strokes less parallel and softer, other pigments of the same lightness, thinner
contours. Grey levels alone should tell the two apart no better than they must."""
