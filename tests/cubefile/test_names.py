"""Files are taken or refused by their names, whatever the case."""

import pytest

from common.errors import PermanentError
from cubefile.names import check_name, looks_like_cube, stem


@pytest.mark.parametrize("name", ["a.fits", "a.FITS", "a.fts", "a.fit", "a.fits.fz", "2019/a.b.Fits.FZ"])
def test_names_of_fits_files_are_accepted_and_their_stem_is_the_name_without_the_suffix(name):
    check_name(name)
    assert looks_like_cube(name)
    assert stem(name) in ("a", "2019/a.b")


@pytest.mark.parametrize("name", ["a.fits.gz", "a.FTS.GZ", "a.fits.bz2", "a.fits.Z"])
def test_a_file_that_is_compressed_as_a_whole_is_refused_and_the_error_says_what_to_do(name):
    assert looks_like_cube(name)
    with pytest.raises(PermanentError, match=f"“{name}” is compressed as a whole.* with fpack"):
        check_name(f"2019/{name}")


@pytest.mark.parametrize("name", ["a.png", "a.fits.png", "fits", "a.fz", "a.gz", "a.fits/b", ""])
def test_other_names_are_refused(name):
    assert not looks_like_cube(name)
    with pytest.raises(PermanentError, match=r"does not end in “.fits”, “.fits.fz”, “.fts” or “.fit”"):
        check_name(name)
