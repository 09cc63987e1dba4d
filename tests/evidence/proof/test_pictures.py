"""Manifests in PNG and SVG files: read back, refused where the file was cut or changed."""

import json
import zlib
from io import BytesIO
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from data.errors import ManifestDamaged
from evidence.proof.canonical import encode_json
from evidence.proof.manifest import seal
from evidence.proof.png import embed_in_png
from evidence.proof.read_file import read_picture_manifest
from evidence.proof.svg import embed_in_svg

SVG = "{http://www.w3.org/2000/svg}"
MANIFEST = seal({"asset": "币安人生", "from": "2025-10-10T21:00:00Z", "link": "a=1&b=<2>"})
PLAIN_SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="2"><rect/></svg>'


def build_png() -> bytes:
    """A picture of six pixels."""
    file = BytesIO()
    Image.new("RGB", (3, 2), "#a0522d").save(file, "png")
    return file.getvalue()


def embed(manifest: dict[str, Any], content: bytes | None = None) -> bytes:
    """The picture with a manifest, whatever is in it."""
    return embed_in_png(content or build_png(), encode_json(manifest))


def test_manifest_of_a_png() -> None:
    """The manifest can be read back, by Pillow too, and pixels are unchanged."""
    content = build_png()
    embedded = embed(MANIFEST, content)
    assert read_picture_manifest(embedded) == MANIFEST
    with Image.open(BytesIO(embedded)) as image:
        image.verify()
    with Image.open(BytesIO(embedded)) as image:
        assert json.loads(image.text["Plumbline"]) == MANIFEST  # type: ignore[attr-defined]
        assert image.convert("RGB").tobytes() == Image.open(BytesIO(content)).tobytes()


def test_manifest_of_an_svg() -> None:
    """The manifest is the first element of a well-formed picture, and can be read back."""
    embedded = embed_in_svg(PLAIN_SVG, encode_json(MANIFEST))
    root = ET.fromstring(embedded)  # noqa: S314 - our own lines
    assert [child.tag for child in root] == [f"{SVG}metadata", f"{SVG}rect"]
    assert json.loads(root[0].text or "") == MANIFEST
    assert read_picture_manifest(embedded) == MANIFEST


@pytest.mark.parametrize("kept", [0, 8, 40, 80, -12, -1])
def test_a_cut_png_is_refused(kept: int) -> None:
    """A PNG without its end is refused, wherever it is cut."""
    with pytest.raises(ManifestDamaged, match="is cut"):
        read_picture_manifest(embed(MANIFEST)[:kept])


@pytest.mark.parametrize("kept", [0, 100, -1])
def test_a_cut_svg_is_refused(kept: int) -> None:
    """An SVG without its end is refused."""
    with pytest.raises(ManifestDamaged, match="is cut"):
        read_picture_manifest(embed_in_svg(PLAIN_SVG, encode_json(MANIFEST))[:kept])


def test_a_changed_byte_of_a_png_is_refused() -> None:
    """Whichever byte of the picture is another, the file is refused."""
    content = embed(MANIFEST)
    for position in range(len(content)):
        changed = bytearray(content)
        changed[position] ^= 0x20
        with pytest.raises(ManifestDamaged):
            read_picture_manifest(bytes(changed))


def test_a_changed_manifest_with_a_good_checksum_is_refused() -> None:
    """A manifest of which an entry was changed does not have the hash that it names, whatever the file's checksums."""
    with pytest.raises(ManifestDamaged, match="was changed: it does not have the SHA-256"):
        read_picture_manifest(embed({**MANIFEST, "asset": "ATOM"}))
    with pytest.raises(ManifestDamaged, match="was changed: it does not have the SHA-256"):
        read_picture_manifest(embed_in_svg(PLAIN_SVG, encode_json({**MANIFEST, "asset": "ATOM"})))
    with pytest.raises(ManifestDamaged, match="was changed: it does not have the SHA-256"):
        read_picture_manifest(embed({"asset": "ATOM"}))


def test_pictures_without_a_manifest_are_refused() -> None:
    """A picture without one, with two, and what is no picture."""
    with pytest.raises(ManifestDamaged, match="has no manifest"):
        read_picture_manifest(build_png())
    with pytest.raises(ManifestDamaged, match="has no manifest"):
        read_picture_manifest(PLAIN_SVG)
    with pytest.raises(ManifestDamaged, match="has 2 manifests"):
        read_picture_manifest(embed(MANIFEST, embed(MANIFEST)))
    with pytest.raises(ManifestDamaged, match="has 2 manifests"):
        read_picture_manifest(embed_in_svg(embed_in_svg(PLAIN_SVG, encode_json(MANIFEST)), encode_json(MANIFEST)))


@pytest.mark.parametrize("text", [b"", b"[]", b"[1]", b"null", b"{", b"\xff", b"[" * 100_000, b'{"a":NaN}'])
def test_texts_that_are_no_manifest_are_refused(text: bytes) -> None:
    """Any other text in the place of the manifest is refused, deep and endless ones too."""
    with pytest.raises(ManifestDamaged):
        read_picture_manifest(embed_in_png(build_png(), text))


def test_a_manifest_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chunk of a kilobyte cannot fill the memory."""
    monkeypatch.setattr("evidence.proof.png.MAX_TEXT_BYTES", 1_000)
    with pytest.raises(ManifestDamaged, match="too long"):
        read_picture_manifest(embed_in_png(build_png(), b'"' + b"a" * 100_000 + b'"'))


def test_a_cut_packed_text_is_refused() -> None:
    """A chunk whose own checksum is right but whose packed text ends early is refused."""
    content = build_png()
    body = b"zTXtPlumbline\0\0" + zlib.compress(encode_json(MANIFEST))[:-6]
    chunk = (len(body) - 4).to_bytes(4) + body + zlib.crc32(body).to_bytes(4)
    with pytest.raises(ManifestDamaged, match="is cut"):
        read_picture_manifest(content[:33] + chunk + content[33:])
