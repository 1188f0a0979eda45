"""Answers of every kind in a real browser, and what changes how a question was understood."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.web.browsing import QUESTION, SIZES, VIEWS, Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DATES = "#dates :is(textarea, input)"
FLOOD = {
    "1.txt": "date 2024-06-09 Eleven people died in the Tessel flood, the council said on Sunday. "
    "The dyke at Hollin Ford broke on Friday.",
    "2.txt": "date 2024-06-12 Fourteen people died in the Tessel flood, the ministry said.",
    "3.txt": "date 2024-07-03 Nine boats were lost in the Tessel flood, the harbour said.",
    "4.txt": "date 2024-07-04 Nine boats were lost in the Tessel flood, the harbour said.",
}
KINDS = {
    "span": ("What was lost in the Tessel flood in July 2024?", "Also reported by 1 article"),
    "apart": ("How many people died in the Tessel flood?", "The articles do not agree on this"),
    "timeline": ("Give me a timeline of the Tessel flood", "9 June 2024"),
    "latest": ("What is the latest on the Tessel flood?", "The latest: 4 July 2024"),
    "list": ("List the boats that were lost in the Tessel flood", "Said by Nine boats"),
    "yesno": ("Did the dyke break at Hollin Ford?", "Yes"),
    "when": ("When did the dyke at Hollin Ford break?", "“Friday” = 7 June 2024"),
    "summary": ("Summarise the Tessel flood", "9 June 2024"),
}


def flooded(opened: Visit) -> None:
    for name, text in FLOOD.items():
        (opened.site.folder / name).write_text(text)
    opened.site.collection.build(opened.site.collection.built_with)


@VIEWS
def test_every_kind_of_answer(open_page: Visit, size: str, scheme: str) -> None:
    opened, page = open_page, open_page.page
    flooded(opened)
    for kind, (question, told) in KINDS.items():
        opened.ask(question)
        expect(page.locator("#chat [data-testid=bot]")).to_contain_text(told)
        opened.shoot(f"{size}-{scheme}-kind-{kind}")
        opened.forget()
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
    opened.assert_calm()


def test_values_that_disagree_stand_side_by_side(open_page: Visit) -> None:
    flooded(open_page)
    open_page.ask(KINDS["apart"][0])
    cards = open_page.page.locator("#chat tbody tr")
    expect(cards.nth(1)).to_contain_text("12 June 2024")
    first, second = cards.nth(0).bounding_box(), cards.nth(1).bounding_box()
    assert first is not None
    assert second is not None
    assert first["y"] == second["y"]
    assert first["x"] + first["width"] <= second["x"]


def chips(page: Page) -> list[str]:
    return page.locator("#chat [data-testid=bot]").last.locator("kbd").all_inner_texts()


def test_what_was_understood_can_be_changed_and_asks_again(open_page: Visit) -> None:
    opened, page = open_page, open_page.page
    flooded(opened)
    opened.ask("Who died in the Tessel flood in June 2024?")
    opened.ask("And in July 2024?")
    answers = page.locator("#chat [data-testid=bot]")
    assert chips(page) == [
        "who, what or where",
        "preferably from 1 July 2024 to 31 July 2024 (“July 2024”)",
        "with “Who died in the Tessel flood in”",
    ]
    expect(answers.last).to_contain_text("Nine boats")
    for chip, control in ((0, "#kind input:checked"), (1, DATES), (2, "#carried input")):
        answers.last.locator("kbd").nth(chip).focus()
        page.keyboard.press("Enter")
        expect(page.locator(control)).to_be_focused()

    page.locator(DATES).fill("12 June 2024")
    page.locator("#dates").get_by_role("button").click()
    expect(answers.last.locator("kbd").nth(1)).to_have_text("on 12 June 2024 (“12 June 2024”)")
    expect(answers.last).to_contain_text("Fourteen people")
    expect(answers).to_have_count(2)
    expect(page.locator("#article .highlighted")).to_contain_text("ministry")

    page.locator("#kind").get_by_label("a timeline").check()
    expect(answers.last.locator("kbd").first).to_have_text("a timeline")
    expect(answers.last).to_contain_text("12 June 2024")

    page.locator(DATES).fill("bananas")
    page.keyboard.press("Enter")
    expect(answers.last).to_contain_text("“bananas” names no days")
    page.locator(DATES).fill("")
    page.keyboard.press("Enter")
    expect(answers.last).to_contain_text("4 July 2024")
    assert chips(page)[1:] == ["with “Who died in the Tessel flood in”"]

    page.locator("#carried label").click()
    expect(answers.last.locator("kbd")).to_have_count(1)
    expect(answers).to_have_count(2)
    opened.assert_calm()


def test_an_earlier_question_is_asked_again_in_its_place(open_page: Visit) -> None:
    opened, page = open_page, open_page.page
    flooded(opened)
    opened.ask("Who died in the Tessel flood in June 2024?")
    opened.ask("When did the dyke at Hollin Ford break?")
    answers = page.locator("#chat [data-testid=bot]")
    answers.first.locator("kbd").nth(1).click()
    dates = page.locator(DATES)
    expect(dates).to_have_value("June 2024")
    dates.fill("July 2024")
    page.keyboard.press("Enter")
    expect(answers.first).to_contain_text("Nine boats")
    expect(answers.last).to_contain_text("Hollin Ford")
    expect(answers).to_have_count(2)


def test_while_it_works_the_page_says_what_it_does(open_page: Visit) -> None:
    opened, page = open_page, open_page.page
    opened.site.collection.reading.clear()
    page.locator("#question textarea").fill(QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator("#chat [data-testid=bot]")).to_contain_text("Reading 4 passages of")
    expect(page.locator("#chat progress")).to_be_visible()
    opened.shoot("working")
    opened.site.collection.reading.set()
    opened.settle()
    expect(page.locator("#chat blockquote")).to_contain_text("Cairo")


def test_a_new_question_is_brought_to_the_top(open_page: Visit) -> None:
    opened, page = open_page, open_page.page
    for _ in range(3):
        opened.ask(QUESTION)
    expect(page.locator("#understood")).to_be_visible()
    page.wait_for_timeout(300)
    tops = "nodes => nodes.map(node => node.getBoundingClientRect().top)"
    chat = page.locator("#chat .panel-wrap").evaluate_all(tops)[0]
    assert abs(page.locator("#chat .user-row").evaluate_all(tops)[2] - chat) < 2
