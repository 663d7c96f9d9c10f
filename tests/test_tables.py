"""A printed table says the same on every run, and says it aloud."""

from __future__ import annotations

from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from kampung_analysis import tables


def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "province": ["Jawa Timur", "Bali"],
            "year": [2020, 2021],
            "cases": [123456, -3],
            "rate_ratio": [0.98765, np.nan],
            "week": pd.to_datetime(["2020-05-25", None]),
            "treated": [True, False],
        }
    )


def shown(**options) -> tables.Table:
    return tables.show(frame(), caption="Two provinces.", **options)


def test_plain_text_is_aligned_and_complete():
    assert repr(shown(source="a made-up source")).splitlines() == [
        "Two provinces.",
        "province    year    cases  rate ratio  week        treated",
        "Jawa Timur  2020  123,456       0.988  2020-05-25  yes",
        "Bali        2021       −3           –  –           no",
        "Source: a made-up source.",
    ]


class Cells(HTMLParser):
    """Collects tags with their attributes and text."""

    def __init__(self, html: str):
        super().__init__()
        self.cells: list[tuple[str, dict, str]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.cells.append((tag, dict(attrs), ""))

    def handle_data(self, data):
        if self.cells and data.strip():
            tag, attrs, text = self.cells[-1]
            self.cells[-1] = (tag, attrs, text + data)


def test_every_header_has_a_scope_and_words():
    headers = [(attrs, text) for tag, attrs, text in Cells(shown()._repr_html_()).cells if tag == "th"]
    assert [a["scope"] for a, _ in headers] == ["col"] * 6 + ["row"] * 2
    assert all(text.strip() for _, text in headers)


def test_the_table_has_a_caption():
    assert ("caption", {}, "Two provinces.") in Cells(shown()._repr_html_()).cells


def test_numerals_stand_right_and_words_left():
    kinds = [attrs["class"] for tag, attrs, _ in Cells(shown()._repr_html_()).cells if tag == "th"][:6]
    assert kinds == ["text", "tabular", "tabular", "tabular", "text", "text"]


def test_two_runs_give_the_same_bytes_without_ids():
    first, second = shown()._repr_html_(), shown()._repr_html_()
    assert first == second
    assert "id=" not in first


def test_signs_of_html_are_written_out():
    html = tables.show(pd.DataFrame({"a<b": ["x & y"]}), caption="1 < 2")._repr_html_()
    assert "a&lt;b" in html and "x &amp; y" in html and "1 &lt; 2" in html


def test_indonesian_words_are_used_when_asked_for():
    text = repr(shown(language="id", source="sumber buatan"))
    assert "tidak" in text and "Sumber: sumber buatan." in text


def test_digits_may_be_fixed_for_all_or_for_a_column():
    assert "0.99" in repr(shown(digits=2)) and "123,456.00" in repr(shown(digits=2))
    assert "0.9877" in repr(shown(digits={"rate_ratio": 4})) and "123,456 " in repr(shown(digits={"rate_ratio": 4}))


def test_a_rounded_zero_has_no_sign():
    assert "−" not in repr(tables.show(pd.DataFrame({"a": [-0.0001, 5.0]}), caption="c", digits=1))


def test_a_named_index_becomes_the_first_column():
    text = repr(tables.show(frame().set_index("province"), caption="c", index=True))
    assert text.splitlines()[1].startswith("province")


def test_an_index_without_name_would_leave_a_header_empty():
    with pytest.raises(ValueError, match="the index has no name"):
        tables.show(frame(), caption="c", index=True)


def test_labels_replace_column_names():
    assert "ratio of rates" in repr(shown(labels={"rate_ratio": "ratio of rates"}))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"caption": " "}, "no caption"),
        ({"caption": "c", "labels": {"ratio": "x"}}, "'ratio'"),
        ({"caption": "c", "labels": {"cases": ""}}, "headers must be filled in"),
        ({"caption": "c", "labels": {"cases": "year"}}, "headers must be filled in and different"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        tables.show(frame(), **options)


def test_only_a_frame_is_printed():
    with pytest.raises(TypeError, match="not a Series"):
        tables.show(frame()["cases"], caption="c")


def test_no_row_is_left_out_of_a_long_table():
    long = pd.DataFrame({"n": range(500)})
    assert len(repr(tables.show(long, caption="c")).splitlines()) == 502
