from io import BytesIO
from xml.etree import ElementTree as ET

from PIL import Image

from dashboard.manifest import from_png, into_png, into_svg, manifest

from .measured import as_is, crash, illustration

SVG = "{http://www.w3.org/2000/svg}"


def _png() -> bytes:
    file = BytesIO()
    Image.new("RGB", (3, 2), "#a0522d").save(file, "png")
    return file.getvalue()


def test_a_manifest_says_what_makes_the_picture_again() -> None:
    """Asset, focus, window, parameters, origin and program; store and link where they are given."""
    said = manifest(as_is(), store="17", link="asset=ATOM&quote=as-is")
    assert (said["asset"], said["focus"], said["origin"]) == ("ATOM", "binance", "real")
    assert (said["from"], said["to"]) == ("2025-10-10T21:00:00Z", "2025-10-10T22:00:00Z")
    assert said["quote"] == "as-is"
    assert said["parameters"]["enter"] == 0.05
    assert said["program"].startswith("Plumbline ")
    assert (said["store"], said["link"]) == ("17", "asset=ATOM&quote=as-is")
    assert not {"store", "link"} & manifest(crash()).keys()
    assert manifest(illustration())["origin"] == "reconstruction"


def test_a_png_keeps_its_pixels_and_gives_the_manifest_back() -> None:
    """The chunk is one that other programs read, too, and a PNG without it has no manifest."""
    content, said = _png(), {"asset": "币安人生", "from": "2025-10-10T21:00:00Z"}
    marked = into_png(content, said)
    assert from_png(marked) == said
    assert from_png(content) is None
    with Image.open(BytesIO(marked)) as image:
        image.verify()
    with Image.open(BytesIO(marked)) as image:
        assert image.text["Plumbline"].startswith('{"asset":"\\u5e01')  # type: ignore[attr-defined]
        assert image.convert("RGB").tobytes() == Image.open(BytesIO(content)).tobytes()


def test_an_svg_stays_well_formed() -> None:
    """The manifest is the first element, whatever letters are in it."""
    drawn = b'<svg xmlns="http://www.w3.org/2000/svg" width="2"><rect/></svg>'
    root = ET.fromstring(into_svg(drawn, {"link": "a=1&b=<2>"}))  # noqa: S314 - our own lines
    assert [child.tag for child in root] == [f"{SVG}metadata", f"{SVG}rect"]
    assert root[0].text == '{"link":"a=1&b=<2>"}'
