"""Damaged, extreme and hostile variants of a cube file, the same for the same seed."""

from collections.abc import Callable
from random import Random

from tests.support.fits_bytes import BLOCK, CARD

EXTREME_VALUES = (
    *("", "T", "0", "-1", "1", "999", "-32", "64", "2147483648", "9223372036854775807", "9223372036854775808"),
    *("9" * 68, "-" + "9" * 60, "1E308", "-1E309", "1E-400", "NaN", "-Inf", "1.5", "(1,2)", "(1E999, NaN)", "1D-320"),
    *("''", "'", "'''", "' '", "'MISSING'", "'2019-04-19'", "'9999-12-31T23:59:60.9999999'", "'0001-01-01T00:00:00'"),
    *(
        "'(4,2,2)'",
        "'(99999999999,99999999999)'",
        "'(0)'",
        "'(-1,2)'",
        "'(1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1)'",
        "'()'",
    ),
    *(
        "'1PD(99999999)'",
        "'99999999999999D'",
        "'0A'",
        "'8X'",
        "'1QA'",
        "'1C'",
        "'3M'",
        "'L'",
        "'\xff\xfe'",
        "'\x01\x1b\x7f'",
    ),
    *("'HPLN-TAB'", "'HPLT-TAN'", "'STOKES'", "'WAVE-TAB'", "'m^(2/3'", "'arcsec'", "'10**308 deg'", "'log(arcsec)'"),
    *("'AXIS.1: 1'", "'AXIS.1: 1E999'", "'a,b,,c'", "'%s%n{0}'", "'\\x00'", "'<script>'", "'../../etc'", "'_scans=_'"),
)

STRUCTURE = (
    *("SIMPLE", "XTENSION", "BITPIX", "NAXIS", "NAXIS1", "NAXIS2", "NAXIS3", "NAXIS4", "NAXIS5", "PCOUNT", "GCOUNT"),
    *("TFIELDS", "TTYPE1", "TFORM1", "TDIM1", "TSCAL1", "TZERO1", "TNULL1", "THEAP", "EXTNAME", "DATASUM", "CHECKSUM"),
    *("BSCALE", "BZERO", "BLANK", "DATE-BEG", "DATE-END", "DATEREF", "INSTRUME", "FILTER1", "FILENAME", "SCANNUM"),
    *("POINT_ID", "RELEASE", "RELEASEC", "FEATURES", "EVENTS", "WAVEMIN", "WAVEMAX", "BUNIT", "TFORM2", "TDIM2"),
    *(f"{name}{axis}" for name in ("CTYPE", "CUNIT", "CRPIX", "CRVAL", "CDELT") for axis in (1, 2, 3, 4, 5)),
)


def mutated(content: bytes, random: Random) -> bytes:
    """Change a file in one to three ways."""
    for _ in range(random.choice((1, 1, 2, 3))):
        content = random.choice(MUTATIONS)(content, random)
    return content


def _flip_bits(content: bytes, random: Random) -> bytes:
    changed = bytearray(content)
    for _ in range(random.choice((1, 3, 30, 300))):
        if changed:
            changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    return bytes(changed)


def _overwrite(content: bytes, random: Random) -> bytes:
    start = random.randrange(len(content) + 1)
    length = random.choice((1, 8, CARD, BLOCK, 5 * BLOCK))
    filler = random.choice((b" ", b"\0", b"\xff", b"'", b"=", random.randbytes(97)))
    return content[:start] + (filler * length)[:length] + content[start + length :]


def _cut(content: bytes, random: Random) -> bytes:
    return content[: random.randrange(len(content) + 1)]


def _swap_blocks(content: bytes, random: Random) -> bytes:
    blocks = [content[start : start + BLOCK] for start in range(0, len(content), BLOCK)]
    if len(blocks) > 1:
        first, second = random.sample(range(len(blocks)), 2)
        blocks[first], blocks[second] = blocks[second], blocks[first]
    return b"".join(blocks)


def _drop_block(content: bytes, random: Random) -> bytes:
    start = random.randrange(0, len(content) + 1, BLOCK)
    return content[:start] + content[start + BLOCK :]


def _repeat_block(content: bytes, random: Random) -> bytes:
    start = random.randrange(0, len(content) + 1, BLOCK)
    return content[:start] + content[start : start + BLOCK] * random.choice((2, 3, 50)) + content[start + BLOCK :]


def _insert_bytes(content: bytes, random: Random) -> bytes:
    start = random.randrange(len(content) + 1)
    return content[:start] + random.randbytes(random.choice((1, 79, CARD, BLOCK))) + content[start:]


def _set_values(content: bytes, random: Random) -> bytes:
    changed = bytearray(content)
    for _ in range(random.choice((1, 1, 2, 5))):
        name = random.choice(STRUCTURE).ljust(8).encode()
        places = [at for at in range(0, len(changed) - CARD + 1, CARD) if changed.startswith(name, at)]
        if places:
            at = random.choice(places)
            card = name + b"= " + random.choice(EXTREME_VALUES).encode("latin-1")
            changed[at : at + CARD] = card[:CARD].ljust(CARD)
    return bytes(changed)


def _damage_cards(content: bytes, random: Random) -> bytes:
    """Write other cards over some of the first block's headers."""
    cards = (
        *(
            b"CONTINUE  'x&'",
            b"CONTINUE",
            b"CONTINUE  5",
            b"HIERARCH a b = 1",
            b"HIERARCH =",
            b"HIERARCH",
            b"END",
            b"END x",
        ),
        *(
            b"= 5",
            b"KEY= 5",
            b"key     = 1",
            b"COMMENT = 5",
            b"DATE-BEG",
            b"K\xe5Y     = 1",
            b"\t\t\t\t\t\t\t\t= 1",
            b"A" * 80,
        ),
    )
    changed = bytearray(content)
    for _ in range(random.choice((1, 5, 40))):
        at = random.randrange(0, min(len(changed), 12 * BLOCK) - CARD + 1, CARD) if len(changed) >= CARD else 0
        changed[at : at + CARD] = random.choice(cards).ljust(CARD)
    return bytes(changed)


def _grow_header(content: bytes, random: Random) -> bytes:
    """Put many cards before the first END."""
    card = random.choice(
        (
            b"COMMENT x",
            b"KEY     = 1",
            b"FEATURES= 'a,b,c&'",
            b"CONTINUE  'x&'",
            b"CONTINUE  '" + b" " * 66 + b"&'",
            b"CONTINUE  '" + b"''" * 33 + b"&'",
            b"DW3     = 'AXIS.1: 1'",
            b"HIERARCH a = 'x&'",
            b"\xff" * CARD,
            b"",
        )
    ).ljust(CARD)
    end = content.find(b"END".ljust(CARD))
    if end < 0:
        return content
    count = random.choice((1, 36, 360, 5000, 40_000))
    more = card * (count - count % 36 or 36)
    return content[:end] + more + content[end:]


def _many_axes(content: bytes, random: Random) -> bytes:
    length = random.choice((b"1", b"2", b"0", b"9" * 60))
    axes = b"".join((b"NAXIS%d" % axis).ljust(8) + b"= " + length.ljust(70) for axis in range(1, 1000))
    start = content.find(b"NAXIS   =")
    if start < 0:
        return content
    axes = axes.ljust(-(-len(axes) // BLOCK) * BLOCK)
    return content[:start] + b"NAXIS   = 999".ljust(CARD) + axes + content[start + CARD :]


Mutation = Callable[[bytes, Random], bytes]

MUTATIONS: tuple[Mutation, ...] = (
    _flip_bits,
    _overwrite,
    _cut,
    _swap_blocks,
    _drop_block,
    _repeat_block,
    _insert_bytes,
    _set_values,
    _set_values,
    _set_values,
    _damage_cards,
    _grow_header,
    _many_axes,
)
