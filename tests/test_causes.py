"""The dictionary of causes: a written reason becomes a group, with a phrase of the dictionary as evidence.

The expected groups were written by hand. The dictionary was written with causes.csv, then tuned with
causes_held_out.csv too: only a set that it was not tuned with says how well it does on other texts (`UNSEEN`).
"""

from __future__ import annotations

import csv
import re
import time
import unicodedata
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reformcli.errors import InputError, UsageError
from reformcli.i18n import LANGUAGES, text
from reformcli.late.causes import Causes, Match, load_causes
from reformcli.late.phrases import GAP, PhraseIndex, bare, spelled
from reformcli.rules import causes as rules
from reformcli.rules.causes import STATES, Phrase, load_cause_rules, read_phrase
from support import DATA

GROUPS = {"applicant", "consultation", "officer", "overload", "system", "field_work", "regulation", "payment", "other"}
CAUSES = load_causes()

PLAIN = [  # a text, its group: said by many, meant by all in one way
    ("Công dân chưa bổ sung hồ sơ", "applicant"),
    ("Doanh nghiệp chậm nộp lại giấy tờ còn thiếu", "applicant"),
    ("Không liên lạc được với người nộp", "applicant"),
    ("Chờ ý kiến của Sở Xây dựng", "consultation"),
    ("Công an tỉnh chưa trả lời kết quả xác minh", "consultation"),
    ("Cán bộ thụ lý quên trình ký", "officer"),
    ("Lãnh đạo đi công tác chưa ký", "officer"),
    ("Thiếu nhân sự, hồ sơ nhiều", "overload"),
    ("Số lượng hồ sơ tăng đột biến", "overload"),
    ("Công chức nghỉ thai sản", "overload"),
    ("Lỗi phần mềm một cửa", "system"),
    ("Mất kết nối mạng", "system"),
    ("Chưa kiểm tra thực địa", "field_work"),
    ("Chờ đo đạc thửa đất", "field_work"),
    ("Vướng mắc quy định của luật mới", "regulation"),
    ("Chưa có bảng giá đất", "regulation"),
    ("Người dân chưa nộp tiền sử dụng đất", "payment"),
    ("Chờ thông báo thuế của chi cục thuế", "payment"),
    ("Hết phôi giấy chứng nhận", "other"),
    ("Hồ sơ đang có đơn khiếu nại", "other"),
]


def group(written: str, causes: Causes = CAUSES) -> str | None:
    match = causes.attribute([written])[0]
    return match.group if match else None


def without_accents(written: str) -> str:
    marked = unicodedata.normalize("NFD", written.replace("đ", "d").replace("Đ", "D"))
    return "".join(sign for sign in marked if not unicodedata.combining(sign))


@pytest.fixture
def own(tmp_path):
    """Write a user's dictionary and load it over the shipped one."""

    def load(toml: str, *, head: str = 'source = "our office"\nevidence = "own"\n') -> Causes:
        path = tmp_path / "own.toml"
        path.write_text(head + toml, encoding="utf-8")
        load_causes.cache_clear()
        load_cause_rules.cache_clear()
        return load_causes(str(path))

    return load


# ------------------------------------------------------------------ writing
@pytest.mark.parametrize(("written", "expected"), PLAIN)
def test_a_reason_written_with_accents_has_its_group(written, expected):
    assert group(written) == expected


@pytest.mark.parametrize(("written", "expected"), PLAIN)
def test_a_reason_written_without_accents_has_the_same_group(written, expected):
    assert group(without_accents(written)) == expected


@pytest.mark.parametrize(("written", "expected"), PLAIN)
def test_case_and_unicode_form_make_no_difference(written, expected):
    assert group(written.upper()) == expected
    assert group(unicodedata.normalize("NFD", written)) == expected
    assert group(unicodedata.normalize("NFD", written.upper())) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("lỗi phần mềm", "lổi phần mềm"),  # hỏi and ngã
        ("sự cố kỹ thuật", "sự cố kĩ thuật"),
        ("chưa hoàn thiện hồ sơ", "chưa hòan thiện hồ sơ"),  # where the tone stands
        ("lỗi hệ thống", "«lỗi» (hệ - thống)…"),
        ("lỗi hệ thống", "  lỗi\u200b   hệ\nthống"),
    ],
)
def test_spelling_and_punctuation_that_say_the_same_are_the_same(one, other):
    assert group(one) == group(other) is not None


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("chờ CQT", "payment"),
        ("chưa hoàn thành NVTC", "payment"),
        ("chờ VPĐK trả lời", "consultation"),
        ("CBCC quên", "officer"),
        ("đ/c thụ lý xử lý chậm", "officer"),
        ("lỗi pm", "system"),
        ("ko liên lạc đc với CD", "applicant"),
        ("DN chưa bs hs", "applicant"),
        ("HS nhiều quá", "overload"),
    ],
)
def test_the_abbreviations_of_officials_are_read(written, expected):
    assert group(written) == expected


def test_what_is_written_with_accents_is_matched_with_them():
    """ "Thuê" is to rent, "thuế" is a tax, "bảo" is not "bão"."""
    assert group("chờ thuê xe") is None
    assert group("chờ thuế") == "payment"
    assert group("bảo lưu") is None


def test_a_phrase_is_never_found_inside_a_word():
    assert group("thuếx") is None
    assert group("quênh quáng") is None
    assert group("lptbx") is None


def test_one_syllable_without_accents_says_nothing():
    """ "lu" may be lũ, lu, lư; "thue" may be thuê."""
    assert group("lu") is None
    assert group("thue") is None


# ------------------------------------------------------------------ which of several
@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Không phải do lỗi hệ thống", None),
        ("Không phải lỗi phần mềm mà do công dân chưa bổ sung hồ sơ", "applicant"),
        ("Không phải cán bộ chậm, chờ ý kiến của Sở Tư pháp", "consultation"),
        ("Hồ sơ không thiếu giấy tờ, chỉ do mất mạng", "system"),
        ("Không vướng quy hoạch, chờ nộp thuế", "payment"),
    ],
)
def test_what_is_negated_is_no_cause(written, expected):
    assert group(written) == expected


def test_what_follows_but_or_because_comes_before_what_stands_alone():
    assert group("Phần mềm có lỗi nhưng chủ yếu do công dân chưa bổ sung hồ sơ") == "applicant"


def test_what_follows_so_or_besides_comes_last():
    assert group("Chưa có bảng giá đất nên chưa nộp được thuế") == "regulation"
    assert group("Chờ ý kiến Sở Tài chính; ngoài ra phần mềm bị lỗi") == "consultation"


def test_the_longer_phrase_holds_what_it_is_made_of():
    """ "Kiểm tra" alone would be field work, "máy in" alone the system."""
    assert group("Cán bộ không kiểm tra hồ sơ hằng ngày") == "officer"
    assert group("Cán bộ nghỉ thai sản") == "overload"
    assert group("Cán bộ nghỉ phép") == "officer"


def test_who_must_pay_counts_as_payment_not_as_the_applicant():
    assert group("Công dân chưa nộp lệ phí") == "payment"
    assert group("Công dân chưa nộp bản sao giấy khai sinh") == "applicant"


def test_a_phrase_does_not_reach_over_the_end_of_a_clause():
    assert group("Công dân đã nhận. Chưa ai bổ nhiệm") != "applicant"


@pytest.mark.parametrize(
    "written",
    [
        *["Đã trả kết quả", "Theo quy định", "Đã bổ sung đầy đủ", "Công dân đã nộp tiền", "Đề nghị cán bộ xử lý"],
        *["Trễ hạn", "Xin lỗi công dân", "Không có vướng mắc", "Rút kinh nghiệm", "abc", "...", "0912345678"],
        *["", " ", "\u200b", "#REF!"],
    ],
)
def test_what_gives_no_cause_has_no_group(written):
    assert group(written) is None


LONG = "Chưa ký" + " của bên trên về một số điều nữa như đã thấy và đã biết từ lâu nay rồi" * 2


def test_a_text_of_which_little_speaks_for_a_group_is_left_to_the_reader():
    assert group("Chưa ký") == "officer"
    assert group(LONG) is None
    (suggestion,) = CAUSES.suggest([LONG])
    assert (suggestion.group, suggestion.score) == ("officer", 100)


def test_a_word_for_another_group_counts_half_against():
    assert group("Do quá tải") == "overload"
    assert group("Do quá tải nên cán bộ quên nhập kết quả lên hệ thống") is None


def test_a_cause_that_comes_on_top_does_not_count_against():
    assert group("Hồ sơ nhiều, ngoài ra còn phải chờ xã bên xác nhận") == "overload"
    assert group("Cán bộ quên trình, người dân cũng nộp thiếu bản sao sổ hộ khẩu") == "officer"


@pytest.mark.parametrize(
    ("mistyped", "meant"),
    [
        ("CQ phối hợp châm trã lời", "consultation"),
        ("Số lượng hồ sơnhiều", "overload"),
        ("Doanh nghiêp châm giải trình", "applicant"),
    ],
)
def test_a_text_that_says_nothing_is_read_with_its_mistypings_mended(mistyped, meant):
    assert group(mistyped) == meant


def test_a_word_that_the_dictionary_knows_is_not_mended():
    """ "Cấp lại … do mất" is no "cáp … mất"."""
    assert group("Cấp lại GPLX hạng A1 do mất") is None


def test_a_users_own_phrase_needs_nothing_beside_it(own):
    causes = own('[[group]]\nid = "other"\nphrases = ["chưa ký"]\nsource = "us"\nevidence = "own"\n')
    assert group(LONG, causes) == "other"


def test_an_empty_cell_has_no_group_and_keeps_its_place():
    assert CAUSES.attribute([None, "Lỗi phần mềm", None]) == [None, CAUSES.attribute(["Lỗi phần mềm"])[0], None]
    assert CAUSES.attribute([]) == []


# ------------------------------------------------------------------ evidence and personal data
def test_the_evidence_is_a_phrase_of_the_dictionary():
    phrases = {(phrase.group, phrase.text) for phrase in load_cause_rules().phrases}
    assert all(tuple(match) in phrases for match in CAUSES.attribute([written for written, _ in PLAIN]) if match)


def test_the_evidence_names_nobody():
    match = CAUSES.attribute(["Ông Nguyễn Văn Ví Dụ (0912345678) chưa bổ sung giấy tờ"])[0]
    assert match is not None
    assert match.group == "applicant"
    assert not set(re.findall(r"\w+", match.phrase)) & {"Nguyễn", "Văn", "Ví", "Dụ", "0912345678"}


FAMILY = ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Võ", "Đặng", "Bùi", "Đỗ", "Ngô", "Lý", "Trương"]
MIDDLE = ["Văn", "Thị", "Công", "Thanh", "Thu", "Minh", "Kim", "Ngọc", "Hữu", "Đức", "Xuân", "Hồng"]
GIVEN = ["Phòng", "Thư", "Toán", "Lệ", "Hà", "Sơn", "Thành", "Tra", "Bình", "Chính", "An", "Tịch", "Bản", "Ký", "Hiệp"]
NAMES = st.tuples(st.sampled_from(FAMILY), st.sampled_from(MIDDLE), st.sampled_from(GIVEN))


@given(
    name=NAMES, place=st.sampled_from(["{} chưa có mặt để trả kết quả", "Đã trả kết quả cho {}", "gửi {} 0912345678"])
)
@example(name=("Trần", "Thanh", "Toán"), place="Đã trả kết quả cho {}")
@settings(deadline=None)
def test_what_is_shown_of_a_text_names_nobody(name, place):
    """Even where the name's words are words of administration: Thanh Toán, Văn Phòng, Công Chính."""
    for written in (place.format(" ".join(name)), without_accents(place.format(" ".join(name)))):
        for said in (written, written.lower(), written.upper()):
            shown = set(re.findall(r"\w+", without_accents(CAUSES.shown(said)).lower()))
            assert shown <= set(without_accents(place).lower().split()) - {"0912345678"}


def test_words_of_administration_are_shown_and_others_are_not():
    assert CAUSES.shown("Thủ tục hành chính của xã Ví Dụ số 12") == "Thủ tục hành chính …"
    assert CAUSES.shown("thu tuc hanh chinh cua Vi Du") == "thu tuc hanh chinh …"
    assert CAUSES.shown("con mèo") == "…"
    assert CAUSES.shown("") == ""


# ------------------------------------------------------------------ suggestions
def test_a_mistyped_reason_is_suggested_and_not_applied():
    written = "thieunhan su"
    assert group(written) is None
    (suggestion,) = CAUSES.suggest(["Lỗi phần mềm", None, written, "qwerty"])
    assert (suggestion.position, suggestion.group) == (2, "overload")
    assert 80 <= suggestion.score <= 100


def test_what_gives_no_cause_is_not_suggested():
    assert CAUSES.suggest(["Đã trả kết quả", "abc", "", "x", "Không phải do lỗi hệ thống"]) == []


PERSON = "Nguyễn Thị Nhoẻn, sđt 0912345678"
MISTYPED = [
    ("thieunhan su, ho so cua ba {}", "overload"),
    ("Máy chủ hỏngg khi {} nộp", "system"),
    ("{}: chưa thaam định thưcj địa", "field_work"),
    ("cong dan {} ko bosung giaay to", "applicant"),
]


@pytest.mark.parametrize(("written", "expected"), MISTYPED)
def test_a_suggestion_is_made_from_the_text_as_written_and_keeps_nothing_of_a_person(written, expected):
    """The words that tell may be hidden in what is stored: they are compared before."""
    noted = CAUSES.noted(written.format(PERSON))
    assert CAUSES.attribute([noted]) == [None]
    (suggestion,) = CAUSES.suggest([noted])
    assert suggestion.group == expected
    assert not set(re.findall(r"\w+", noted.lower())) & {"nguyễn", "thị", "nhoẻn", "0912345678"}
    assert noted == f"{CAUSES.written(noted)} ≈ {suggestion.score} {suggestion.phrase}"
    assert CAUSES.suggest([CAUSES.noted(noted)]) == [suggestion]
    assert CAUSES.noted(f"{PERSON} ≈ 90 {suggestion.phrase}") == f"… ≈ 90 {suggestion.phrase}"


def test_what_matches_or_resembles_nothing_is_noted_as_it_is_kept():
    for written in ("Ông Nguyễn Văn Ví Dụ chưa bổ sung giấy tờ", "Đã trả kết quả", "Nguyễn Văn Ví Dụ", "", "a ≈ 9 b"):
        assert CAUSES.noted(written) == CAUSES.kept(written)
        assert CAUSES.written(CAUSES.kept(written)) == CAUSES.kept(written)


def test_five_thousand_texts_that_match_nothing_are_compared_in_seconds():
    began = time.perf_counter()
    for number in range(5000):
        CAUSES.noted(f"khachs {number} lamf hồ sowf {number} việc riêng xyz")
    assert time.perf_counter() - began < 60


# ------------------------------------------------------------------ the user's own file
def test_a_users_phrase_comes_before_the_shipped_ones(own):
    causes = own('[[group]]\nid = "other"\nphrases = ["lỗi phần mềm"]\nsource = "us"\nevidence = "own"\n')
    assert causes.attribute(["Do lỗi phần mềm"]) == [Match("other", "lỗi phần mềm")]
    assert group("Chờ đo đạc", causes) == "field_work"
    assert group("Do lỗi phần mềm") == "system"


def test_a_user_may_add_a_group_with_names(own):
    causes = own(
        '[[group]]\nid = "strike"\nname = { vi = "Đình công", en = "Strike" }\npriority = 5\nphrases = ["đình công"]\n'
        'source = "us"\nevidence = "seen"\n'
    )
    assert group("Do đình công", causes) == "strike"
    assert causes.groups["strike"].name == {"vi": "Đình công", "en": "Strike"}
    assert next(iter(causes.groups)) == "strike"
    assert "strike" not in CAUSES.groups


def test_a_user_may_say_that_a_phrase_is_no_cause_or_void_for_a_group(own):
    causes = own('nothing = ["lỗi phần mềm"]\n')
    assert group("lỗi phần mềm", causes) is None
    unless = '[[group]]\nid = "system"\nunless = ["lỗi phần mềm diệt virus"]\nsource = "us"\nevidence = "own"\n'
    causes = own(unless)
    assert group("lỗi phần mềm diệt virus", causes) is None
    assert group("lỗi phần mềm", causes) == "system"


def test_a_user_may_add_abbreviations_and_words_of_one_meaning(own):
    causes = own('[abbreviations]\nqqq = "phần mềm"\n[same]\n"công dân" = ["thương lái"]\n')
    assert group("lỗi qqq", causes) == "system"
    assert group("thương lái chưa bổ sung", causes) == "applicant"


def test_both_files_are_in_the_fingerprint(own):
    assert len(own("").rules.sha256) == 2
    assert len(load_cause_rules().sha256) == 1


GROUP = '[[group]]\nid = "other"\nsource = "us"\nevidence = "own"\n'


@pytest.mark.parametrize(
    ("toml", "problem"),
    [
        ("colour = 1\n", "unknown key: colour"),
        ('[[group]]\nid = "other"\nevidence = "own"\n', "missing key: source"),
        ('[[group]]\nid = "other"\nsource = " "\nevidence = "own"\n', "empty source"),
        ('[[group]]\nid = "other"\nsource = "us"\nevidence = "guess"\n', "unknown evidence"),
        ('[[group]]\nid = "new"\nsource = "us"\nevidence = "own"\n', "missing key: name, priority"),
        (
            '[[group]]\nid = "A b"\nname = {vi="a",en="b"}\npriority=1\nsource = "us"\nevidence = "own"\n',
            "small letters",
        ),
        (GROUP + 'name = {vi="a"}\n', "name is written as"),
        (GROUP + "priority = true\n", "not a whole number"),
        (GROUP + "colour = 1\n", "unknown key: colour"),
        (GROUP + 'phrases = "lỗi"\n', "not a list of texts"),
        (GROUP + "phrases = [1]\n", "not a list of texts"),
        (GROUP + 'phrases = ["cúp nước", "Cúp  nước"]\n', "repeated phrase: cúp nước"),
        (GROUP + 'phrases = ["cúp nước"]\nweak = ["cúp nước"]\n', "repeated phrase: cúp nước"),
        (GROUP + 'phrases = ["…"]\n', "not a phrase"),
        (GROUP + 'phrases = ["(a|b"]\n', "not a phrase"),
        (GROUP + 'phrases = ["' + "(a|b|c|d|e|f)" * 9 + '"]\n', "too many readings"),
        (GROUP + GROUP, "repeated id: other"),
        ("abbreviations = 3\n", "not of its form"),
        ("group = 3\n", "not of its form"),
    ],
)
def test_a_file_that_breaks_its_form_is_refused(toml, problem, own):
    with pytest.raises(InputError) as caught:
        own(toml)
    assert caught.value.key == "bad_rules"
    assert problem in str(caught.value.values["problem"])


def test_a_phrase_in_two_groups_is_refused(own):
    second = GROUP.replace("other", "system") + 'phrases = ["cúp nước"]\n'
    with pytest.raises(InputError) as caught:
        own(GROUP + 'phrases = ["cúp nước"]\n' + second)
    assert "cúp nước (other, system)" in str(caught.value.values["problem"])


def test_a_file_without_a_source_or_that_is_not_there_is_refused(own, tmp_path):
    with pytest.raises(InputError):
        own("", head='evidence = "own"\n')
    with pytest.raises(UsageError):
        load_causes(str(tmp_path / "missing.toml"))


# ------------------------------------------------------------------ the shipped file
def test_the_groups_are_those_agreed_with_names_in_both_languages():
    assert set(CAUSES.groups) == GROUPS
    for one in CAUSES.groups.values():
        assert {language: text(f"cause.{one.id}", language) for language in LANGUAGES} == one.name


def test_no_two_groups_have_one_priority():
    assert len({one.priority for one in CAUSES.groups.values()}) == len(GROUPS)


def test_every_shipped_phrase_leads_to_its_own_group_or_is_void():
    """A phrase whose words mean another thing by way of `same` would do harm unseen."""
    index = PhraseIndex(load_cause_rules(), spelled)
    lost = []
    for phrase in load_cause_rules().phrases:
        if phrase.kind == "cause":
            groups = {found[0].group for found in index.find(index.split(phrase.text.replace("…", "xyz")))}
            lost += [phrase.text] if phrase.group not in groups else []
    assert lost == []


@pytest.mark.parametrize("spell", [spelled, bare])
def test_no_words_lead_to_two_groups(spell):
    """By way of `same` two phrases may come to the same words: which of them counts would be chance."""
    index = PhraseIndex(load_cause_rules(), spell)
    groups: dict[str, set[str]] = {}
    for phrase in load_cause_rules().phrases:
        if phrase.kind == "cause":
            groups.setdefault(" ".join(index.split(phrase.text)), set()).add(phrase.group)
    assert {words: found for words, found in groups.items() if len(found) > 1} == {}


def test_the_lines_of_the_shipped_file_are_short():
    path = Path(rules.__file__).with_suffix(".toml")
    assert max(map(len, path.read_text(encoding="utf-8").splitlines())) <= 160


def test_the_readings_of_a_phrase_are_all_its_choices():
    assert read_phrase("(chưa|không) nộp (lệ |)phí") == [
        "chưa nộp lệ phí",
        "chưa nộp phí",
        "không nộp lệ phí",
        "không nộp phí",
    ]


@pytest.mark.parametrize(("between", "found"), [(0, True), (1, True), (GAP, True), (GAP + 1, False)])
def test_a_gap_stands_for_five_words_at_most(between, found, own):
    causes = own(GROUP + 'phrases = ["xuất … khẩu"]\n')
    assert (group("xuất " + "lê " * between + "khẩu", causes) == "other") is found
    assert group("xuất, khẩu", causes) is None


def test_numbers_in_a_phrase_stand_for_any_number(own):
    causes = own(GROUP + 'phrases = ["lần 1"]\n')
    assert group("lần 27", causes) == "other"
    assert group("lần đầu", causes) is None


# ------------------------------------------------------------------ any text
@given(st.lists(st.one_of(st.none(), st.text(max_size=80), st.sampled_from([one for one, _ in PLAIN])), max_size=8))
@settings(max_examples=200, deadline=None)
def test_any_text_is_attributed_or_not_and_nothing_breaks(texts):
    matches = CAUSES.attribute(texts)
    assert len(matches) == len(texts)
    assert {match.group for match in matches if match} <= GROUPS
    assert matches == [CAUSES.attribute([one])[0] for one in texts]
    for one in texts:
        CAUSES.shown(one or "")
    assert {match.position for match in CAUSES.suggest(texts)} <= {
        n for n, match in enumerate(matches) if match is None
    }


def test_a_very_long_text_is_read_in_part_and_quickly():
    began = time.perf_counter()
    CAUSES.attribute(["công dân chưa " * 100_000, "chờ " * 100_000])
    assert time.perf_counter() - began < 5


def test_twenty_thousand_different_texts_take_seconds_not_minutes():
    """About a second on one core; the bound is wide for busy machines."""
    words = [word for written, _ in PLAIN for word in written.split()]
    texts = [" ".join(words[(n * step) % len(words)] for step in range(1, 21)) + f" {n}" for n in range(20_000)]
    began = time.perf_counter()
    CAUSES.attribute(texts)
    assert time.perf_counter() - began < 10


# ------------------------------------------------------------------ states, holders and what is kept
def test_every_state_stands_for_a_group_and_has_a_name_in_both_languages():
    assert tuple(CAUSES.states) == STATES
    assert set(CAUSES.states.values()) <= GROUPS
    assert CAUSES.states["supplement"] == "applicant"
    assert CAUSES.states["other_unit"] == "consultation"
    for state in STATES:
        assert all(text(f"cause_state.{state}", language) for language in LANGUAGES)


STATE = '[[state]]\nid = "stopped"\ngroup = "regulation"\nsource = "us"\nevidence = "seen"\n'


def test_a_user_may_give_a_state_another_group(own):
    states = own(STATE).states
    assert states["stopped"] == "regulation"
    assert {**states, "stopped": "other"} == CAUSES.states
    assert tuple(states) == STATES


def test_a_state_may_stand_for_a_group_of_the_users_own(own):
    group = '[[group]]\nid = "strike"\nname = { vi = "a", en = "b" }\npriority = 5\nsource = "us"\nevidence = "own"\n'
    assert own(group + STATE.replace("regulation", "strike")).states["stopped"] == "strike"


@pytest.mark.parametrize(
    ("toml", "problem"),
    [
        (STATE.replace("stopped", "asleep"), "unknown state"),
        (STATE.replace("regulation", "nobody"), "unknown group: nobody"),
        (STATE + STATE, "repeated id: stopped"),
        (STATE.replace('source = "us"\n', ""), "missing key: source"),
        (STATE.replace("seen", "guess"), "unknown evidence"),
        (STATE + "colour = 1\n", "unknown key: colour"),
        ("state = 3\n", "not of its form"),
        ('state = ["a"]\n', "not of its form"),
    ],
)
def test_a_state_that_breaks_its_form_is_refused(toml, problem, own):
    with pytest.raises(InputError) as caught:
        own(toml)
    assert problem in str(caught.value.values["problem"])


def test_a_shipped_file_without_a_state_is_refused(monkeypatch):
    read = rules.read_rules

    def without(name: str):
        table, sha256, where = read(name)
        return {**table, "state": table["state"][1:]}, sha256, where

    monkeypatch.setattr(rules, "read_rules", without)
    load_cause_rules.cache_clear()
    with pytest.raises(InputError) as caught:
        load_cause_rules()
    assert "missing: supplement" in str(caught.value.values["problem"])
    load_cause_rules.cache_clear()


def test_what_is_kept_is_the_phrase_or_else_what_may_be_shown():
    assert CAUSES.kept("Ông Nguyễn Văn Ví Dụ chưa bổ sung giấy tờ") == "công dân … chưa … bổ sung"
    assert CAUSES.kept("Thủ tục hành chính của xã Ví Dụ số 12") == "Thủ tục hành chính"
    assert CAUSES.kept("Nguyễn Văn Ví Dụ 0912345678") == ""
    assert CAUSES.kept("") == ""


OWN = (
    'nothing = ["xuất khẩu", "lỗi mạng"]\n[[group]]\nid = "other"\nphrases = ["xuất … khẩu", "lỗi phần mềm", "đo đạc"]\n'
    'weak = ["nhập … khẩu", "thuế"]\nsource = "us"\nevidence = "own"\n'
)
TEXTS = [row["text"] for row in csv.DictReader((DATA / "causes.csv").read_text(encoding="utf-8").splitlines())]
WORDS = sorted({word for written in TEXTS for word in written.split()} | {"xuất", "khẩu", "nhập", "đã", "…"})
WRITTEN = st.one_of(
    st.sampled_from(TEXTS),
    st.sampled_from([without_accents(written) for written in TEXTS]),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=14).map(" ".join),
    st.sampled_from([phrase.text for phrase in load_cause_rules().phrases]),
    st.text(max_size=60),
)


@pytest.fixture(scope="module")
def users(tmp_path_factory):
    """A user's dictionary with phrases that shipped ones hold, equal or void."""
    path = tmp_path_factory.mktemp("own") / "own.toml"
    path.write_text('source = "us"\nevidence = "own"\n' + OWN, encoding="utf-8")
    return load_causes(str(path))


@given(written=WRITTEN)
@example(written="đã xuất khẩu")
@example(written="xuất nhập khẩu")
@example(written="nếu lỗi hệ thống")
@example(written="Đã trả. Thuế")
@settings(max_examples=400, deadline=None)
def test_what_is_kept_is_matched_as_the_text_was(written, users):
    for causes in (CAUSES, users):
        for stored in (causes.kept(written), causes.noted(written)):
            assert causes.attribute([stored]) == causes.attribute([written])


def test_what_is_kept_of_a_shipped_phrase_is_that_phrase():
    causes = [phrase.text for phrase in load_cause_rules().phrases if phrase.kind in ("cause", "weak")]
    assert [match and match.phrase for match in CAUSES.attribute(causes)] == causes


# ------------------------------------------------------------------ how well it does
class Rates(NamedTuple):
    """Of the texts given a group: the right ones, and those with the second group allowed; of the causes: the found."""

    precision: float
    with_second: float
    coverage: float
    report: str


def rates(name: str) -> Rates:
    with (DATA / name).open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    got = [match.group if match else "none" for match in CAUSES.attribute([row["text"] for row in rows])]
    both = [(row["group"], row["also"].split(), one) for row, one in zip(rows, got, strict=True)]
    attributed = [each for each in both if each[2] != "none"]
    with_cause = [each for each in both if each[0] != "none"]
    precision = sum(wanted == one for wanted, _, one in attributed) / len(attributed)
    with_second = sum(one in (wanted, *also) for wanted, also, one in attributed) / len(attributed)
    coverage = sum(one != "none" for *_, one in with_cause) / len(with_cause)
    confused = [(n, wanted, one) for n, (wanted, _, one) in enumerate(both) if wanted != one]
    counts = Counter((wanted, one) for _, wanted, one in confused)
    report = f"precision {precision:.3f} ({with_second:.3f}), coverage {coverage:.3f}: {confused} {counts}"
    return Rates(precision, with_second, coverage, report)


UNSEEN = "causes_unseen.csv"  # texts that the dictionary was never tuned with
FLOORS = [  # precision, the same with the second label, coverage: just below what was reached with these texts in sight
    ("causes.csv", 0.985, 0.99, 0.975),
    ("causes_held_out.csv", 0.955, 0.98, 0.94),
    ("causes_fresh.csv", 0.96, 0.985, 0.945),
    (UNSEEN, 0.925, 0.95, 0.86),  # measured once, out of sight
]


@pytest.mark.parametrize(("name", "precision", "with_second", "coverage"), FLOORS)
def test_the_texts_that_the_dictionary_was_tuned_with_stay_right(name, precision, with_second, coverage):
    """Says that nothing got worse, not how well other texts do: see tests/data/causes.md for that."""
    found = rates(name)
    assert found.precision >= precision, found.report
    assert found.with_second >= with_second, found.report
    assert found.coverage >= coverage, found.report


@pytest.mark.xfail(strict=True, reason="92.8 % and 86.6 % so far: see tests/data/causes.md")
def test_texts_that_the_dictionary_was_not_tuned_with_are_attributed_right():
    """The aim of the dictionary: 95 of 100 attributed texts are right, 90 of 100 texts with a cause are attributed."""
    found = rates(UNSEEN)
    assert found.precision >= 0.95, found.report
    assert found.coverage >= 0.90, found.report


def test_a_phrase_is_a_plain_record():
    assert Phrase("a", "cause") == Phrase("a", "cause", "", False)
