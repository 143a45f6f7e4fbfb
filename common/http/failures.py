"""The answer to a request that met an error which no view foresaw."""

import sys

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader
from django.views import defaults

from common.transience import will_pass

RETRY_AFTER_SECONDS = 10

_AWAY = "The archive cannot answer at the moment. Try again in a few seconds."
_FAULT = "The archive could not answer because of an internal error. The error was logged."
_MALFORMED = f"The request is malformed, or has more than {settings.DATA_UPLOAD_MAX_NUMBER_FIELDS} fields."


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 503 with Retry-After if the error will pass, such as a database that is away; else 500.

    Programs get JSON, browsers a page.
    """
    error = sys.exc_info()[1]
    passing = error is not None and will_pass(error)
    status = 503 if passing else 500
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} if passing else {}
    if _is_of_a_program(request):
        return JsonResponse({"detail": _AWAY if passing else _FAULT}, status=status, headers=headers)
    # Without the request, so that nothing asks the database.
    return HttpResponse(loader.get_template(f"{status}.html").render(), status=status, headers=headers)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400 to a request that Django refuses: JSON for programs, a page for browsers."""
    if _is_of_a_program(request):
        return JsonResponse({"non_field_errors": [_MALFORMED]}, status=400)
    return defaults.bad_request(request, exception)


def _is_of_a_program(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/") or not request.accepts("text/html")
