"""The page in a real Chromium, from disk: it works, the console stays empty, no host is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from made_up_runs import HOSTILE, HOSTILE_CATEGORY, RARE_FAMILY
from playwright.sync_api import Browser, Locator, Page, Request, expect

from viewpoint_gen.preview import Preview

DESKTOP = {"width": 1400, "height": 950}
PHONE = {"width": 390, "height": 844}
A_PAIR = "thing-05.0.east-near"


@dataclass
class Opened:
    """A page, and what must stay empty."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def note_failure(self, request: Request) -> None:
        """Pictures that are still loading when the page is left are cut off; that is no failure."""
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"failed {request.url}: {request.failure}")

    def show(self, fragment: str = "") -> Page:
        self.page.goto("about:blank")
        self.page.goto(f"{self.address}{fragment}")
        return self.page


@pytest.fixture
def opened(browser: Browser, made: Preview) -> Iterator[Opened]:
    context = browser.new_context(viewport=DESKTOP)
    one = Opened(context.new_page(), Path(made.page).resolve().as_uri())
    one.page.on("console", lambda message: one.complaints.append(message.text))
    one.page.on("pageerror", lambda error: one.complaints.append(str(error)))
    one.page.on("requestfailed", one.note_failure)
    one.page.on("request", lambda request: one.requests.append(request.url))
    yield one
    context.close()
    assert one.complaints == []
    assert [url for url in one.requests if not url.startswith(("file://", "data:"))] == []


def cards(page: Page) -> Locator:
    return page.locator(".card")


def found(page: Page) -> int:
    """How many items fit the filters, as the page says."""
    text = page.locator("#found").inner_text()
    return int(text.split(" of ")[1]) if " of " in text else 0


def facet(page: Page, key: str, value: str) -> Locator:
    holder = page.locator(f".facet[data-facet={key}]")
    if holder.get_attribute("open") is None:
        holder.locator("summary").click()
    return holder.locator(f'.facet-value[data-value="{value}"]')


def test_the_first_page_shows_24_cards_with_their_pictures(opened):
    page = opened.show()
    assert found(page) == 60
    expect(cards(page)).to_have_count(24)
    for picture in page.locator(".card img").all():
        picture.scroll_into_view_if_needed()
        assert picture.evaluate("img => img.decode().then(() => img.naturalWidth)") == 48


def test_pages_follow_one_another(opened):
    page = opened.show()
    first = cards(page).first.get_attribute("data-id")
    page.get_by_label("Next page").click()
    expect(page.locator("#pager span")).to_have_text("Page 2 of 3")
    assert "page=2" in page.url
    assert cards(page).first.get_attribute("data-id") != first
    page.go_back()
    expect(page.locator("#pager span")).to_have_text("Page 1 of 3")


@pytest.mark.parametrize(
    ("key", "value", "count"),
    [
        ("family", RARE_FAMILY, 4),
        ("family", "choose_view", 12),
        ("category", "taxi", 20),
        ("split", "test", 10),
        ("kind", "climb", 12),
        ("code", "pole", 4),
        ("code", "balance", 48),
    ],
)
def test_a_filter_shows_as_many_as_it_says_and_goes_again(opened, key, value, count):
    page = opened.show()
    button = facet(page, key, value)
    assert button.locator("b").inner_text() == str(count)
    button.click()
    expect(page.locator("#found")).to_contain_text(f"of {count}")
    assert found(page) == count
    assert facet(page, key, value).get_attribute("aria-pressed") == "true"
    assert f"{key}={value}" in page.url
    page.locator(".chip").click()
    expect(page.locator("#found")).to_contain_text("of 60")


def test_filters_work_together_and_their_counts_with_them(opened):
    page = opened.show("#kind=climb&split=train")
    assert found(page) == 8
    assert facet(page, "split", "test").locator("b").inner_text() == "2"
    assert facet(page, "kind", "dolly").locator("b").inner_text() == "8"
    page.get_by_text("Clear all").click()
    expect(page.locator("#found")).to_contain_text("of 60")


def test_a_family_and_a_reason_mean_that_family_refused_for_that_reason(opened):
    page = opened.show("#family=magnitude_elevation&code=balance")
    assert found(page) == 48
    expect(cards(page).first.locator(".why")).to_contain_text("Not asked: true, but left out")
    expect(cards(page).first.locator(".why")).to_contain_text("+12.5°")
    assert found(opened.show("#family=magnitude_elevation&code=tiny")) == 0
    expect(page.locator(".empty")).to_contain_text("No pair fits all filters")


def test_the_search_looks_into_ids_titles_and_questions(opened):
    page = opened.show()
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("thing-07")
    expect(page.locator("#found")).to_contain_text("of 5")
    assert "q=thing-07" in page.url
    page.keyboard.press("Escape")
    assert found(opened.show("#q=seen%20from%20there")) == 12
    assert page.locator("#search").input_value() == "seen from there"


def test_the_address_brings_everything_back(opened):
    page = opened.show("#category=vase&kind=dolly&item=thing-05.0.east-near")
    expect(page.locator("#panel h2")).to_have_text("vase")
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).not_to_be_visible()
    assert (found(page), "item=" in page.url) == (4, False)


def test_an_answer_is_hidden_until_an_option_is_clicked(opened):
    page = opened.show("#family=ego_translation_sideways")
    block = cards(page).first.locator(".question")
    expect(block.locator(".answer")).to_be_hidden()
    block.locator(".option").nth(0).click()
    expect(block.locator(".answer")).to_contain_text("to its own right")
    assert block.locator("[data-right]").all_inner_texts() == ["B\nto the right"]
    assert "picked" in block.locator(".option").nth(0).get_attribute("class")
    block.get_by_text("Hide the answer").click()
    expect(block.locator(".answer")).to_be_hidden()


def test_several_right_letters_and_numbers_with_their_unit(opened):
    page = opened.show("#item=thing-05.0.east-near")
    several = page.locator("#panel .question[data-family=all_that_apply]")
    assert several.locator("[data-right] b").all_inner_texts() == ["A", "C"]
    page.get_by_text("Show all answers").click()
    number = page.locator("#panel .question[data-family=estimate_yaw] .answer-text")
    expect(number).to_have_text("33°")


def test_the_keyboard_goes_everywhere(opened):
    page = opened.show()
    for key, at in (("j", 0), ("j", 1), ("ArrowRight", 2), ("k", 1), ("ArrowLeft", 0)):
        page.keyboard.press(key)
        expect(cards(page).nth(at)).to_be_focused()
    columns = page.evaluate(
        "() => new Set([...document.querySelectorAll('.card')].map(c => c.offsetLeft)).size"
    )
    page.keyboard.press("ArrowDown")
    expect(cards(page).nth(columns)).to_be_focused()
    page.keyboard.press(" ")
    expect(cards(page).nth(columns).locator(".answer")).to_be_visible()
    page.keyboard.press("Enter")
    title = page.locator("#panel .id code").inner_text()
    page.keyboard.press("ArrowRight")
    assert page.locator("#panel .id code").inner_text() != title
    page.keyboard.press("ArrowLeft")
    assert page.locator("#panel .id code").inner_text() == title
    page.keyboard.press(" ")
    for answer in page.locator("#panel .answer").all():
        expect(answer).to_be_visible()
    page.keyboard.press("Escape")
    expect(cards(page).nth(columns)).to_be_focused()
    page.keyboard.press("n")
    expect(page.locator("#pager span")).to_have_text("Page 2 of 3")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    expect(page.locator("#plots")).to_be_visible()


def middle(node: Locator) -> tuple[float, float]:
    box = node.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_cameras_stand_where_they_stood(opened):
    """From above +X is to the right and +Y up the page; from the side +Z is up."""
    page = opened.show("#item=thing-05.0.east-north")
    above = page.locator("#panel .drawing").nth(0)
    east, north = (middle(above.locator(".badge").nth(i)) for i in range(2))
    box = middle(above.locator(".box"))
    assert east[0] > box[0] + 40
    assert abs(east[1] - box[1]) < 12
    assert north[1] < box[1] - 40
    assert abs(north[0] - box[0]) < 12
    page = opened.show("#item=thing-05.0.east-high")
    side = page.locator("#panel .drawing").nth(1)
    low, high = (middle(side.locator(".badge").nth(i)) for i in range(2))
    assert high[1] < low[1] - 40
    assert low[1] < middle(side.locator(".scale line").first)[1]


def test_the_numbers_beside_the_drawing_are_the_pairs(opened):
    page = opened.show("#item=thing-05.0.east-north")
    rows = page.locator("#panel .numbers").first.locator("tr")
    shown = {row.locator("th").inner_text(): row.locator("td").inner_text() for row in rows.all()}
    assert shown["Azimuth\ncounter-clockwise from above, to its right"] == "+90.0°"
    assert shown["Yaw\nturned left"] == "+90.0°"
    assert shown["Distance"] == "1.00 ×"
    # north of where it was, and west: to its right by three, ahead by three
    assert shown["Right · down · forward\nin camera 1’s axes, object sizes"].startswith("+3.00 · ")
    assert shown["Shared surface\nof image 1 in 2 · of image 2 in 1"] == "50 % · 40 %"


def test_five_images_are_shown_with_their_letters(opened):
    page = opened.show("#family=choose_view")
    cards(page).first.get_by_text("All 2 questions").click()
    captions = page.locator("#panel .shot figcaption").all_inner_texts()
    assert captions == ["1", "A", "B", "C", "D"]
    above = page.locator("#panel .drawing").nth(0)
    assert above.locator(".badge-text").all_text_contents() == captions


def test_hostile_text_stays_text(opened):
    page = opened.show("#item=thing-00.0.east-north")
    expect(page.locator("#panel h2")).to_have_text(HOSTILE_CATEGORY.replace("_", " "))
    source = page.locator("#panel .source")
    expect(source).to_contain_text(f"{HOSTILE} by {HOSTILE}")
    assert source.locator("a").count() == 0
    page.keyboard.press(" ")
    assert page.locator("img[src=x], #panel script").count() == 0
    for tab in ("gallery", "plots", "rejected"):
        opened.show(f"#tab={tab}&q={HOSTILE}")
        assert page.evaluate("window.hacked") is None


def test_links_of_assets_lead_to_their_source(opened):
    page = opened.show("#item=thing-05.0.east-north")
    link = page.locator("#panel .source a")
    assert link.get_attribute("href") == "https://example.org/thing-05"
    assert "noopener" in link.get_attribute("rel")


def test_plots_count_the_run_and_say_their_numbers_on_hover(opened):
    page = opened.show("#tab=plots")
    titles = page.locator(".chart h3").all_inner_texts()
    for title in (
        "Azimuth, round the object", "Answers per family",
        "Questions not asked, by reason", "Seconds per stage, of one image", "Licences",
    ):  # fmt: skip
        assert title in titles
    assert "Audit" not in page.locator(".plot-group h2").all_inner_texts()
    licences = page.locator(".chart", has=page.get_by_role("heading", name="Licences"))
    licences.locator("li").first.hover()
    expect(page.locator("#tip")).to_have_text("12 objects, 48 pairs, 60 images")
    stages = page.locator(".chart", has=page.get_by_role("heading", name="Seconds per stage"))
    assert re.sub(r"\s+", " ", stages.locator("li").first.inner_text()) == "Render 1.25 s"


def test_rejections_have_counts_reasons_and_examples(opened):
    page = opened.show("#tab=rejected")
    lost = page.locator(".reason", has_text="no mesh")
    lost.locator("summary").click()
    expect(lost.locator("li")).to_contain_text(f"has no face {HOSTILE}")
    lost.locator("summary").click()
    first = page.locator(".reason", has_text="too small")
    expect(first.locator("summary")).to_contain_text("the object covers too little of the image")
    expect(first.locator("summary b")).to_have_text("12")
    first.locator("summary").click()
    expect(first.locator("li").first).to_contain_text("mask share 0.0040")
    page.locator(".reason", has_text="confusable").locator("summary").click()
    page.locator(".reason[open] a").click()
    expect(page.locator("#gallery")).to_be_visible()
    assert found(page) == 48


@pytest.mark.parametrize("fragment", ["", "#tab=plots", "#tab=rejected", f"#item={A_PAIR}"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_scrolls_in_one_direction_only(opened, fragment, scheme):
    page = opened.page
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    opened.show(fragment)
    widest = page.evaluate(
        "() => Math.max(...[document.documentElement, ...document.querySelectorAll('.panel-body')]"
        ".map(node => node.scrollWidth))"
    )
    assert widest <= PHONE["width"]
    smallest = page.evaluate("() => parseFloat(getComputedStyle(document.body).fontSize)")
    assert smallest >= 15


def test_on_a_phone_the_filters_open_and_close(opened):
    page = opened.page
    page.set_viewport_size(PHONE)
    opened.show()
    expect(page.locator("#filters")).to_be_hidden()
    page.locator("#toggle-filters").click()
    facet(page, "split", "test").click()
    expect(page.locator("#found")).to_contain_text("of 10")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(opened, scheme):
    """Contrast of at least 4.5 (WCAG AA) for the texts that carry meaning."""
    page = opened.page
    page.emulate_media(color_scheme=scheme)
    opened.show("#family=ego_translation_sideways")
    cards(page).first.press(" ")
    ratios = page.evaluate(CONTRASTS)
    assert len(ratios) > 10
    assert {name: ratio for name, ratio in ratios.items() if ratio < 4.5} == {}


CONTRASTS = """() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (text) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = text; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (node) => {
    for (; node; node = node.parentElement) {
      const colour = rgba(getComputedStyle(node).backgroundColor);
      if (colour[3] > 200) return colour;
    }
    return [255, 255, 255, 255];
  };
  const found = {};
  for (const name of ['.brand-name', '.run-name', '.tabs a', '.tabs a[aria-current]', '.found',
      '.figure span', '.facet-value span', '.facet-value b', '.facet-value[aria-pressed=true] span',
      '.chip', '.card h3', '.tag.kind', '.tag.split', '.stem', '.family', '.option span',
      '.option b', '.revealed [data-right] span', '.reasons', '.link', '.foot']) {
    const node = document.querySelector(name);
    if (!node) continue;
    const text = light(rgba(getComputedStyle(node).color)) + 0.05;
    const under = light(ground(node)) + 0.05;
    found[name] = Math.max(text, under) / Math.min(text, under);
  }
  return found;
}"""
