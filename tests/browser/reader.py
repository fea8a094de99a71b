"""A reader of the archive, who sees what is visible and has a mouse, a finger or a keyboard."""

from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

# The key that leads from where the focus is towards an element; "" once it is there.
_WAY = """wanted => {
  const here = document.activeElement;
  if (here === wanted) return "";
  const before = Node.DOCUMENT_POSITION_PRECEDING;
  return here !== document.body && here.compareDocumentPosition(wanted) & before ? "Shift+Tab" : "Tab";
}"""
# A ring, and some of the element in the window with nothing over it.
_SHOWS_FOCUS = """() => {
  const focused = document.activeElement;
  if (focused === document.body) return true;
  const { outlineStyle, outlineWidth } = getComputedStyle(focused);
  const inside = [...focused.getClientRects()].some((box) => {
    const [left, right] = [Math.max(box.left, 0), Math.min(box.right, innerWidth)];
    const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
    if (left >= right || top >= bottom) return false;
    const front = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    return front !== null && (focused.contains(front) || front.contains(focused));
  });
  return inside && outlineStyle !== "none" && parseFloat(outlineWidth) >= 1;
}"""
_MOST_STEPS = 300


@dataclass(frozen=True)
class Reader:
    """One form of reading: `hand` is mouse, finger or keys."""

    page: Page
    hand: str
    script: bool

    def follow(self, wanted: Locator) -> None:
        """Press a link, a button or the head of a fold."""
        if self.hand == "finger":
            wanted.tap()
        elif self.hand == "keys":
            self.reach(wanted)
            self.page.keyboard.press("Enter")
        else:
            wanted.click()

    def reach(self, wanted: Locator) -> None:
        """Tab to an element. Each step on the way shows where the focus is."""
        expect(wanted).to_be_visible()
        element = wanted.element_handle()
        for _step in range(_MOST_STEPS):
            if not (key := self.page.evaluate(_WAY, element)):
                break
            self.page.keyboard.press(key)
            shown = self.page.evaluate(_SHOWS_FOCUS)
            assert shown, f"the focus is not seen: {self.page.evaluate('document.activeElement.outerHTML')}"
        expect(wanted).to_be_focused()

    def write(self, field: Locator, words: str) -> None:
        """Put words into a field, in the place of what is there."""
        if self.hand == "keys":
            self.reach(field)
        else:
            self.follow(field)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(words)

    def ask(self, field: Locator, words: str) -> None:
        """Fill in a field and send its form: by its button, or with Enter where there are only keys."""
        self.write(field, words)
        if self.hand == "keys":
            self.page.keyboard.press("Enter")
        else:
            self.follow(field.locator("xpath=ancestor::form[1]").get_by_role("button"))

    def unfold(self, head: Locator, inside: Locator) -> None:
        """Open a fold, where what is inside it is not in view already."""
        if not inside.is_visible():
            self.follow(head)
        expect(inside).to_be_visible()

    def copied(self, shown: Locator, button: Locator) -> str:
        """What is in the clipboard after copying: by the button, or marked and copied where there is no script."""
        if self.script:
            self.follow(button)
            expect(button).to_be_hidden()
        else:
            shown.click(click_count=3)
            self.page.keyboard.press("Control+C")
        field = self.page.get_by_role("search").locator("[name=q]").first
        field.focus()
        self.page.keyboard.press("Control+V")
        return field.input_value()

    def fits(self) -> bool:
        """True when nothing makes the page scroll sideways."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
