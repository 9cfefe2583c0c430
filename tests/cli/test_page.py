"""Lines of text with shades."""

from hypothesis import given
from hypothesis import strategies as st

from coven_watchdog.cli.page import Span, columns, folded, line, plain, width
from coven_watchdog.model.words import Shade


def test_a_line_is_its_words() -> None:
    """Texts and spans join; without shades the words are the same, and nothing trails."""
    assert plain(line("a ", Span("b", Shade.BAD), "  ")) == "a b"
    assert plain(()) == ""


def test_wide_characters_take_two_columns() -> None:
    """Widths are those of a terminal: CJK two, combining marks none."""
    assert (width("abc"), width("日本"), width("e\u0301")) == (3, 4, 1)


def test_folding_breaks_at_spaces_where_there_are_any() -> None:
    """A word that is too long is cut; what fits stays as it is, spaces and all."""
    assert list(folded("ab cd efghijk", 5)) == ["ab cd", "efghi", "jk"]
    assert list(folded(" a  b", 9)) == [" a  b"]
    assert list(folded("", 9)) == [""]


@given(st.text("ab日e\u0301 \x1b", max_size=40), st.integers(2, 12))
def test_no_piece_is_wider_than_the_room(text: str, room: int) -> None:
    """And no letter is lost."""
    pieces = list(folded(text, room))
    assert all(width(piece) <= room for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.replace("\x1b", "").split())


def test_columns_stand_below_each_other() -> None:
    """Cells are padded to the widest of their column; short rows end early; nothing is padded at the end."""
    rows = columns([("a", "bb"), ("日本", "c", "d"), ("e",)], indent=1, gap=1)
    assert [plain(row) for row in rows] == [" a    bb", " 日本 c  d", " e"]
    assert columns([]) == []


@given(st.lists(st.lists(st.text("ab日 ", max_size=5), min_size=2, max_size=2), min_size=1, max_size=5))
def test_second_columns_start_together(rows: list[list[str]]) -> None:
    """Whatever the cells, every second cell starts at the same column."""
    starts = {sum(width(span.text) for span in made[:-1]) for made in columns(rows)}
    assert len(starts) == 1
