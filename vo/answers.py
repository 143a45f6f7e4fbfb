"""The answers of TAP and DataLink: XML from templates, and errors as VOTable (DALI 1.1, section 4.4)."""

import functools
import logging
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.views.decorators.csrf import csrf_exempt

from common.errors import on_one_line
from common.transience import will_pass
from vo.adql import ADQLError
from vo.execution import NotReady, QueryFailed
from vo.parameters import Refused

logger = logging.getLogger(__name__)

VOTABLE_TYPE = "application/x-votable+xml"
RETRY_AFTER_SECONDS = 10
NEEDS_POSTGRESQL = "This archive runs on SQLite, on which it offers no TAP. It needs PostgreSQL."

Arguments = ParamSpec("Arguments")
View = Callable[Concatenate[HttpRequest, Arguments], HttpResponseBase]


class Busy(Exception):
    """The server carries out as many queries as it may at once."""


def tap_view(view: View[Arguments]) -> View[Arguments]:
    """Answer what goes wrong in a view as VOTable. Nobody's cookies count here, so requests need no CSRF token."""

    @csrf_exempt
    @functools.wraps(view)
    def answer(request: HttpRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponseBase:
        if connection.vendor != "postgresql":
            return error(NEEDS_POSTGRESQL, 501)
        try:
            return view(request, *args, **kwargs)
        except Refused as refused:
            return error(str(refused), refused.status)
        except (ADQLError, QueryFailed) as failed:
            return error(str(failed), 400)
        except Busy:
            return error("The server carries out as many queries as it can. Try again in some seconds.", 503)
        except NotReady as reason:
            logger.error("TAP: %s", reason)
            return error("TAP is not ready: the archive's database is not prepared for it.", 503)
        except Exception as failure:
            if not will_pass(failure):
                raise
            logger.warning("TAP: %s", on_one_line(failure))
            return error("The archive cannot answer at the moment. Try again in some seconds.", 503)

    return answer


def error(sentence: str, status: int) -> HttpResponse:
    """Return an error as a VOTable."""
    response = xml("error.xml", {"sentence": sentence}, VOTABLE_TYPE)
    response.status_code = status
    if status == 503:
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def xml(template: str, context: dict[str, Any], content_type: str = "application/xml") -> HttpResponse:
    """Return a document that a template makes."""
    return HttpResponse(render_to_string(f"vo/{template}", context), content_type=content_type)


def text(value: str) -> HttpResponse:
    """Return a plain text, as UWS has the parts of a job."""
    return HttpResponse(value, content_type="text/plain")
