"""Redis that asks for a password and speaks TLS with a certificate of a private authority."""

from collections.abc import Callable
from pathlib import Path

import pytest
import trustme

from devtools.sample_cubes import many_cubes
from devtools.services import RedisServer
from tests.support.needed import needed
from tests.system.archive import Archive
from tests.system.test_redis_away import post_quickly
from tests.system.whole import check_whole

pytestmark = pytest.mark.system

PASSWORD = "only-for-redis"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the certificate of a server, and those of its authority and of another one."""
    folder = tmp_path_factory.mktemp("certificates")
    authority = trustme.CA()
    server = authority.issue_cert("127.0.0.1")
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    server.private_key_pem.write_to_path(str(folder / "server.key"))
    server.cert_chain_pems[0].write_to_path(str(folder / "server.pem"))
    trustme.CA().cert_pem.write_to_path(str(folder / "another-ca.pem"))
    return folder


@pytest.mark.parametrize(("password", "tls"), [(PASSWORD, False), (PASSWORD, True)])
def test_posts_wake_workers_through_a_secured_redis(make_archive, certificates, password, tls):
    with needed(), RedisServer(password, certificates if tls else None) as broker:
        archive = make_archive(CELERY_BROKER_URL=broker.url)
        archive.stack.start_web(workers=1)
        archive.stack.start_worker("worker-0")  # And no beat.
        for path in many_cubes(archive.data, 3):
            assert archive.poll(archive.post(path))["status"] == "completed"
        assert says_of_the_broker(archive) == "ok"
        check_whole(archive)
        assert PASSWORD not in archive.stack.log("worker-0") + archive.stack.log("web")


def wrong_password(url: str) -> str:
    return url.replace(PASSWORD, "no-longer-that")


def another_authority(url: str) -> str:
    return url.replace("ca.pem", "another-ca.pem")


def without_tls(url: str) -> str:
    return url.replace("rediss:", "redis:").partition("?")[0]


@pytest.mark.parametrize("wrong", [wrong_password, another_authority, without_tls])
def test_a_redis_that_lets_nobody_in_holds_up_no_post(
    make_archive: Callable[..., Archive], certificates: Path, wrong: Callable[[str], str]
):
    with needed(), RedisServer(PASSWORD, certificates) as broker:
        archive = make_archive(CELERY_BROKER_URL=wrong(broker.url))
        archive.stack.start_web(workers=1)
        post_quickly(archive, many_cubes(archive.data, 3))
        assert says_of_the_broker(archive) != "ok"
        assert archive.pending() == 3
        log = archive.stack.log("web")
        assert "no wake-up was sent" in log
        assert PASSWORD not in log
        assert "no-longer-that" not in log


def says_of_the_broker(archive: Archive) -> str:
    return archive.session.get(f"{archive.stack.base_url}/readyz", timeout=5).json()["broker"]
