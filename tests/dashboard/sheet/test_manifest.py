"""The manifest of a picture, and its place in PNG and SVG files."""

from io import BytesIO
from xml.etree import ElementTree as ET

from PIL import Image

from dashboard.sheet.manifest import build_manifest, embed_in_png, embed_in_svg, read_png_manifest
from tests.dashboard.scenarios import measure_as_is, measure_crash, measure_illustration

SVG = "{http://www.w3.org/2000/svg}"


def _build_png() -> bytes:
    file = BytesIO()
    Image.new("RGB", (3, 2), "#a0522d").save(file, "png")
    return file.getvalue()


def test_content_of_a_manifest() -> None:
    """A manifest has asset, focus, window, parameters, origin and program; store and link only where given."""
    manifest = build_manifest(measure_as_is(), store="17", link="asset=ATOM&quote=as-is")
    assert (manifest["asset"], manifest["focus"], manifest["origin"]) == ("ATOM", "binance", "real")
    assert (manifest["from"], manifest["to"]) == ("2025-10-10T21:00:00Z", "2025-10-10T22:00:00Z")
    assert manifest["quote"] == "as-is"
    assert manifest["parameters"]["enter"] == 0.05
    assert manifest["program"].startswith("Plumbline ")
    assert (manifest["store"], manifest["link"]) == ("17", "asset=ATOM&quote=as-is")
    assert not {"store", "link"} & build_manifest(measure_crash()).keys()
    assert build_manifest(measure_illustration())["origin"] == "reconstruction"


def test_manifest_of_a_png() -> None:
    """The manifest can be read back, by Pillow too; pixels are unchanged, and a PNG without it gives None."""
    content, manifest = _build_png(), {"asset": "币安人生", "from": "2025-10-10T21:00:00Z"}
    embedded = embed_in_png(content, manifest)
    assert read_png_manifest(embedded) == manifest
    assert read_png_manifest(content) is None
    with Image.open(BytesIO(embedded)) as image:
        image.verify()
    with Image.open(BytesIO(embedded)) as image:
        assert image.text["Plumbline"].startswith('{"asset":"\\u5e01')  # type: ignore[attr-defined]
        assert image.convert("RGB").tobytes() == Image.open(BytesIO(content)).tobytes()


def test_an_svg_stays_well_formed() -> None:
    """The manifest is the first element; its special characters are escaped."""
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="2"><rect/></svg>'
    root = ET.fromstring(embed_in_svg(svg, {"link": "a=1&b=<2>"}))  # noqa: S314 - our own lines
    assert [child.tag for child in root] == [f"{SVG}metadata", f"{SVG}rect"]
    assert root[0].text == '{"link":"a=1&b=<2>"}'
