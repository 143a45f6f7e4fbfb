"""The API's description is complete: every list, parameter, field and operation has its text.

That requests are answered as it says is tested in `tests/system/test_generated_requests.py`.
"""

from django.core.management import call_command


def test_the_description_is_complete(tmp_path):
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema.yml"))


def test_every_field_and_operation_is_described(db, anybody):
    description = anybody.get("/api/v1/schema/", HTTP_ACCEPT="application/json").json()
    bare = [
        f"{name}.{field}"
        for name, schema in description["components"]["schemas"].items()
        for field, properties in schema.get("properties", {}).items()
        if not properties.get("description")
    ]
    assert bare == []
    operations = [operation for methods in description["paths"].values() for operation in methods.values()]
    assert all(operation["summary"] and operation["description"] for operation in operations)
    [example] = description["paths"]["/api/v1/ingest/"]["post"]["requestBody"]["content"]["application/json"][
        "examples"
    ]
    value = description["paths"]["/api/v1/ingest/"]["post"]["requestBody"]["content"]["application/json"]["examples"]
    assert list(value[example]["value"]) == ["relative_path"]


def test_the_description_names_every_list_and_parameter(db, anybody):
    description = anybody.get("/api/v1/schema/", HTTP_ACCEPT="application/json").json()
    paths = {path for path in description["paths"] if path.startswith("/api/v1/")}
    assert {
        "/api/v1/data-cubes/",
        "/api/v1/data-cubes/{oid}/",
        "/api/v1/data-cubes/{oid}/header/",
        "/api/v1/observations/",
        "/api/v1/instruments/",
        "/api/v1/spectral-lines/",
        "/api/v1/tags/",
    } <= paths
    parameters = {p["name"]: p for p in description["paths"]["/api/v1/data-cubes/"]["get"]["parameters"]}
    assert set(parameters) == {
        "instrument",
        "time_from",
        "time_to",
        "wavelength_from",
        "wavelength_to",
        *(f"{name}_{end}" for name in ("x", "y", "size_x", "size_y", "rotation", "mu") for end in ("from", "to")),
        *(f"{name}_{end}" for name in ("duration", "cadence", "scans", "exposure") for end in ("from", "to")),
        "r0_from",
        "box",
        "circle",
        "overlaps",
        "observer",
        "spectral_line",
        "polarimetry",
        "tag",
        "observation",
        "release",
        "search",
        "keyword",
        "selection",
        "format",
        "ordering",
        "cursor",
        "page_size",
    }
    assert all(parameter["description"] for parameter in parameters.values())
    assert parameters["page_size"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}
    assert set(description["components"]["securitySchemes"]) == {"tokenAuth", "cookieAuth"}
