"""Colours and the figures' templates, for light and dark; told apart by the colour-blind too."""

from dataclasses import dataclass
from typing import Any, Final, Literal

import plotly.graph_objects as go

Scheme = Literal["light", "dark"]
Tone = Literal["helps", "harms", "heats", "cools", "other"]

VEIL: Final = 0.65
"""How much of a cell with few opportunities the paper's colour covers."""
FONT: Final = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif'


@dataclass(frozen=True)
class Palette:
    """The colours of one scheme; text on `paper` has a contrast of 4.5 or more.

    Attributes:
        series: for lines and marks, after Okabe and Ito, 'Color universal design' (2008).
        ramp: from few to many of what is good, of one hue, so that lightness alone tells.
    """

    text: str
    muted: str
    grid: str
    paper: str
    series: tuple[str, ...]
    ramp: tuple[str, ...]
    heat: str
    hatch: str
    empty: str

    @property
    def veil(self) -> str:
        """The paper's colour, to be laid over cells that should not stand out."""
        red, green, blue = (
            int(self.paper[place : place + 2], 16) for place in (1, 3, 5)
        )
        return f"rgba({red},{green},{blue},{VEIL})"


PALETTES: Final[dict[Scheme, Palette]] = {
    "light": Palette(
        text="#1f2933",
        muted="#55626f",
        grid="#e4e9ee",
        paper="#ffffff",
        series=("#0a6c74", "#b4500b", "#3b5b9d", "#8a3a78", "#5d6b1e", "#55626f"),
        ramp=("#f4ead9", "#cfe0d8", "#8fc3bf", "#45979b", "#0a6c74", "#064a55"),
        heat="#b4500b",
        hatch="#b3bec8",
        empty="#f1f4f6",
    ),
    "dark": Palette(
        text="#e6ebef",
        muted="#a3b0bb",
        grid="#2c3843",
        paper="#182129",
        series=("#56c2c6", "#f0a35e", "#8fb2ef", "#d99bca", "#bccb6a", "#a3b0bb"),
        ramp=("#4a3a2b", "#33474b", "#25646b", "#2b8a90", "#56c2c6", "#b5ecea"),
        heat="#f0a35e",
        hatch="#4b5965",
        empty="#1d2831",
    ),
}

TONES: Final[dict[str, Tone]] = {
    **dict.fromkeys(
        (
            "greeting",
            "backchannel",
            "restatement",
            "confirm_understanding",
            "invite_account",
            "empathy",
            "apology",
            "admission",
            "clarifying_question",
            "desired_outcome_question",
            "solution_offer",
            "ownership",
            "solution_check",
            "cooling_off_offer",
            "goodwill_gesture",
            "next_steps",
            "contact_details",
            "follow_up_commitment",
            "prevention_commitment",
            "positive_wording",
            "boundary",
            "resume_offer",
            "supervisor_handover",
        ),
        "helps",
    ),
    **dict.fromkeys(
        (
            "hostility",
            "sarcasm",
            "judging",
            "argument",
            "rushing",
            "overpromise",
            "negative_wording",
            "supervisor_refusal",
        ),
        "harms",
    ),
    **dict.fromkeys(
        (
            "complaint",
            "anger",
            "insult",
            "profanity",
            "threat",
            "churn_threat",
            "legal_threat",
            "supervisor_request",
            "repeat_contact",
            "summary_rejected",
            "unresolved",
        ),
        "heats",
    ),
    **dict.fromkeys(("resolved", "thanks"), "cools"),
}
"""How a label is shown in a transcript; labels that are not named are `other`."""

TONE_WORDS: Final[dict[Tone, str]] = {
    "helps": "Agent: what calms",
    "harms": "Agent: what goes against it",
    "heats": "Customer: what heats",
    "cools": "Thanks, or settled",
    "other": "Other cues",
}


def tone(label: str) -> Tone:
    """How a label is shown."""
    return TONES.get(label, "other")


def palette(scheme: str | None) -> Palette:
    """The colours of a scheme; light ones where none is told."""
    return PALETTES["dark" if scheme == "dark" else "light"]


def ink(colours: Palette, share: float, *, is_pale: bool) -> str:
    """Black or white, whichever reads better on the ramp's colour for a share of 0-1."""
    ground = _between(colours.ramp, share)
    if is_pale:
        paper = _channels(colours.paper)
        ground = tuple(
            (1 - VEIL) * seen + VEIL * behind
            for seen, behind in zip(ground, paper, strict=True)
        )
    light = _luminance(ground)
    return "#10202a" if (light + 0.05) ** 2 > 1.05 * 0.05 else "#ffffff"


def _channels(colour: str) -> tuple[float, ...]:
    return tuple(int(colour[place : place + 2], 16) for place in (1, 3, 5))


def _between(ramp: tuple[str, ...], share: float) -> tuple[float, ...]:
    place = min(max(share, 0.0), 1.0) * (len(ramp) - 1)
    below = min(int(place), len(ramp) - 2)
    low, high = _channels(ramp[below]), _channels(ramp[below + 1])
    return tuple(a + (place - below) * (b - a) for a, b in zip(low, high, strict=True))


def _luminance(channels: tuple[float, ...]) -> float:
    """Relative luminance, as WCAG 2 defines it."""
    linear = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (channel / 255 for channel in channels)
    )
    red, green, blue = linear
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def template(scheme: str | None) -> go.layout.Template:
    """The look of every figure in a scheme."""
    colours = palette(scheme)
    axis: dict[str, Any] = {
        "gridcolor": colours.grid,
        "linecolor": colours.grid,
        "zeroline": False,
        "automargin": True,
        "tickfont": {"color": colours.muted, "size": 12},
        "title": {"font": {"color": colours.muted, "size": 12}, "standoff": 10},
    }
    layout = go.Layout(
        font={"family": FONT, "color": colours.text, "size": 13},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        colorway=colours.series,
        xaxis=axis,
        yaxis=axis,
        margin={"l": 8, "r": 16, "t": 12, "b": 8},
        hoverlabel={
            "bgcolor": colours.paper,
            "bordercolor": colours.grid,
            "font": {"family": FONT, "color": colours.text, "size": 13},
        },
        legend={
            "orientation": "h",
            "y": 1.02,
            "yanchor": "bottom",
            "x": 0,
            "font": {"color": colours.text, "size": 12},
        },
    )
    return go.layout.Template(layout=layout)


MANTINE: Final[dict[str, Any]] = {
    "primaryColor": "lagoon",
    "primaryShade": {"light": 7, "dark": 5},
    "fontFamily": FONT,
    "headings": {"fontFamily": FONT, "fontWeight": "620"},
    "defaultRadius": "md",
    "colors": {
        "lagoon": [
            "#e9f6f6",
            "#d6ecec",
            "#acd8d9",
            "#7fc3c5",
            "#56c2c6",
            "#3fb0b4",
            "#17868c",
            "#0a6c74",
            "#085a61",
            "#064a55",
        ],
        "dark": [
            "#e6ebef",
            "#c4ced6",
            "#a3b0bb",
            "#7b8995",
            "#4b5965",
            "#35424e",
            "#24303a",
            "#182129",
            "#121a21",
            "#0d1318",
        ],
    },
}
"""Mantine's theme, of the same colours."""
