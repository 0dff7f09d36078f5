"""Workbooks behind a password: opened with the extra `crypt`, or named for what they are."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

from reformcli.errors import InputError
from reformcli.read.payload import Payload
from reformcli.read.sniff import HEAD, Kind, sniff

_EXCELS_OWN = "VelvetSweatshop"  # Excel's password for workbooks that may be read, but not changed


def opened(payload: Payload) -> Payload:
    """Decrypt a protected workbook; the payload keeps the hash of the file as it lies on the disk.

    Raises:
        InputError: `encrypted`, no password was given; `wrong_password`; `no_decryption`, the extra is not installed;
            `damaged_workbook`.
    """
    try:
        import msoffcrypto
        from msoffcrypto.exceptions import InvalidKeyError
    except ImportError as error:
        key = "encrypted" if payload.password is None else "no_decryption"
        raise InputError(key, where=payload.where) from error
    try:
        file: Any = msoffcrypto.OfficeFile(io.BytesIO(payload.data))
    except Exception as error:  # the library's errors are of many kinds
        raise InputError("damaged_workbook", where=payload.where) from error
    for password in (_EXCELS_OWN, payload.password):
        if password is None:
            continue
        try:
            data = _decrypted(file, password)
        except InvalidKeyError:
            continue
        except Exception as error:
            raise InputError("damaged_workbook", where=payload.where) from error
        return _inner(payload, data)
    raise InputError("encrypted" if payload.password is None else "wrong_password", where=payload.where)


def _decrypted(file: Any, password: str) -> bytes:
    out = io.BytesIO()
    if file.format == "ooxml":
        file.load_key(password=password, verify_password=True)
    else:
        file.load_key(password=password)
    file.decrypt(out)
    return out.getvalue()


def _inner(payload: Payload, data: bytes) -> Payload:
    from reformcli.read.old_books import ole_kind

    kind = sniff(data[:HEAD])
    if kind is Kind.OLE and ole_kind(data) == "encrypted":
        raise InputError("damaged_workbook", where=payload.where)
    return replace(payload, kind=kind, data=data)
