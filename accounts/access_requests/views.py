"""The pages of a person's requests: to ask, and to see what became of it."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access_requests.asking import AskingRefused, TooManyRequests, ask, why_not_to_ask
from accounts.access_requests.forms import AskForm
from accounts.access_requests.models import AccessRequest, JoinableGroup
from accounts.access_requests.people import verified_address
from accounts.access_requests.targets import Kind, Target, target_of
from accounts.pages.person import person_of

SHOWN_REQUESTS = 200
MAX_KEY = 255
RETRY_AFTER_SECONDS = 3600


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask_page(request: HttpRequest) -> HttpResponse:
    """Show the form to ask for what the query names, or take it."""
    person, target = person_of(request), _target(request.GET)
    address = verified_address(person)
    context = {"target": target, "contact": settings.ARCHIVE_CONTACT_EMAIL}
    if reason := why_not_to_ask(person, target):
        return render(request, "access_requests/nothing_to_ask.html", context | {"reason": reason, "address": address})
    form = AskForm(target, request.POST or None)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                ask(person, form.target, form.cleaned_data["text"])
            except AskingRefused as refused:
                form.add_error(None, str(refused))
                status = 429 if isinstance(refused, TooManyRequests) else 400
            else:
                return redirect("access-requests")
    context |= {"form": form, "address": address, "sends_mail": settings.SENDS_MAIL}
    answer = render(request, "access_requests/ask.html", context, status=status)
    if status == 429:
        answer["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer


@login_required
@require_safe
def requests_page(request: HttpRequest) -> HttpResponse:
    """Show the requests of the person with their answers, and the groups that they may ask to join."""
    person = person_of(request)
    found = list(person.access_requests.all()[: SHOWN_REQUESTS + 1])
    waiting = person.access_requests.filter(kind=Kind.GROUP, state=AccessRequest.State.WAITING)
    context = {
        "requests": [(one, target_of(one)) for one in found[:SHOWN_REQUESTS]],
        "more": len(found) > SHOWN_REQUESTS,
        "groups": JoinableGroup.objects.all(),
        "joined": set(JoinableGroup.objects.filter(group__user=person).values_list("pk", flat=True)),
        "asked": set(waiting.values_list("target", flat=True)),
        "contact": settings.ARCHIVE_CONTACT_EMAIL,
    }
    return render(request, "access_requests/requests.html", context)


def _target(query: QueryDict) -> Target:
    """Return the one thing that a query names."""
    named = [Target(kind, str(query[kind])) for kind in Kind.values if kind in query]
    if len(named) != 1:
        raise Http404("The address must name a cube, an observation or a group.")
    [target] = named
    if len(target.key) > MAX_KEY or "\0" in target.key or not target.is_known:
        raise Http404("The archive has nothing of this name.")
    return target
