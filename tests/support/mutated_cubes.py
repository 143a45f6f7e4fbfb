"""Damaged, extreme and hostile variants of a cube file, the same for the same seed."""

from collections.abc import Callable, Sequence
from random import Random

from devtools.fits_bytes import BLOCK, CARD

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
    *("'10**9999999 m'", "'10**99999999 deg'", "'10**99999999 nm'", "'10^³³³³³³³³³ nm'", "'9.km^999'", "'km,'"),
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


def damaged(content: bytes, random: Random) -> bytes:
    """Change a file of any kind in one to three ways."""
    for _ in range(random.choice((1, 1, 2, 3))):
        content = random.choice((_flip_bits, _overwrite, _cut, _insert_bytes))(content, random)
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
    values = [value.encode("latin-1") for value in EXTREME_VALUES]
    return _with_values(content, random, STRUCTURE, values, random.choice((1, 1, 2, 5)))


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
    """Put many cards before one of the ENDs."""
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
    ends = _places(content, b"END".ljust(CARD))
    if not ends:
        return content
    end = random.choice((ends[0], random.choice(ends)))
    count = random.choice((1, 36, 360, 5000, 30_000, 40_000, 100_000))
    more = card * (count - count % 36 or 36)
    return content[:end] + more + content[end:]


def _continue_texts(content: bytes, random: Random) -> bytes:
    """Put chains of CONTINUE, which continue one another or nothing, after some cards of the headers."""
    links = (
        *(b"CONTINUE  'x&'", b"CONTINUE  '&'", b"CONTINUE  ''", b"CONTINUE  'x'", b"CONTINUE  'it''s&'", b"CONTINUE"),
        *(b"CONTINUE  'CONTINUE  ''x&''&'", b"CONTINUE= 'x&'", b"CONTINUE  '" + b"x" * 67 + b"&'", b"CONTINUE  5 / &"),
        *(b"CONTINUE  '&' / &", b"CONTINUE  'x&' / c&", b"CONTINUE  \xe5", b"CONTINUE  '\xff&'", b"CONTINUE  & "),
    )
    for _ in range(random.choice((1, 1, 3))):
        name = random.choice(STRUCTURE).ljust(8).encode()
        places = _places(content, name)
        if not places:
            continue
        at = random.choice(places)
        value = random.choice((content[at + 8 : at + CARD], b"= 'x&'", b"= '&'", b"= 5", b"= 'x& '", b"= '''&'"))
        chain = b"".join(link.ljust(CARD) for link in random.choices(links, k=random.choice((1, 2, 35, 35, 1000))))
        chain = (name + value)[:CARD].ljust(CARD) + chain
        # In place of what stands there, or between it and the rest, in whole blocks.
        if random.random() < 0.5:
            content = content[:at] + chain + content[at + len(chain) :]
        else:
            content = content[:at] + chain + b" " * ((CARD - len(chain)) % BLOCK) + content[at + CARD :]
    return content


def _leave_ascii(content: bytes, random: Random) -> bytes:
    """Write bytes that no header may have into keywords, values and comments."""
    texts = (
        *(
            "\xc5ke",
            "\N{SNOWMAN}",
            "\N{RIGHT-TO-LEFT OVERRIDE}x",
            "\ufeff",
            "\U0001f31e",
            "\u2028",
            "e\u0301" * 20,
            "\x00",
        ),
        *("\x00\x00", "\r\n", "\x1b[2J", "\x7f", "\x85", "\ufffe", "\t"),
    )
    pieces = [text.encode() for text in texts] + [
        b"\xff\xfe",
        b"\xc3",
        b"\xed\xa0\x80",
        b"\xf5\x80",
        b"\xc0\xaf",
        b"\xe5",
    ]
    changed = bytearray(content)
    for _ in range(random.choice((1, 3, 20))):
        places = _places(changed, random.choice(STRUCTURE).ljust(8).encode())
        if places:
            at = random.choice(places) + random.choice((0, 4, 9, 11, 20, 40, 79))
            piece = random.choice(pieces)
            changed[at : at + len(piece)] = piece
    return bytes(changed)


def _change_axes(content: bytes, random: Random) -> bytes:
    """Give a header another number of axes, up to 999 and beyond."""
    places = _places(content, b"NAXIS   =")
    if not places:
        return content
    start = random.choice((places[0], random.choice(places)))
    count = random.choice((999, 999, 1000, 0, 1, 3, 6, 7, 33, 100, random.randrange(1000)))
    lengths = [b"1", b"2", b"0", b"-1", b"9" * 60, b"9223372036854775807", b"4294967297"]
    length, odd_one = random.choice((b"1", b"1", *lengths)), random.choice(lengths)
    axes = [(b"NAXIS%d" % axis).ljust(8) + b"= " + length for axis in range(1, count + 1)]
    if axes:
        axes[random.randrange(len(axes))] = (b"NAXIS%d" % random.randint(1, count)).ljust(8) + b"= " + odd_one
    cards = b"".join(card.ljust(CARD) for card in axes)
    cards = cards.ljust(-(-len(cards) // BLOCK) * BLOCK)
    return content[:start] + (b"NAXIS   = %d" % count).ljust(CARD) + cards + content[start + CARD :]


def _negate_sizes(content: bytes, random: Random) -> bytes:
    """Give one or two of what tells the sizes of data a negative value."""
    names = ("BITPIX", "NAXIS", *(f"NAXIS{axis}" for axis in range(1, 6)), "PCOUNT", "GCOUNT", "TFIELDS", "THEAP")
    values = (b"-1", b"-2", b"-8", b"-2880", b"-2147483648", b"-9223372036854775808", b"-9223372036854775809", b"-0")
    return _with_values(content, random, names, values, random.choice((1, 2)))


def _misfit_tables(content: bytes, random: Random) -> bytes:
    """Describe the columns of tables so that they do not fit their data."""
    columns = ("TDIM", "TFORM", "TTYPE", "TSCAL", "TZERO", "TNULL", "TUNIT", "TDISP")
    names = (
        "NAXIS1",
        "NAXIS2",
        "PCOUNT",
        "TFIELDS",
        "THEAP",
        *(f"{name}{n}" for name in columns for n in (1, 1, 2, 3)),
    )
    values = (
        *(b"'(9,9,9,9)'", b"'(0,2,2,2)'", b"'(-4,2,2)'", b"'(1)'", b"'()'", b"'(4,2,2,2'", b"'4,2,2,2'", b"'(x,2)'"),
        *(b"'(99999999999,99999999999)'", b"'(1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1)'"),
        *(b"'32D'", b"'31D'", b"'0D'", b"'1PD(9)'", b"'1QE(99999999999)'", b"'256A'", b"'1A'", b"'99999999D'", b"'X'"),
        *(b"'SCANNUM'", b"'HPLN+HPLT'", b"''", b"0", b"1", b"2", b"-1", b"999", b"2147483648", b"1E308", b"1.5"),
    )
    return _with_values(content, random, names, values, random.choice((1, 2, 4)))


def _with_values(content: bytes, random: Random, names: Sequence[str], values: Sequence[bytes], count: int) -> bytes:
    changed = bytearray(content)
    for _ in range(count):
        name = random.choice(names).ljust(8).encode()
        places = _places(changed, name)
        if places:
            at = random.choice(places)
            changed[at : at + CARD] = (name + b"= " + random.choice(values))[:CARD].ljust(CARD)
    return bytes(changed)


def _places(content: bytes | bytearray, start: bytes) -> list[int]:
    """Where cards begin so."""
    places, at = [], content.find(start)
    while at >= 0 and len(places) < 1000:
        if at % CARD == 0:
            places.append(at)
        at = content.find(start, at + 1)
    return places


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
    _continue_texts,
    _leave_ascii,
    _change_axes,
    _negate_sizes,
    _misfit_tables,
)
