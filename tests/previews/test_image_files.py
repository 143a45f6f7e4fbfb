"""Images beside a cube: what is drawn of them, and what is refused."""

import io
import os
import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from PIL import Image, ImageFile
from PIL.PngImagePlugin import PngInfo

from common.errors import PermanentError, TransientError
from previews.images import previews_of_image_file

SIDES = {"thumbnail": 50, "page": 200}


def previews(content, folder):
    source = folder / "source"
    source.write_bytes(content)
    descriptor = os.open(source, os.O_RDONLY)
    os.lseek(descriptor, 0, os.SEEK_END)  # Where it was read to before does not matter.
    try:
        return previews_of_image_file(descriptor, SIDES, folder / "media")
    finally:
        os.close(descriptor)


def page(content, folder):
    """Make previews and open the larger one."""
    with Image.open(folder / "media" / previews(content, folder)[1].file_name) as image:
        image.load()
    return image


def encoded(image, kind="PNG", **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def picture(mode="RGB", size=(400, 200)):
    """Draw a picture whose upper left quarter is bright."""
    image = Image.new(mode, size, 0)
    image.paste(Image.new(mode, (size[0] // 2, size[1] // 2), "white" if mode == "RGB" else 255))
    return image


def corners(image):
    """Tell which corners are bright: upper left, upper right, lower left, lower right."""
    grey = image.convert("L")
    right, low = image.width - 3, image.height - 3
    return [grey.getpixel(place) > 128 for place in ((2, 2), (right, 2), (2, low), (right, low))]


def refusal(content, folder):
    with pytest.raises(PermanentError) as caught:
        previews(content, folder)
    media = folder / "media"
    assert not media.exists() or list(media.iterdir()) == []
    return str(caught.value)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_each_format_is_read(tmp_path, kind):
    thumbnail, page = previews(encoded(picture(), kind), tmp_path)
    assert (thumbnail.width, thumbnail.height, page.width, page.height) == (50, 25, 200, 100)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_the_picture_is_the_right_way_up(tmp_path, kind):
    assert corners(page(encoded(picture(), kind), tmp_path)) == [True, False, False, False]


@pytest.mark.parametrize("compression", [None, "tiff_lzw", "tiff_adobe_deflate", "jpeg"])
def test_compressed_tiff_is_read(tmp_path, compression):
    assert corners(page(encoded(picture(), "TIFF", compression=compression), tmp_path))[0]


def test_an_image_is_never_enlarged(tmp_path):
    assert page(encoded(picture(size=(40, 30))), tmp_path).size == (40, 30)


def test_one_pixel_is_an_image(tmp_path):
    assert page(encoded(Image.new("L", (1, 1))), tmp_path).size == (1, 1)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
@pytest.mark.parametrize(("orientation", "bright"), [(3, 3), (6, 1), (8, 2)])
def test_the_orientation_of_exif_is_applied(tmp_path, kind, orientation, bright):
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = page(encoded(picture(), kind, exif=exif), tmp_path)
    assert corners(image) == [place == bright for place in range(4)]
    assert image.size == ((200, 100) if orientation == 3 else (100, 200))
    assert dict(image.getexif()) == {}


def test_only_pixels_are_copied(tmp_path):
    exif = Image.Exif()
    exif[0x010E] = "secret description"
    content = encoded(
        picture(), "JPEG", exif=exif, comment=b"secret", icc_profile=b"secret profile", xmp=b"<x>secret</x>"
    )
    assert content.count(b"secret") == 4
    for preview in previews(content, tmp_path):
        assert b"secret" not in (tmp_path / "media" / preview.file_name).read_bytes()


@pytest.mark.parametrize("mode", ["I;16", "I", "F"])
def test_more_than_eight_bits_are_stretched(tmp_path, mode):
    values = np.full((100, 200), 1000)
    values[:50, :100] = 1400
    dtype = {"I;16": "u2", "I": "i4", "F": "f4"}[mode]
    image = page(encoded(Image.fromarray(values.astype(dtype)), "TIFF"), tmp_path)
    assert corners(image) == [True, False, False, False]
    assert image.getextrema()[1] - image.getextrema()[0] > 240


def test_sixteen_bit_png_is_stretched(tmp_path):
    values = np.full((100, 200), 1000, "u2")
    values[:50, :100] = 1400
    assert corners(page(encoded(Image.fromarray(values)), tmp_path)) == [True, False, False, False]


def test_a_palette_becomes_its_colours(tmp_path):
    image = Image.new("P", (200, 100), 1)
    image.putpalette([0, 0, 0, 200, 30, 30])
    red, green, _ = page(encoded(image), tmp_path).getpixel((100, 50))
    assert red > 180
    assert green < 60


@pytest.mark.parametrize("mode", ["LA", "RGBA", "P"])
def test_transparent_pixels_are_laid_on_white(tmp_path, mode):
    image = Image.new("LA", (400, 200), (0, 0))
    image.paste((90, 255), (0, 0, 200, 100))
    options = {}
    if mode == "P":
        image = Image.new("P", (400, 200), 0)
        image.putpalette([0, 0, 0, 90, 90, 90])
        image.paste(1, (0, 0, 200, 100))
        options["transparency"] = 0
    image = page(encoded(image if mode in ("LA", "P") else image.convert(mode), **options), tmp_path)
    assert image.getpixel((150, 80)) == (255, 255, 255)
    assert image.convert("L").getpixel((40, 20)) == pytest.approx(90, abs=3)


@pytest.mark.parametrize(("mode", "kind"), [("1", "PNG"), ("CMYK", "JPEG"), ("CMYK", "TIFF"), ("LAB", "TIFF")])
def test_other_modes_are_drawn(tmp_path, mode, kind):
    if mode == "LAB":
        from PIL import ImageCms

        to_lab = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
        image = ImageCms.applyTransform(picture(), to_lab)
    else:
        image = picture().convert(mode)
    assert corners(page(encoded(image, kind), tmp_path)) == [True, False, False, False]


def test_a_large_jpeg_is_decoded_at_a_fraction_of_its_size(tmp_path, monkeypatch):
    decoded = []
    load = ImageFile.ImageFile.load

    def noting_the_size(image):
        decoded.append(image.size)
        return load(image)

    content = encoded(picture("L", (4000, 4000)), "JPEG")
    monkeypatch.setattr(ImageFile.ImageFile, "load", noting_the_size)
    assert corners(page(content, tmp_path)) == [True, False, False, False]
    assert decoded[0] == (500, 500)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_claiming(width, height):
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = zlib.compress(bytes(1_000_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def tiff_claiming(width, height, tile=None):
    data = zlib.compress(bytes(1_000_000))
    entries = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, 8), (262, 3, 1, 1), (277, 3, 1, 1)]
    if tile:
        entries += [(322, 4, 1, tile[0]), (323, 4, 1, tile[1]), (324, 4, 1, 8), (325, 4, 1, len(data))]
    else:
        entries += [(273, 4, 1, 8), (278, 4, 1, height), (279, 4, 1, len(data))]
    directory = struct.pack("<H", len(entries))
    directory += b"".join(struct.pack("<HHII", *entry) for entry in sorted(entries))
    return struct.pack("<2sHI", b"II", 42, 8 + len(data)) + data + directory + bytes(4)


def jpeg_claiming(width, height):
    content = encoded(Image.new("L", (8, 8)), "JPEG")
    frame = content.index(b"\xff\xc0")
    return content[: frame + 5] + struct.pack(">HH", height, width) + content[frame + 9 :]


@pytest.mark.parametrize(
    "content",
    [
        png_claiming(100_000, 100_000),
        png_claiming(9_100, 9_100),
        tiff_claiming(100_000, 100_000),
        jpeg_claiming(65_500, 65_500),
    ],
    ids=["PNG", "PNG a little too large", "TIFF", "JPEG"],
)
def test_an_image_that_claims_to_be_huge_is_refused_before_it_is_decoded(tmp_path, content):
    tracemalloc.start()
    try:
        reason = refusal(content, tmp_path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "too many pixels" in reason
    assert peak < 20_000_000


def claiming_length(content, kind):
    """A PNG of which one chunk claims to have two gigabytes."""
    at = content.index(kind) - 4
    return content[:at] + struct.pack(">I", 2**31 - 1) + content[at + 4 :]


@pytest.mark.parametrize("kind", [b"IHDR", b"IDAT", b"IEND", b"iTXt", b"tEXt", b"zTXt"])
def test_a_png_with_a_part_that_claims_to_be_huge_takes_no_memory(tmp_path, kind):
    text = PngInfo()
    text.add_itxt("a", "b")
    text.add_text("c", "d")
    text.add_text("e", "f", zip=True)
    content = claiming_length(encoded(picture(), pnginfo=text), kind)
    tracemalloc.start()
    try:
        try:
            previews(content, tmp_path)
        except PermanentError as refused:
            assert "PNG" in str(refused)  # noqa: PT017  Some parts can be done without.
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 20_000_000


def test_a_small_tiff_with_huge_tiles_is_refused(tmp_path):
    assert "too many pixels" in refusal(tiff_claiming(64, 64, tile=(40_000, 40_000)), tmp_path)


def test_a_jpeg_of_endless_scans_is_refused(tmp_path):
    content = encoded(picture(), "JPEG", progressive=True)
    last = content.rindex(b"\xff\xda")
    assert "scans" in refusal(content[:last] + content[last:-2] * 200 + content[-2:], tmp_path)


def test_colours_of_sixteen_bits_are_drawn_from_their_upper_eight(tmp_path):
    header = struct.pack(">IIBBBBB", 200, 100, 16, 2, 0, 0, 0)
    data = zlib.compress(100 * (b"\0" + np.full((200, 3), (60_000, 4000, 20_000), ">u2").tobytes()))
    content = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    assert page(content, tmp_path).getpixel((100, 50)) == pytest.approx((60_000 / 256, 4000 / 256, 20_000 / 256), abs=3)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
def test_an_image_cut_short_is_refused(tmp_path, kind, share):
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (200, 300, 3), dtype="u1"))
    content = encoded(noise, kind)
    assert "damaged" in refusal(content[: int(share * len(content))], tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"Not an image, but some text.\n",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\x89PNG\r\n\x1a\n",
        bytes(99),
    ],
    ids=["empty", "text", "SVG", "signature only", "zeros"],
)
def test_a_file_that_is_not_an_image_is_refused(tmp_path, content):
    assert "PNG, JPEG or TIFF" in refusal(content, tmp_path)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "BMP", "PPM", "EPS"])
def test_other_formats_are_refused(tmp_path, kind):
    assert "PNG, JPEG or TIFF" in refusal(encoded(picture(), kind), tmp_path)


def test_damaged_bytes_give_a_preview_or_a_permanent_error(tmp_path):
    rng = np.random.default_rng(0)
    outcomes = set()
    for kind in ("PNG", "JPEG", "TIFF"):
        for _ in range(60):
            content = np.frombuffer(encoded(picture(size=(40, 20)), kind), "u1").copy()
            content[rng.integers(0, min(len(content), 400), 4)] = rng.integers(0, 256, 4)
            try:
                previews(content.tobytes(), tmp_path)
                outcomes.add("preview")
            except PermanentError:
                outcomes.add("refused")
    assert outcomes == {"preview", "refused"}


def test_a_failing_storage_is_a_transient_error(tmp_path):
    descriptor = os.open(tmp_path, os.O_RDONLY)
    try:
        with pytest.raises(TransientError, match="cannot be read"):
            previews_of_image_file(descriptor, SIDES, tmp_path / "media")
    finally:
        os.close(descriptor)
