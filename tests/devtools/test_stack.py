"""The stack of processes starts in the project's folder."""

from devtools.stack import PROJECT


def test_the_processes_start_where_manage_py_is():
    assert (PROJECT / "manage.py").is_file()
