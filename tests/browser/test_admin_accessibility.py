"""No page of the admin that is the archive's has barriers that axe-core knows of, and none is wider than a phone."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db.models import Model

from accounts.access_requests.models import AccessRequest, JoinableGroup
from accounts.addresses import mark_verified
from accounts.models import APIToken
from common.mail.models import QueuedMail
from datacubes.models import DataCube, EmailGrant, GroupGrant, Vocabulary
from keeper.webhooks.models import Delivery, Webhook
from svo.models import InstrumentInSVO, Submission, Synchronisation
from tests.browser.barriers import barriers_of
from tests.browser.conftest import log_in_to_admin
from tests.browser.test_admin import PASSWORD, select_all
from workorders import queue
from workorders.models import WorkOrder
from workorders.worker import carry_out

pytestmark = pytest.mark.browser

OF_OTHERS = {"account"}
"""Apps whose pages are as their package made them."""


@pytest.fixture
def filled(public_cube: DataCube, restricted_cube: DataCube) -> None:
    """Make a row of each model, with all that its page can show."""
    User.objects.create_superuser("staff", "staff@observatory.example", PASSWORD)
    group = Group.objects.create(name="Observers")
    anna = User.objects.create_user("anna", "anna@observatory.example")
    anna.groups.add(group)
    mark_verified(anna)
    APIToken.objects.create(user=anna, name="notebook", digest="0" * 64)
    JoinableGroup.objects.create(title="Data of observers", group=group, text="For observers.")
    AccessRequest.objects.create(person=anna, kind="cube", target=restricted_cube.oid, text="For my thesis.")
    EmailGrant.objects.create(cube=restricted_cube, email="anna@observatory.example")
    GroupGrant.objects.create(cube=restricted_cube, group=group)
    queue.post_order(restricted_cube.relative_path, {})
    carry_out(queue.claim("worker"))
    queue.post_order("broken.fits", {})
    queue.fail(queue.claim("worker"), "INSTRUME is “NEWCAM”, which is not registered. Add it.")
    Submission.objects.create(oid=restricted_cube.oid, dataset="CHROMIS", state="failed", error="The SVO refused it.")
    Synchronisation.objects.create(is_running=None, failed=1, failures=[{"what": "CRISP", "reason": "No answer."}])
    InstrumentInSVO.objects.create(instrument=public_cube.instrument, dataset="CRISP")
    QueuedMail.objects.create(sender="a@b.example", recipients=["c@d.example"], subject="Password", content="")
    webhook = Webhook.objects.create(name="mirror", url="https://mirror.example/", kinds=["cube.ingested"], secret="-")
    Delivery.objects.create(webhook=webhook, type="cube.ingested", body="{}", due_at=None, error="No answer.")
    Delivery.objects.create(webhook=webhook, type="cube.ingested", body="{}", attempts=1, error="No answer.")
    Vocabulary.objects.create(kind="feature", source="features.txt", words={"Pore": "2020-01-01"})


def pages_of(model: type[Model]) -> list[str]:
    """The pages of a model: its list, and the page of a row, or of a new one.

    The history and the deletion of a row look the same for all models: those of cubes are enough.
    """
    base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    row = model._base_manager.order_by("-pk").first()
    pages = ("change", "history", "delete") if model is DataCube else ("change",)
    return [base, *([f"{base}{row.pk}/{page}/" for page in pages] if row else [f"{base}add/"])]


def test_no_page_of_the_admin_has_barriers(open_context, filled):
    # On some of these pages axe-core adds a style, which the site's policy forbids.
    page = open_context(viewport={"width": 1440, "height": 900}, bypass_csp=True).new_page()
    page.goto("/admin/")
    barriers = barriers_of(page)
    log_in_to_admin(page, "staff")
    barriers += barriers_of(page)
    models = [model for model in admin.site._registry if model._meta.app_label not in OF_OTHERS]
    paths = [path for model in models for path in pages_of(model)]
    paths += [
        "/admin/auth/user/add/",
        "/admin/svo/synchronisation/start/",
        "/admin/datacubes/datacube/?q=nothing",
        "/admin/workorders/workorder/?o=-1&status__exact=failed",
    ]
    for path in paths:
        if page.goto(path).ok:  # Rows of the pipeline have no page to add or delete them.
            barriers += barriers_of(page, "load")
    page.goto("/admin/datacubes/datacube/")
    select_all(page, "Change access")
    page.get_by_role("button", name="Change access (2)").click()  # With the form's complaint.
    barriers += barriers_of(page)
    assert "\n".join(barriers) == ""
    assert WorkOrder.objects.count() == 2
