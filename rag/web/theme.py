"""The page's colours, sizes and fonts, as a Gradio theme that loads nothing from anywhere."""

from __future__ import annotations

from gradio.themes import Base
from gradio.themes.utils import colors, sizes

_SANS = ("ui-sans-serif", "system-ui", "Segoe UI", "Helvetica Neue", "Arial", "sans-serif")
_MONO = ("ui-monospace", "Menlo", "Consolas", "monospace")
_INK = colors.Color(
    "#faf8f4", "#f3f0e9", "#e5e0d6", "#cfc8bb", "#a29a8c", "#756e62",
    "#595349", "#433e37", "#2c2925", "#1e1c19", "#151412", name="ink",
)  # fmt: skip
_CLARET = colors.Color(
    "#fbf3f2", "#f6e3e1", "#ecc5c1", "#dfa09a", "#d98c84", "#b04a42",
    "#8f2f29", "#7a2722", "#62201c", "#4b1916", "#2f100e", name="claret",
)  # fmt: skip


def theme() -> Base:
    """Warm paper and ink, one accent; every colour has its counterpart for the dark."""
    base = Base(
        primary_hue=_CLARET,
        secondary_hue=_CLARET,
        neutral_hue=_INK,
        radius_size=sizes.radius_sm,
        text_size=sizes.text_md,
        font=_SANS,
        font_mono=_MONO,
    )
    return base.set(
        body_background_fill="*neutral_50",
        body_background_fill_dark="*neutral_950",
        body_text_color="*neutral_900",
        body_text_color_dark="#e9e4da",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="#b0a899",
        background_fill_primary="#ffffff",
        background_fill_primary_dark="*neutral_900",
        background_fill_secondary="*neutral_100",
        background_fill_secondary_dark="*neutral_800",
        border_color_primary="*neutral_200",
        border_color_primary_dark="*neutral_700",
        color_accent="*primary_600",
        color_accent_soft="*primary_50",
        color_accent_soft_dark="*primary_900",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        block_shadow="none",
        block_label_background_fill="transparent",
        block_label_background_fill_dark="transparent",
        link_text_color="*primary_600",
        link_text_color_dark="*primary_400",
        link_text_color_active="*primary_600",
        link_text_color_active_dark="*primary_400",
        link_text_color_hover="*primary_700",
        link_text_color_hover_dark="*primary_300",
        link_text_color_visited="*primary_600",
        link_text_color_visited_dark="*primary_400",
        input_background_fill="#ffffff",
        input_background_fill_dark="*neutral_900",
        input_border_color="*neutral_300",
        input_border_color_dark="*neutral_600",
        input_border_color_focus="*primary_600",
        input_border_color_focus_dark="*primary_400",
        input_placeholder_color="*neutral_500",
        input_placeholder_color_dark="#a29a8c",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_dark="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_hover_dark="*primary_500",
        button_primary_text_color="#ffffff",
        button_primary_text_color_dark="#ffffff",
        button_secondary_background_fill="transparent",
        button_secondary_background_fill_dark="transparent",
        button_secondary_border_color="*neutral_300",
        button_secondary_border_color_dark="*neutral_600",
        button_border_width="1px",
    )
