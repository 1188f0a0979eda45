"""Keys and names in a real browser, for those who use no mouse or hear the page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.web.browsing import FAR, Visit, finish, mark_in_view

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_keys(open_page: Visit) -> None:
    opened, page = open_page, open_page.page
    opened.ask(FAR)
    box, chosen = page.locator("#question textarea"), page.locator("#sources label.selected")
    page.keyboard.press("j")
    expect(box).to_have_value("j")
    box.fill("")
    page.keyboard.press("Escape")
    expect(box).not_to_be_focused()
    for number in (2, 3):
        page.keyboard.press("j")
        expect(chosen).to_contain_text(f"{number} · ")
    assert mark_in_view(page)
    page.keyboard.press("k")
    expect(chosen).to_contain_text("2 · ")
    page.keyboard.press("Control+j")
    page.keyboard.press("/")
    expect(box).to_be_focused()
    expect(box).to_have_value("")
    expect(chosen).to_contain_text("2 · ")


def test_the_letters_can_be_switched_off_and_stay_so(open_page: Visit) -> None:
    opened, page = open_page, open_page.page
    opened.ask(FAR)
    switch = page.get_by_role("checkbox", name="Keys: / to ask, j and k through the sources")
    box, chosen = page.locator("#question textarea"), page.locator("#sources label.selected")
    expect(switch).to_be_checked()
    switch.focus()
    page.keyboard.press("Space")
    expect(switch).not_to_be_checked()

    page.reload()
    finish(opened, answers=1)
    expect(switch).not_to_be_checked()
    expect(page.locator("#next")).to_have_attribute("aria-keyshortcuts", "")
    page.keyboard.press("j")
    page.keyboard.press("/")
    expect(box).not_to_be_focused()
    page.locator("#next").click()
    expect(chosen).to_contain_text("2 · ")
    switch.focus()
    page.keyboard.press("Space")
    expect(switch).to_be_checked()
    page.keyboard.press("j")
    expect(chosen).to_contain_text("3 · ")
    opened.assert_calm()


def test_keys_pressed_quickly_all_count(open_page: Visit) -> None:
    opened, page = open_page, open_page.page
    opened.ask(FAR)
    page.keyboard.press("Escape")
    chosen = page.locator("#sources label.selected")
    for _ in range(3):
        for number, key in ((2, "j"), (3, "j"), (4, "j"), (3, "k"), (2, "k"), (1, "k")):
            page.keyboard.press(key)
            expect(chosen).to_contain_text(f"{number} · ")


def test_what_is_heard_by_a_screen_reader(open_page: Visit) -> None:
    opened, page = open_page, open_page.page
    opened.ask(FAR)
    for role, name in (
        ("textbox", "Question"),
        ("button", "Next source"),
        ("button", "Previous source"),
        ("button", "Show source 1 in its article"),
        ("region", "Article"),
        ("group", "Sources"),
    ):
        expect(page.get_by_role(role, name=name, exact=True).first).to_be_visible()
