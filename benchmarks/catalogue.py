"""Measures lists and pages of the archive with 1,000, 100,000 and 1,000,000 cubes in PostgreSQL.

``python -m benchmarks.catalogue [COUNT…]`` creates a database on the server of DATABASE_URL (or a local one), fills it,
sends each request several times through Django's test client, prints the median and the fastest time of each, and drops
the database. On a busy machine, the fastest time is more reliable.

The cubes are spread over thirteen years, in an order independent of their time. A list is slow if a filter matches none
of the newest cubes. So the requests search for rare values, old values, values of the first years only, and values that
do not exist.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg2

from devtools.sample_cubes import write_cube

COUNTS = (1_000, 100_000, 1_000_000)
REPETITIONS = 7
_LOCAL_SERVER = "postgres://postgres@127.0.0.1:5432/postgres"

FILL = """
CREATE TEMPORARY TABLE new_cube AS
SELECT i, now() - interval '13 years' * (1 - age) AS date_beg, age,
       CASE WHEN age < 0.1 AND i %% 10 = 0 THEN 'OLDCAM' WHEN i %% 3 = 0 THEN 'CHROMIS' ELSE 'CRISP' END AS instrument,
       CASE WHEN age < 0.1 AND i %% 10 = 0 THEN '4305' WHEN i %% 3 = 0 THEN '3934'
            ELSE (ARRAY['6173', '6302', '8542', '6563'])[1 + i %% 4] END AS line
FROM (SELECT i, (i * 0.6180339887498949) %% 1 AS age FROM generate_series(%(first)s::bigint, %(last)s) AS i) AS numbers;

INSERT INTO datacubes_observation (id, point_id, kind, date_beg, date_end, is_listed)
SELECT i, to_char(date_beg, 'YYYY-MM-DD"T"HH24:MI:SS.US') || '_' || i, '', date_beg, date_beg + interval '30 minutes',
       true
FROM new_cube WHERE i %% 3 = 0 OR i = %(first)s;

INSERT INTO datacubes_datacube (id, oid, relative_path, filename, size, instrument_id, observation_id, sources,
                                created_at, updated_at, header_digest, product, exported, withdrawal_reason,
                                replaced_by)
SELECT i, to_char(date_beg, 'YYYY-MM-DD"T"HH24:MI:SS.US') || '_' || line || '_' || i,
       'cubes/' || i || '.fits',
       'nb_' || line || to_char(date_beg, '_YYYY-MM-DD"T"HH24:MI:SS') || '_' || i || '_im.fits',
       1000000000 + (i * 7919 %% 30000) * 1000000, (SELECT id FROM datacubes_instrument WHERE name = instrument),
       CASE WHEN i - i %% 3 > %(first)s THEN i - i %% 3 ELSE %(first)s END, '{}', now(), now(), '', '', '', '', ''
FROM new_cube;

INSERT INTO datacubes_accessrules (cube_id, release_date, release_comment, header_release_comment, release_set_by_staff,
                                   was_public)
SELECT i, CASE WHEN i %% 1000 > 0 THEN (date_beg + interval '1 year')::date END, 'The group that observed.', '', true,
       i %% 1000 > 0 AND date_beg + interval '1 year' < now()
FROM new_cube;

INSERT INTO datacubes_metadata (cube_id, date_beg, date_end, wavelength_min, wavelength_max, spectral_line,
                                has_polarimetry, n_scans, n_wavelengths, size_x, size_y, pointing_x, pointing_y,
                                rotation, mu, duration, cadence, exposure, observer, r0_median,
                                instrument_id, public_from, keywords)
SELECT i, date_beg, date_beg + interval '25 minutes' * (1 + i %% 3),
       line::float / 10 - 0.2, line::float / 10 + 0.2, line, i %% 2 = 0,
       CASE WHEN age < 0.1 AND i %% 20 = 0 THEN 500 ELSE 1 + i %% 40 END, 14, 60, 60,
       CASE WHEN age < 0.1 AND i %% 100 = 0 THEN -900 ELSE i %% 900 END, i %% 300, i %% 360 - 180,
       sqrt(1 - ((i %% 900) ^ 2 + (i %% 300) ^ 2) / 960.0 ^ 2), 1500 * (1 + i %% 3),
       CASE WHEN i %% 50 > 0 THEN 15 + i %% 30 END, CASE WHEN age < 0.1 AND i %% 50 = 0 THEN 4 ELSE 0.2 END,
       CASE WHEN age < 0.1 AND i %% 1000 = 0 THEN 'Q. Rare' ELSE 'A. Observer ' || i %% 200 END,
       CASE WHEN age < 0.1 AND i %% 200 = 0 THEN 0.4 ELSE 0.05 + (i %% 100) / 1000.0 END,
       (SELECT id FROM datacubes_instrument WHERE name = instrument),
       CASE WHEN i %% 1000 > 0 THEN (date_beg + interval '1 year')::date ELSE '9999-12-31' END,
       (SELECT jsonb_object_agg('KEY' || n, md5((n * (i %% (n * 5)))::text)) FROM generate_series(1, %(keywords)s) AS n)
       || jsonb_build_object('TELESCOP', 'Swedish 1-meter Solar Telescope', 'INSTRUME', instrument, 'FILTER1', line,
                             'OBSERVER', 'Observer ' || i %% 200, 'SCANNUM', i %% 40, 'XPOSURE', 0.2,
                             'RUN', 'run ' || i / 20,
                             'SOFTVERS', CASE WHEN age < 0.3 THEN '1.0' ELSE '2.0' END, 'UNIQUE', i)
FROM new_cube;

INSERT INTO datacubes_imagepreview (cube_id, size_name, file, width, height, size)
SELECT i, name, 'previews/' || to_char(date_beg, 'YYYY-MM-DD') || '/' || md5(i || name) || '.jpg', width, height, bytes
FROM new_cube, (VALUES ('thumbnail', 240, 237, 9000), ('page', 800, 789, 80000), ('high_density', 1173, 1157, 170000))
               AS sizes (name, width, height, bytes);

INSERT INTO datacubes_plotdata (cube_id, seeing, line_profile, sparkline)
SELECT i, CASE WHEN i = %(first)s THEN %(seeing)s::jsonb END, %(line_profile)s::jsonb, %(sparkline)s FROM new_cube;

INSERT INTO datacubes_datacube_tags (datacube_id, tag_id)
SELECT i, tag.id FROM new_cube, datacubes_tag AS tag
WHERE (name = 'Sunspot' AND i %% 2 = 0) OR (name = 'Pore' AND i %% 5 = 0) OR (name = 'Filament' AND i %% 10000 = 0)
   OR (name = 'Flare' AND age < 0.1 AND i %% 20 = 0);

INSERT INTO datacubes_fitsheader (cube_id, text)
SELECT i, repeat(rpad('COMMENT a card', 80), 324) FROM new_cube WHERE i = %(first)s;

DROP TABLE new_cube;
"""
"""Inserts the cubes from `first` to `last`. Multiples of the golden ratio spread evenly, for any number of cubes.

Only the first cube has the header and the seeing, which are large and which no list shows.
"""


def main(arguments: list[str]) -> int:
    """Print the figures."""
    counts = [int(argument) for argument in arguments] or list(COUNTS)
    with own_database():
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        add_instruments_and_tags()
        figures: dict[str, list[tuple[float, float]]] = {}
        filled = 0
        for count in counts:
            started = time.perf_counter()
            fill(filled + 1, count)
            print(f"{count:,} cubes in the database after {time.perf_counter() - started:.0f} s", flush=True)
            filled = count
            for question, path in questions().items():
                figures.setdefault(question, []).append(measure(question, path))
        print_table(counts, figures)
    return 0


@contextmanager
def own_database() -> Iterator[None]:
    """Create a database, set DATABASE_URL to it, and drop it at the end."""
    server = urlsplit(os.environ.get("DATABASE_URL") or _LOCAL_SERVER)
    name = f"catalogue_benchmark_{os.getpid()}"
    connection = psycopg2.connect(urlunsplit(server))
    connection.autocommit = True
    connection.cursor().execute(f"CREATE DATABASE {name}")
    os.environ |= {
        "DATABASE_URL": urlunsplit(server._replace(path=f"/{name}")),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": os.environ.get("SECRET_KEY") or "only-for-benchmarks",
    }
    try:
        yield
    finally:
        connection.cursor().execute(f"DROP DATABASE {name} WITH (FORCE)")
        connection.close()


def add_instruments_and_tags() -> None:
    """Add the instruments and tags of the cubes."""
    from datacubes.models import Instrument, Tag

    Instrument.objects.get_or_create(name="OLDCAM")
    Tag.objects.bulk_create([Tag(kind="feature", name=name) for name in ("Sunspot", "Pore", "Filament")])
    Tag.objects.create(kind="event", name="Flare")


def fill(first: int, last: int, keywords: int = 55) -> None:
    """Insert cubes with some keywords each, and update the database's statistics."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(FILL, {"first": first, "last": last, "keywords": keywords, **plots()})
        cursor.execute("VACUUM ANALYZE")


def plots() -> dict[str, str]:
    """Return the stored plots of a cube of half an hour."""
    from cubefile.cube import open_cube
    from cubefile.telescopes import SST
    from previews.plots import line_profile, seeing
    from previews.sparkline import sparkline

    with TemporaryDirectory() as folder:
        write_cube(Path(folder) / "cube.fits", shape=(90, 4, 14, 2, 2))
        with open_cube(Path(folder), "cube.fits") as cube:
            cube.layout = SST.layout
            profile = line_profile(cube)
            return {
                "seeing": json.dumps(seeing(cube)),
                "line_profile": json.dumps(profile),
                "sparkline": sparkline(profile),
            }


def questions() -> dict[str, str]:
    """Return the paths of the requests, by their names."""
    from datacubes.models import DataCube

    now = datetime.now(UTC)
    middle = now - timedelta(days=6 * 365)
    cube = DataCube.objects.order_by("pk")[0]
    deep = deep_cursor(middle)

    def days(begin: datetime, length: int) -> str:
        return f"time_from={begin:%Y-%m-%d}&time_to={begin + timedelta(days=length):%Y-%m-%d}"

    api = "/api/v1/"
    cubes = f"{api}data-cubes/?"
    return {
        "all": cubes,
        "all, page of 200": f"{cubes}page_size=200",
        "all, page in the middle": f"{cubes}cursor={deep}",
        "all, oldest first": f"{cubes}ordering=date_beg",
        "by wavelength": f"{cubes}ordering=wavelength",
        "by wavelength, falling": f"{cubes}ordering=-wavelength",
        "by size": f"{cubes}ordering=-size",
        "instrument: common": f"{cubes}instrument=CRISP",
        "instrument: only the first years": f"{cubes}instrument=OLDCAM",
        "instruments: two": f"{cubes}instrument=OLDCAM&instrument=CHROMIS",
        "time: one day, six years ago": cubes + days(middle, 1),
        "time: two years, six years ago": cubes + days(middle, 730),
        "time: one day, oldest first": f"{cubes}ordering=date_beg&" + days(middle, 1),
        "time: one hour, six years ago": f"{cubes}time_from={middle:%Y-%m-%dT12:00}&time_to={middle:%Y-%m-%dT13:00}",
        "time: a century ago": f"{cubes}time_to=1926-01-01",
        "time: in the future": f"{cubes}time_from=2126-01-01",
        "wavelength: common": f"{cubes}wavelength_from=617&wavelength_to=618",
        "wavelength: only the first years": f"{cubes}wavelength_from=430&wavelength_to=431",
        "wavelength: none": f"{cubes}wavelength_from=1000&wavelength_to=1100",
        "line: common": f"{cubes}spectral_line=6173",
        "line: only the first years": f"{cubes}spectral_line=4305",
        "polarimetry": f"{cubes}polarimetry=true",
        "tag: common": f"{cubes}tag=Sunspot",
        "tag: rare": f"{cubes}tag=Filament",
        "tag: only the first years": f"{cubes}tag=Flare",
        "tags: two": f"{cubes}tag=Sunspot&tag=Pore",
        "observation": f"{cubes}observation={quote(cube.observation.point_id)}",
        "release: public": f"{cubes}release=public",
        "release: restricted": f"{cubes}release=restricted",
        "release: restricted, oldest first": f"{cubes}release=restricted&ordering=date_beg",
        "release: restricted, by size": f"{cubes}release=restricted&ordering=size",
        "keyword: all have it": f"{cubes}keyword=TELESCOP:Swedish%201-meter%20Solar%20Telescope",
        "keyword: one in 40": f"{cubes}keyword=SCANNUM:7",
        "keyword: one in 200": f"{cubes}keyword=OBSERVER:Observer%207",
        "keyword: twenty": f"{cubes}keyword=RUN:run%203",
        "keyword: one": f"{cubes}keyword=UNIQUE:77",
        "keyword: none": f"{cubes}keyword=UNIQUE:x",
        "keyword: only the first years": f"{cubes}keyword=SOFTVERS:1.0",
        "keywords: two": f"{cubes}keyword=OBSERVER:Observer%207&keyword=SOFTVERS:1.0",
        "keyword and line, only the first years": f"{cubes}keyword=SOFTVERS:1.0&spectral_line=4305",
        "keyword and wavelength, only the first years": f"{cubes}keyword=SOFTVERS:1.0&wavelength_to=431"
        "&wavelength_from=430",
        "by size: keyword": f"{cubes}keyword=SOFTVERS:1.0&ordering=size",
        "name: one": f"{cubes}search={quote(cube.filename)}",
        "name: a day": f"{cubes}search={middle:%Y-%m-%d}",
        "name: none": f"{cubes}search=no%20such%20name",
        "name: a part": f"{cubes}search=_{cube.pk}_im",
        "name: all": f"{cubes}search=nb_6",
        "name: three letters, none": f"{cubes}search=xqz",
        "name: three letters between signs, none": f"{cubes}search=:x:q:z:",
        "line: an element": f"{cubes}spectral_line=Ca%20II",
        "lines: three by name": f"{cubes}spectral_line=H-alpha&spectral_line=Fe%20I%206173&spectral_line=854.2",
        "time: a year": f"{cubes}time_from={middle:%Y}&time_to={middle:%Y}",
        "time: a month": f"{cubes}time_from={middle:%Y-%m}&time_to={middle:%Y-%m}",
        "tag: in small letters": f"{cubes}tag=filament",
        "box: common": f"{cubes}box=0,0,300,300",
        "box: small": f"{cubes}box=100,100,101,101",
        "box: only the first years": f"{cubes}box=-960,-100,-800,400",
        "box: none": f"{cubes}box=-2000,-2000,-1900,-1900",
        "box: small, by size": f"{cubes}box=100,100,101,101&ordering=size",
        "circle: common": f"{cubes}circle=300,100,200",
        "circle: small": f"{cubes}circle=100,100,1",
        "circle: only the first years": f"{cubes}circle=-900,150,100",
        "mu: common": f"{cubes}mu_from=0.9",
        "mu: none": f"{cubes}mu_to=0.01",
        "field of view: common": f"{cubes}size_x_from=50&size_y_from=50",
        "field of view: none": f"{cubes}size_x_from=100",
        "r0: common": f"{cubes}r0_from=0.1",
        "r0: only the first years": f"{cubes}r0_from=0.3",
        "r0: none": f"{cubes}r0_from=0.5",
        "duration: common": f"{cubes}duration_from=2000",
        "duration: none": f"{cubes}duration_from=100000",
        "cadence: common": f"{cubes}cadence_to=20",
        "cadence: none": f"{cubes}cadence_from=100",
        "scans: common": f"{cubes}scans_from=20",
        "scans: only the first years": f"{cubes}scans_from=100",
        "exposure: common": f"{cubes}exposure_to=0.3",
        "exposure: only the first years": f"{cubes}exposure_from=1",
        "observer: common": f"{cubes}observer=observer",
        "observer: one in 200": f"{cubes}observer=server%20199",
        "observer: only the first years": f"{cubes}observer=rare",
        "observer: none": f"{cubes}observer=nobody",
        "overlaps": f"{cubes}overlaps={quote(cube.oid)}",
        "keyword comparison: common": f"{cubes}keyword=XPOSURE<0.3",
        "keyword comparison: one in 40": f"{cubes}keyword=SCANNUM>38",
        "keyword comparison: one": f"{cubes}keyword=UNIQUE<2",
        "keyword comparison: none": f"{cubes}keyword=XPOSURE>3",
        "keyword comparison: none, one day": f"{cubes}keyword=XPOSURE>3&" + days(middle, 1),
        "keyword comparison: none, two years": f"{cubes}keyword=XPOSURE>3&" + days(middle, 730),
        "keyword range: one in 40": f"{cubes}keyword=SCANNUM:38.5..39.5",
        "keyword, part of text: common": f"{cubes}keyword=OBSERVER~server",
        "keyword, part of text: none": f"{cubes}keyword=OBSERVER~nobody",
        "seeing, place and line": f"{cubes}r0_from=0.12&box=0,0,200,200&spectral_line=H-alpha&scans_from=30",
        "several": f"{cubes}instrument=CRISP&spectral_line=6173&polarimetry=true&tag=Pore&release=public&"
        + days(middle, 730),
        "several, none": f"{cubes}instrument=CHROMIS&spectral_line=6173&tag=Filament&release=restricted",
        "by size: tag": f"{cubes}ordering=-size&tag=Sunspot",
        "by size: one day": f"{cubes}ordering=size&" + days(middle, 1),
        "by size: two years": f"{cubes}ordering=size&" + days(middle, 730),
        "by size: line only the first years": f"{cubes}ordering=size&spectral_line=4305",
        "by wavelength: tag": f"{cubes}ordering=wavelength&tag=Flare",
        "by wavelength: one day": f"{cubes}ordering=-wavelength&" + days(middle, 1),
        "by wavelength: line 6173": f"{cubes}ordering=wavelength&spectral_line=6173",
        "page of the catalogue": "/",
        "page of the catalogue, in the middle": f"/?cursor={deep}",
        "page of the catalogue: tag, by size": "/?tag=Sunspot&ordering=-size",
        "page of the catalogue: several": "/?instrument=CRISP&polarimetry=true&tag=Pore&" + days(middle, 730),
        "page of a cube": f"/cubes/{quote(cube.oid)}/",
        "one cube": f"{api}data-cubes/{quote(cube.oid)}/",
        "header of a cube": f"{api}data-cubes/{quote(cube.oid)}/header/",
        "observations": f"{api}observations/",
        "spectral lines": f"{api}spectral-lines/",
        "tags": f"{api}tags/",
    }


def deep_cursor(moment: datetime) -> str:
    """Return the cursor of a page in the middle of the list."""
    from catalogue.orderings import CUBE_ORDERINGS
    from common.keyset import keyset_page
    from datacubes.models import DataCube

    older = DataCube.objects.filter(metadata__date_beg__lt=moment)
    return keyset_page(older, CUBE_ORDERINGS, "-date_beg", None, 1).next_cursor or ""


def measure(question: str, path: str) -> tuple[float, float]:
    """Return the median and the fastest time of several requests, in seconds."""
    from django.test import Client

    client = Client(SERVER_NAME="localhost")
    response = client.get(path)
    if response.status_code != 200:
        raise SystemExit(f"{question}: {response.status_code} {response.content[:500]!r}")
    seconds: list[float] = []
    while len(seconds) < REPETITIONS and sum(seconds) < 10:
        started = time.perf_counter()
        client.get(path)
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds), min(seconds)


def print_table(counts: list[int], figures: dict[str, list[tuple[float, float]]]) -> None:
    """Print the median and the fastest time of each request, one request a line."""
    width = max(map(len, figures))
    print(f"\n{'median (fastest) in ms':{width}}" + "".join(f"{count:>18,}" for count in counts))
    for question, measured in figures.items():
        columns = (f"{1000 * median:.1f} ({1000 * fastest:.1f})" for median, fastest in measured)
        print(f"{question:{width}}" + "".join(f"{column:>18}" for column in columns))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
