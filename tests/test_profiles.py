"""Profiles: which system wrote a sheet, told from its headings, and what its headings and codes mean there."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from reformcli import pipeline
from reformcli.cli import main
from reformcli.errors import InputError, UsageError
from reformcli.headings.headers import FIELDS
from reformcli.loading import load_sheets
from reformcli.rules.codes import load_codes
from reformcli.rules.profiles import choose_profiles, load_profiles, recognise
from support import DATA, command, write_csv

SHIPPED = load_profiles("profiles", FIELDS)
SEEN = list(csv.DictReader((DATA / "headings.csv").read_text(encoding="utf-8").splitlines()))

# One file of each system, as its headings were seen; "" is left blank. All are of one dossier: received on the 18th,
# due on the 22nd, ended on the 20th of December 2023.
DOSSIER = {
    "received": "18/12/2023 08:00",
    "due": "22/12/2023 17:00",
    "finished": "20/12/2023 10:00",
    "returned": "21/12/2023 10:00",
}
FILES = {
    "vnpt-igate-2": {
        "STT": "1",
        "Số hồ sơ": "H99.01-231218-0001",
        "Tên thủ tục hành chính": "Cấp phép",
        "Tên lĩnh vực": "Xây dựng",
        "Phòng ban": "Một cửa",
        "Ngày tiếp nhận": "received",
        "Ngày hẹn trả": "due",
        "Ngày kết thúc xử lý": "finished",
        "Cơ quan/đơn vị": "Sở Tư pháp",
        "Chủ hồ sơ": "",
        "Số điện thoại": "",
        "Cán bộ xử lý hiện tại": "",
        "Trạng thái hồ sơ": "Đã trả kết quả",
    },
    "npsp-sync": {
        "MaHoSo": "H99.01-231218-0001",
        "DonViXuLy": "Sở Tư pháp",
        "MaTTHC": "1.000001",
        "NgayTiepNhan": "20231218080000",
        "NgayHenTra": "20231222170000",
        "NgayKetThucXuLy": "20231220100000",
        "NgayTra": "20231221100000",
        "TrangThaiHoSo": "10",
        "KenhThucHien": "2",
        "MucDo": "4",
    },
    "opencps-2": {
        "dossierNo": "H99.01-231218-0001",
        "govAgencyName": "Sở Tư pháp",
        "receiveDate": "received",
        "dueDate": "due",
        "releaseDate": "finished",
        "finishDate": "returned",
        "dossierStatus": "done",
    },
    "tandan-onestop": {
        "STT": "1",
        "Mã hồ sơ": "H99.01-231218-0001",
        "Tên thủ tục hành chính": "Cấp phép",
        "Lĩnh vực": "Xây dựng",
        "Đơn vị/ cá nhân giải quyết": "Sở Tư pháp",
        "Ngày tiếp nhận": "received",
        "Ngày hẹn trả": "due",
        "Ngày có kết quả": "finished",
        "Ngày trả": "returned",
        "Trạng thái": "Đã trả kết quả",
    },
    "bkav-egate": {
        "Mã hồ sơ": "H99.01-231218-0001",
        "Ngày nhận": "received",
        "Ngày hẹn trả": "due",
        "Ngày kí duyệt": "",
        "Ngày kết thúc xử lý": "finished",
        "Ngày trả kết quả": "returned",
    },
    "qlhs2025": {
        "Mã nhận diện": "H99.01-231218-0001",
        "Loại biến động": "Tách thửa",
        "Chủ sử dụng": "",
        "Ngày nhận": "received",
        "Ngày trả": "due",
        "Ngày trả kết quả": "finished",
        "Tình trạng": "Đã xử lý xong",
    },
    "hue-urging": {
        "Mã hồ sơ": "H99.01-231218-0001",
        "Thủ tục": "Cấp phép",
        "Tên Công dân, tổ chức": "",
        "Địa chỉ": "",
        "Điện thoại liên hệ": "",
        "Ngày nhận": "received",
        "Ngày hẹn trả": "due",
        "Đơn vị chủ trì": "Sở Tư pháp",
        "Người thụ lý": "",
        "Trạng thái": "Đang xử lý",
    },
    "local-sheet": {
        "Số hồ sơ": "H99.01-231218-0001",
        "Quy trình": "Cấp phép",
        "Ngày nhận": "received",
        "Ngày trả": "due",
        "Cán bộ xử lý": "",
        "Cơ quan xử lý": "Sở Tư pháp",
        "Tình trạng": "Đã trả",
    },
}


def load(folder: Path, row: dict[str, str], profile: str | None = None, **more: str):
    filled = {heading: DOSSIER.get(value, value) for heading, value in {**row, **more}.items()}
    return load_sheets([str(write_csv(folder / "e.csv", [filled]))], profile=profile)


def of(profile_id: str):
    return next(profile for profile in SHIPPED if profile.id == profile_id)


def only(loaded):
    (row,) = loaded.dossiers.to_dict("records")
    return row, loaded.sheets[0]


# ------------------------------------------------------------------ recognition
def test_every_shipped_profile_has_a_file_here():
    assert {profile.id for profile in SHIPPED} == set(FILES)


@pytest.mark.parametrize("profile_id", FILES)
def test_a_system_is_recognised_by_its_headings_and_its_dates_are_understood(profile_id, tmp_path):
    """Received, due and ended as the table above says, whatever the columns are called there."""
    row, sheet = only(load(tmp_path, FILES[profile_id]))
    assert sheet.profile == profile_id
    assert f"{row['received_at']:%d %H}" == "18 08"
    assert f"{row['due_at']:%d %H}" == "22 17"
    if "finished" in FILES[profile_id].values() or "20231220100000" in FILES[profile_id].values():
        assert f"{row['finished_at']:%d %H}" == "20 10"
    if "returned" in FILES[profile_id].values() or "20231221100000" in FILES[profile_id].values():
        assert f"{row['returned_at']:%d %H}" == "21 10"


def test_a_sheet_of_no_known_system_has_no_profile(tmp_path):
    row = {"Mã hồ sơ": "x-1", "Ngày tiếp nhận": "received", "Ngày hẹn trả": "due", "Trạng thái": "Đang xử lý"}
    assert only(load(tmp_path, row))[1].profile == ""


def test_one_heading_short_of_enough_is_not_recognised():
    """iGate needs nine of its headings, among them the three that others do not have."""
    headings = list(FILES["vnpt-igate-2"])
    enough = ["Số hồ sơ", "Phòng ban", "Trạng thái hồ sơ", *headings[2:4], *headings[5:9]]
    assert len(enough) == 9
    assert recognise(enough, SHIPPED).id == "vnpt-igate-2"
    assert recognise(enough[:-1], SHIPPED) is None
    assert recognise([heading for heading in headings if heading != "Phòng ban"], SHIPPED) is None


def test_names_of_software_count_only_as_software_writes_them():
    """ "Mã hồ sơ" has the letters of MaHoSo, and is anybody's heading."""
    assert (
        recognise(["MaHoSo", "DonViXuLy", "MaTTHC", "NgayTiepNhan", "NgayHenTra", "NgayTra"], SHIPPED).id == "npsp-sync"
    )
    assert (
        recognise(["Mã hồ sơ", "Đơn vị xử lý", "Mã TTHC", "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày trả"], SHIPPED)
        is None
    )


def test_of_two_that_fit_the_one_with_more_headings_holds_and_a_tie_is_none(tmp_path):
    text = "".join(
        f'[[profile]]\nid = "{name}"\ntitle = {{ vi = "{name}", en = "{name}" }}\nsource = "x"\nevidence = "assumed"\n'
        f"[[profile.layout]]\nheadings = {json.dumps(headings)}\nleast = 2\n"
        for name, headings in (("a", ["K1", "K2", "K3"]), ("b", ["K2", "K3", "K4"]))
    )
    (tmp_path / "p.toml").write_text(text, encoding="utf-8")
    profiles = load_profiles(str(tmp_path / "p.toml"), FIELDS)
    assert recognise(["k1", "k2", "k3"], profiles).id == "a"
    assert recognise(["K4", "K2", "K3"], profiles).id == "b"
    assert recognise(["K2", "K3"], profiles) is None
    assert recognise(["K1", "K2", "K3", "K4"], profiles[::-1]) is None


# ------------------------------------------------------------------ what a heading means there
def test_ngay_tra_is_due_in_a_sheet_kept_by_hand_and_needs_asking_elsewhere(tmp_path):
    _, sheet = only(load(tmp_path, FILES["local-sheet"]))
    assert sheet.header.fields["due_at"].heading == "Ngày trả"
    assert sheet.header.fields["due_at"].how == "profile"
    with pytest.raises(InputError) as caught:
        load(tmp_path, FILES["local-sheet"], "none")
    assert caught.value.key == "ambiguous_heading"


def test_another_column_that_has_the_field_goes_before_the_profile(tmp_path):
    """With "Ngày hẹn trả" beside it, "Ngày trả" is not the due date, whoever kept the sheet."""
    changed = {**FILES["local-sheet"], "Ngày hẹn trả": "due", "Ngày trả": "returned"}
    row, sheet = only(load(tmp_path, changed))
    assert sheet.profile == "local-sheet"
    assert (f"{row['due_at']:%d}", f"{row['returned_at']:%d}") == ("22", "21")


def test_the_users_map_goes_before_the_profile(tmp_path):
    path = write_csv(tmp_path / "e.csv", [{k: DOSSIER.get(v, v) for k, v in FILES["qlhs2025"].items()}])
    loaded = load_sheets([str(path)], ["Ngày trả kết quả=returned_at", "Tình trạng="], strict=False)
    assert loaded.sheets[0].header.fields["returned_at"].heading == "Ngày trả kết quả"
    assert not {"finished_at", "status"} & loaded.sheets[0].header.fields.keys()


def test_a_profile_that_says_what_the_dictionary_says_changes_no_column(tmp_path):
    _, sheet = only(load(tmp_path, FILES["vnpt-igate-2"]))
    _, plain = only(load(tmp_path, FILES["vnpt-igate-2"], "none"))
    assert sheet.header == plain.header


def test_a_group_above_a_heading_still_changes_what_it_means(tmp_path):
    """The dates of a supplement are not those of the dossier, in no system."""
    path = tmp_path / "p.toml"
    path.write_text(OWN.replace("Khóa chính", "Ngày tiếp nhận"), encoding="utf-8")
    rows = (
        "Mã hồ sơ,Bổ sung hồ sơ,,Hẹn trả,Trạng thái\n,Ngày tiếp nhận,Số lần bổ sung,,\nx-1,18/12/2023,1,22/12/2023,4\n"
    )
    (tmp_path / "e.csv").write_text(rows, encoding="utf-8")
    header = load_sheets([str(tmp_path / "e.csv")], profile=str(path), strict=False).sheets[0].header
    assert set(header.fields) == {"dossier_id", "supplement_requests", "due_at", "status"}


# ------------------------------------------------------------------ what a code means there
@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("new", "not_accepted"),
        ("receiving", "supplement"),
        ("processing", "pending"),
        ("WAITING", "supplement"),
        ("paying", "payment"),
        ("releasing", "resolved"),
        ("done", "returned"),
        ("cancelled", "withdrawn"),
        ("denied", "refused"),
        ("Đang xử lý", "pending"),  # the common dictionary stays the base
        ("Đã trả kết quả trước hạn", "returned"),
    ],
)
def test_the_states_of_opencps_are_understood(text, status, tmp_path):
    row, _ = only(load(tmp_path, FILES["opencps-2"], dossierStatus=text))
    assert row["status"] == status


@pytest.mark.parametrize("text", ["posting", "correcting", "collecting"])
def test_a_state_whose_rule_nobody_saw_stays_unknown(text, tmp_path):
    loaded = load(tmp_path, FILES["opencps-2"], dossierStatus=text)
    assert loaded.faults[["kind", "text"]].values.tolist() == [["unknown_code", text]]


def test_the_states_of_opencps_are_unknown_elsewhere(tmp_path):
    """The same words in a sheet of another system are a finding, not a guess."""
    loaded = load(tmp_path, FILES["vnpt-igate-2"], **{"Trạng thái hồ sơ": "done"})
    assert loaded.faults["kind"].tolist() == ["unknown_code"]


def test_the_portals_numbers_are_the_portals(tmp_path):
    row, _ = only(load(tmp_path, FILES["npsp-sync"]))
    assert (row["status"], row["channel"], row["service_level"]) == ("returned", "online", "full")
    numbers = ["not_accepted", "accepted", "refused", "pending", "supplement", "payment", "withdrawn", "stopped"]
    codes = of("npsp-sync").over(load_codes())
    assert [codes.lookup("status", str(n)) for n in range(1, 11)] == [*numbers, "resolved", "returned"]


def test_numbers_that_a_system_uses_otherwise_mean_what_its_profile_says(tmp_path):
    (tmp_path / "p.toml").write_text(OWN, encoding="utf-8")
    row, sheet = only(load(tmp_path, FILES["vnpt-igate-2"], str(tmp_path / "p.toml"), **{"Trạng thái hồ sơ": "4"}))
    assert (row["status"], sheet.profile) == ("resolved", "cua-toi")
    row, _ = only(load(tmp_path, FILES["vnpt-igate-2"], **{"Trạng thái hồ sơ": "4"}))
    assert row["status"] == "pending"


# ------------------------------------------------------------------ --profile
OWN = """
[[profile]]
id = "cua-toi"
title = { vi = "Của tôi", en = "Mine" }
source = "x"
evidence = "seen"
[[profile.layout]]
headings = ["Khóa chính", "Mốc"]
least = 2
[[profile.means]]
field = "received_at"
headings = ["Khóa chính"]
source = "x"
evidence = "seen"
[[profile.codes]]
kind = "status"
source = "x"
evidence = "assumed"
texts = { resolved = ["4"] }
"""


def test_an_id_holds_for_every_sheet_and_none_switches_them_off(tmp_path):
    plain = {"Mã hồ sơ": "x-1", "Ngày nhận": "received", "Ngày trả": "due", "Tình trạng": "Đang xử lý"}
    assert only(load(tmp_path, plain, "local-sheet"))[1].profile == "local-sheet"
    assert only(load(tmp_path, FILES["vnpt-igate-2"], "none"))[1].profile == ""


def test_a_file_of_several_profiles_is_recognised_by(tmp_path):
    """One profile in a file holds for all sheets; of several, each sheet finds its own."""
    other = OWN.replace("cua-toi", "khac").replace('"Khóa chính", "Mốc"', '"Số hồ sơ", "Phòng ban"')
    (tmp_path / "p.toml").write_text(OWN + other, encoding="utf-8")
    assert only(load(tmp_path, FILES["vnpt-igate-2"], str(tmp_path / "p.toml")))[1].profile == "khac"
    assert only(load(tmp_path, FILES["hue-urging"], str(tmp_path / "p.toml")))[1].profile == ""


@pytest.mark.parametrize("wanted", ["igate", "", "NONE"])
def test_an_unknown_id_is_a_usage_error_that_names_those_there_are(wanted):
    if not wanted:
        assert choose_profiles(wanted, FIELDS) == (SHIPPED, None)
        return
    with pytest.raises(UsageError) as caught:
        choose_profiles(wanted, FIELDS)
    assert caught.value.key == "unknown_option_value"
    assert {"vnpt-igate-2", "none"} <= set(caught.value.values["known"].split(", "))


def test_a_file_that_is_not_there_is_a_usage_error():
    with pytest.raises(UsageError):
        choose_profiles("khong-co.toml", FIELDS)


def test_the_profile_survives_the_canonical_file(tmp_path):
    """What a sheet was recognised as, and what was hidden in it, are known a year later."""
    path = write_csv(tmp_path / "e.csv", [{k: DOSSIER.get(v, v) for k, v in FILES["local-sheet"].items()}])
    assert command("load", path, "-o", tmp_path / "e.parquet").returncode == 0
    (stored,), (fresh,) = load_sheets([str(tmp_path / "e.parquet")]).sheets, load_sheets([str(path)]).sheets
    assert stored.profile == fresh.profile == "local-sheet"
    assert (stored.hidden_rows, stored.far_cells) == (fresh.hidden_rows, fresh.far_cells)


def test_columns_shows_the_profile_in_both_languages(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = write_csv(tmp_path / "e.csv", [{k: DOSSIER.get(v, v) for k, v in FILES["local-sheet"].items()}])
    for language, title in (("vi", "Bảng theo dõi tự lập"), ("en", "Locally kept tracking sheet")):
        assert main(["columns", str(path), "--lang", language, "--format", "md"]) == 0
        assert f"{title} (local-sheet)" in capsys.readouterr().out
    main(["columns", str(path), "--format", "json"])
    (sheet,) = json.loads(capsys.readouterr().out)["sheets"]
    assert (sheet["profile"], sheet["hidden"]) == ("local-sheet", False)
    assert "hidden_rows" in sheet
    assert main(["columns", str(path), "--profile", "khong-co"]) == 2


# ------------------------------------------------------------------ strict loading
@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            'source = "x"\nevidence = "seen"\n[[profile.layout]]',
            'evidence = "seen"\n[[profile.layout]]',
            "missing key: source",
        ),
        (
            'source = "x"\nevidence = "seen"\n[[profile.layout]]',
            'source = " "\nevidence = "seen"\n[[profile.layout]]',
            "empty source",
        ),
        ('evidence = "assumed"', 'evidence = "sure"', "evidence is neither"),
        ("least = 2", "least = 3", "least is not"),
        ("least = 2", 'least = 2\nmust = ["Khác"]', "must names"),
        ("least = 2", "least = 2\ncolour = 1", "unknown key: colour"),
        ('"Khóa chính", "Mốc"', '"Khóa chính", "KHÓA CHÍNH:"', "repeated text"),
        ('field = "received_at"', 'field = "deadline"', "not a field"),
        ('kind = "status"', 'kind = "state"', "unknown kind"),
        ('resolved = ["4"]', 'closed = ["4"]', "unknown value"),
        ('resolved = ["4"]', 'resolved = ["4"], pending = [" 4 "]', "repeated text"),
        ('resolved = ["4"]', 'resolved = "4"', "is not a list"),
        ('{ vi = "Của tôi", en = "Mine" }', '"Của tôi"', "title is written as"),
        ('id = "cua-toi"', 'id = "none"', "not an id"),
        ("[[profile]]", "[[profiles]]", ""),
        ('headings = ["Khóa chính"]', "headings = 3", "not of its form"),
    ],
)
def test_a_faulty_profile_stops_the_run(old, new, problem, tmp_path):
    path = tmp_path / "p.toml"
    assert old in OWN
    path.write_text(OWN.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_profiles(str(path), FIELDS)
    assert caught.value.key == "bad_rules"
    assert problem in str(caught.value.values["problem"])


def test_two_profiles_of_one_id_stop_the_run(tmp_path):
    (tmp_path / "p.toml").write_text(OWN + OWN, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_profiles(str(tmp_path / "p.toml"), FIELDS)
    assert "repeated id: cua-toi" in str(caught.value.values["problem"])


def test_what_profiles_say_of_headings_was_seen():
    """No shipped profile knows a heading that the table of headings seen, or the source of OpenCPS, does not have."""
    from reformcli.text import match_key

    seen = {key for row in SEEN for key in (row["heading"], match_key(row["heading"]))}
    opencps = {layout for layout in of("opencps-2").layouts if "dossierNo" in layout.texts}
    told = {text for one in SHIPPED for layout in set(one.layouts) - opencps for text in layout.texts}
    assert told - seen == set()
    assert {text for one in SHIPPED for text in one.fields} - seen == {"releaseDate", "finishDate"}


def test_the_shipped_file_says_where_everything_comes_from():
    text = (Path(pipeline.__file__).parent / "rules" / "profiles.toml").read_text(encoding="utf-8")
    blocks = len(re.findall(r"^\[\[profile(\.means|\.codes)?\]\]", text, re.MULTILINE))
    assert text.count('\nevidence = "seen"') + text.count('\nevidence = "assumed"') == blocks
