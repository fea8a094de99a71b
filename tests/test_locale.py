"""The English of the interface: complete, settled, and compiled."""

import ast
import gettext
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.template import Template, engines
from django.template.base import FilterExpression, VariableNode
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.utils import translation
from django.utils.functional import Promise

BASE = Path(settings.BASE_DIR)
LOCALE = BASE / "archive" / "locale" / "en" / "LC_MESSAGES"
CALLS_IN_CONTEXT = {"pgettext", "pgettext_lazy"}
CALLS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
# Named values of a translation: %(count)s in Python and templates, {count} where str.format is used.
VALUES = re.compile(r"%\((\w+)\)s|\{(\w+)\}")

# msgstr[0] "…", or a further line of the same
PO_LINE = re.compile(r'^(?:(msgctxt|msgid|msgid_plural|msgstr|msgstr\[[0-9]\]) )?(".*")$')


@dataclass
class Entry:
    """One message of the catalogue."""

    msgctxt: str = ""
    msgid: str = ""
    msgid_plural: str = ""
    msgstr: dict[int, str] = field(default_factory=dict)
    fuzzy: bool = False

    @property
    def key(self) -> str:
        """What gettext finds it by: a word that has two meanings stands once in each context."""
        return f"{self.msgctxt}\x04{self.msgid}" if self.msgctxt else self.msgid


def read_po(text: str) -> list[Entry]:
    """The entries of a .po file, its header first."""
    entries: list[Entry] = []
    for paragraph in text.split("\n\n"):
        entry, into = Entry(), ""
        for line in paragraph.splitlines():
            entry.fuzzy |= line.startswith("#,") and "fuzzy" in line
            match = PO_LINE.match(line)
            if match is None:
                continue
            into = match[1] or into
            value = ast.literal_eval(match[2])
            if into in ("msgctxt", "msgid", "msgid_plural"):
                setattr(entry, into, getattr(entry, into) + value)
            else:
                number = int(into[7:-1]) if into.endswith("]") else 0
                entry.msgstr[number] = entry.msgstr.get(number, "") + value
        if into:
            entries.append(entry)
    return entries


@pytest.fixture(scope="module")
def catalogue() -> dict[str, Entry]:
    entries = read_po((LOCALE / "django.po").read_text())
    found = {entry.key: entry for entry in entries}
    assert len(found) == len(entries), "a message stands twice"
    return found


def messages_of_python(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name in CALLS and node.args and isinstance(node.args[0], ast.Constant):
            yield str(node.args[0].value)
        elif name in CALLS_IN_CONTEXT and all(isinstance(one, ast.Constant) for one in node.args):
            yield "\x04".join(str(one.value) for one in node.args if isinstance(one, ast.Constant))


def messages_of_template(template: Any) -> Iterator[str]:
    """The messages of a compiled template: {% translate %}, {% blocktranslate %}, {{ _("…") }}."""
    for node in template.nodelist.get_nodes_by_type(TranslateNode):
        if (literal := getattr(node.filter_expression.var, "literal", None)) is not None:
            context = node.message_context and node.message_context.resolve({})
            yield f"{context}\x04{literal}" if context else str(literal)
    for node in template.nodelist.get_nodes_by_type(BlockTranslateNode):
        yield node.render_token_list(node.singular)[0]
    for node in template.nodelist.get_nodes_by_type(VariableNode):
        yield from _messages_of_expression(node.filter_expression)


def _messages_of_expression(expression: FilterExpression) -> Iterator[str]:
    constants = [expression.var, *(arg for _f, args in expression.filters for _lookup, arg in args)]
    with translation.override(None):
        yield from (str(constant) for constant in constants if isinstance(constant, Promise))


def used_messages() -> dict[str, str]:
    """Every message of the project, and a file that uses it."""
    found: dict[str, str] = {}
    for folder in ("archive", "gazette"):
        for path in (BASE / folder).rglob("*.py"):
            found |= dict.fromkeys(messages_of_python(path.read_text()), str(path.relative_to(BASE)))
    for path in (BASE / "templates").rglob("*.html"):
        name = str(path.relative_to(BASE / "templates"))
        template = engines["django"].get_template(name).template  # type: ignore[attr-defined]
        found |= dict.fromkeys(messages_of_template(template), name)
    return found


def test_the_reader_of_messages_reads_all_forms() -> None:
    template = Template(
        '{% load i18n %}{% if x %}{% translate "甲" %}{% endif %}{% translate "乙" as y %}'
        "{% blocktranslate count n=n %}{{ n }} 件{% plural %}{{ n }} 件{% endblocktranslate %}"
        '{% blocktranslate trimmed %}\n  丙\n{% endblocktranslate %}{{ _("丁") }}{% translate "甲" context "x y" %}'
    )
    assert set(messages_of_template(template)) == {"甲", "乙", "%(n)s 件", "丙", "丁", "x y\x04甲"}
    source = "x = [_('甲' '乙'), ngettext('丙', '丁', n), other('戊'), pgettext('x y', '甲')]"
    assert list(messages_of_python(source)) == ["甲乙", "丙", "x y\x04甲"]


def test_every_message_is_in_english(catalogue: dict[str, Entry]) -> None:
    missing = {m: where for m, where in used_messages().items() if m not in catalogue}
    assert not missing, "run makemessages and translate"
    empty = [e.msgid for e in catalogue.values() if not all(e.msgstr.values())]
    assert not empty
    assert not [e.msgid for e in catalogue.values() if e.fuzzy]


def test_no_message_is_left_over(catalogue: dict[str, Entry]) -> None:
    assert set(catalogue) - {""} - set(used_messages()) == set()


def test_translations_keep_the_values_of_their_message(catalogue: dict[str, Entry]) -> None:
    for entry in catalogue.values():
        if entry.msgid:
            wanted = set(VALUES.findall(entry.msgid))
            for text in entry.msgstr.values():
                assert set(VALUES.findall(text)) <= wanted, entry.msgid
            assert set(VALUES.findall(entry.msgstr[max(entry.msgstr)])) == wanted, entry.msgid


def test_translations_are_english(catalogue: dict[str, Entry]) -> None:
    """Examples of print (阳政发 2022 1) stay; a sentence in Chinese is a slip."""
    for entry in catalogue.values():
        for text in entry.msgstr.values():
            assert not re.search(r"[，。、；：]", text), entry.msgid


def test_the_compiled_catalogue_is_of_today(catalogue: dict[str, Entry]) -> None:
    with (LOCALE / "django.mo").open("rb") as compiled:
        translations = gettext.GNUTranslations(compiled)
    for entry in catalogue.values():
        if not entry.msgid:
            continue
        if entry.msgid_plural:
            for number, text in entry.msgstr.items():
                count = 1 if number == 0 else 2
                assert translations.ngettext(entry.msgid, entry.msgid_plural, count) == text
        else:
            assert translations.gettext(entry.key) == entry.msgstr[0]
    stale = {m for m in translations._catalog if isinstance(m, str)} - set(catalogue)  # type: ignore[attr-defined]
    assert not stale, "run compilemessages"
