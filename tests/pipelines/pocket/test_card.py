import pandas as pd
import pytest

from likeness.pipelines.pocket.card import card_with_figures
from likeness.pocket.export import model_card

NAN = float("nan")
CARD = model_card({"pixels": 64})


def table(*rows):
    return pd.DataFrame(rows, columns=["measure", "group", "value", "low", "high", "count"])


def test_the_figures_stand_before_how_to_use_it():
    card = card_with_figures(
        CARD, table(("face_found", "babies", 0.98765, 0.9, 1.0, 31), ("disk_mb", "", 35.5, NAN, NAN, 14))
    )
    assert "| portraits in which a face is found (babies) | 0.988 | 0.9 to 1 | 31 |\n" in card
    assert "| MB on disk | 35.5 |  | 14 |\n" in card
    assert card.index("35.5") < card.index("## How to use it")
    assert card.replace(card[card.index("## What was measured") : card.index("## How to use it")], "") == CARD


def test_attributes_are_shown_together_only():
    card = card_with_figures(
        CARD, table(("obedience_ratio", "all", 0.5, 0.4, 0.6, 10), ("obedience_ratio", "tree", 0.25, 0.1, 0.4, 3))
    )
    assert "| 0.5 | 0.4 to 0.6 | 10 |" in card
    assert "tree" not in card.partition("## What was measured")[2].partition("## How to use it")[0]


def test_a_group_read_back_as_missing_is_none():
    assert "(nan)" not in card_with_figures(CARD, table(("age_order", NAN, 1.0, 1.0, 1.0, 100)))


def test_another_text_is_refused():
    with pytest.raises(ValueError, match="no section"):
        card_with_figures("# Something else", table())
