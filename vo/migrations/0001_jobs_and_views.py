"""The jobs of TAP, and on PostgreSQL its schemas, views and indexes, as `vo.tables.views` described them."""

import django.utils.timezone
import vo.models
from django.db import migrations, models






CREATE = r"""
CREATE SCHEMA ivoa;

CREATE SCHEMA archive;

CREATE SCHEMA tap_schema;

CREATE FUNCTION archive.url_part(value text) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE WHEN value ~ '^[A-Za-z0-9_.~:,=@-]*$' THEN value ELSE (
        SELECT string_agg(
            CASE
                WHEN character ~ '^[A-Za-z0-9_.~:,=@-]$' THEN character
                ELSE regexp_replace(upper(encode(convert_to(character, 'UTF8'), 'hex')), '(..)', '%\1', 'g')
            END,
            '' ORDER BY position
        )
        FROM regexp_split_to_table(value, '') WITH ORDINALITY AS one (character, position)
    ) END
$$;

CREATE DOMAIN archive.bounded_text AS text CONSTRAINT bounded_text CHECK (length(value) <= 10000);

CREATE TYPE archive.float_range AS RANGE (subtype = float8, subtype_diff = float8mi);

CREATE VIEW ivoa.obscore AS SELECT
    'cube'::text AS "dataproduct_type",
    2 AS "calib_level",
    instrument.name::text AS "obs_collection",
    observation.point_id::text AS "obs_id",
    'ivo://' || current_setting('archive.ivoa_authority') || '/cubes?' || archive.url_part(cube.oid) AS "obs_publisher_did",
    CASE WHEN cube.missing_since IS NULL THEN current_setting('archive.base_url') || '/data/' || archive.url_part(cube.oid) || '/' || archive.url_part(cube.filename) END AS "access_url",
    'application/fits'::text AS "access_format",
    (cube.size + 999) / 1000 AS "access_estsize",
    'Sun'::text AS "target_name",
    NULL::float8 AS "s_ra",
    NULL::float8 AS "s_dec",
    CASE WHEN metadata.size_x BETWEEN 0.001 AND 1e6 AND metadata.size_y BETWEEN 0.001 AND 1e6 THEN sqrt(metadata.size_x ^ 2 + metadata.size_y ^ 2) / 3600 END AS "s_fov",
    NULL::text AS "s_region",
    CASE WHEN jsonb_typeof(metadata.keywords -> 'NAXIS1') = 'number' THEN CASE WHEN (metadata.keywords ->> 'NAXIS1')::numeric BETWEEN 0 AND 2147483647 THEN (metadata.keywords ->> 'NAXIS1')::numeric::bigint END END AS "s_xel1",
    CASE WHEN jsonb_typeof(metadata.keywords -> 'NAXIS2') = 'number' THEN CASE WHEN (metadata.keywords ->> 'NAXIS2')::numeric BETWEEN 0 AND 2147483647 THEN (metadata.keywords ->> 'NAXIS2')::numeric::bigint END END AS "s_xel2",
    NULL::float8 AS "s_resolution",
    date_part('epoch', metadata.date_beg AT TIME ZONE 'UTC') / 86400 + 40587 AS "t_min",
    date_part('epoch', greatest(metadata.date_beg, metadata.date_end) AT TIME ZONE 'UTC') / 86400 + 40587 AS "t_max",
    metadata.exposure AS "t_exptime",
    metadata.cadence AS "t_resolution",
    metadata.n_scans::bigint AS "t_xel",
    least(CASE WHEN metadata.wavelength_min BETWEEN 1e-3 AND 1e12 THEN metadata.wavelength_min END, CASE WHEN metadata.wavelength_max BETWEEN 1e-3 AND 1e12 THEN metadata.wavelength_max END) * 1e-9 AS "em_min",
    greatest(CASE WHEN metadata.wavelength_min BETWEEN 1e-3 AND 1e12 THEN metadata.wavelength_min END, CASE WHEN metadata.wavelength_max BETWEEN 1e-3 AND 1e12 THEN metadata.wavelength_max END) * 1e-9 AS "em_max",
    NULL::float8 AS "em_res_power",
    metadata.n_wavelengths::bigint AS "em_xel",
    'phot.radiance'::text AS "o_ucd",
    CASE WHEN metadata.has_polarimetry THEN '/I/Q/U/V/' ELSE '/I/' END AS "pol_states",
    CASE WHEN metadata.has_polarimetry THEN 4::bigint ELSE 1::bigint END AS "pol_xel",
    coalesce(metadata.keywords ->> 'TELESCOP', upper(instrument.telescope)) AS "facility_name",
    instrument.name::text AS "instrument_name",
    NULLIF(metadata.public_from, '9999-12-31'::date)::timestamp AT TIME ZONE 'UTC' AS "obs_release_date",
    CASE WHEN metadata.public_from <= (now() AT TIME ZONE 'UTC')::date THEN 'public' ELSE 'proprietary' END AS "data_rights",
    archive.float_range(CASE WHEN metadata.wavelength_max < metadata.wavelength_min THEN metadata.wavelength_max ELSE metadata.wavelength_min END, CASE WHEN metadata.wavelength_max < metadata.wavelength_min THEN metadata.wavelength_min ELSE metadata.wavelength_max END, '[]') AS "band",
    tstzrange(least(metadata.date_beg, metadata.date_end), greatest(metadata.date_beg, metadata.date_end), '[]') AS "during"
FROM datacubes_datacube AS cube
JOIN datacubes_metadata AS metadata ON metadata.cube_id = cube.id
LEFT JOIN datacubes_instrument AS instrument ON instrument.id = cube.instrument_id
LEFT JOIN datacubes_observation AS observation ON observation.id = cube.observation_id
LEFT JOIN datacubes_imagepreview AS thumbnail ON thumbnail.cube_id = cube.id AND thumbnail.size_name = 'thumbnail'
WHERE cube.withdrawn_at IS NULL;

CREATE VIEW archive.epn_core AS SELECT
    cube.oid::text AS "granule_uid",
    'cube'::text AS "granule_gid",
    observation.point_id::text AS "obs_id",
    'sc'::text AS "dataproduct_type",
    'Sun'::text AS "target_name",
    'star'::text AS "target_class",
    date_part('epoch', metadata.date_beg AT TIME ZONE 'UTC') / 86400 + 2440587.5 AS "time_min",
    date_part('epoch', greatest(metadata.date_beg, metadata.date_end) AT TIME ZONE 'UTC') / 86400 + 2440587.5 AS "time_max",
    metadata.cadence AS "time_sampling_step_min",
    metadata.cadence AS "time_sampling_step_max",
    metadata.exposure AS "time_exp_min",
    metadata.exposure AS "time_exp_max",
    299792458 / (greatest(CASE WHEN metadata.wavelength_min BETWEEN 1e-3 AND 1e12 THEN metadata.wavelength_min END, CASE WHEN metadata.wavelength_max BETWEEN 1e-3 AND 1e12 THEN metadata.wavelength_max END) * 1e-9) AS "spectral_range_min",
    299792458 / (least(CASE WHEN metadata.wavelength_min BETWEEN 1e-3 AND 1e12 THEN metadata.wavelength_min END, CASE WHEN metadata.wavelength_max BETWEEN 1e-3 AND 1e12 THEN metadata.wavelength_max END) * 1e-9) AS "spectral_range_max",
    NULL::float8 AS "spectral_sampling_step_min",
    NULL::float8 AS "spectral_sampling_step_max",
    NULL::float8 AS "spectral_resolution_min",
    NULL::float8 AS "spectral_resolution_max",
    CASE WHEN metadata.pointing_x BETWEEN -1e+06 AND 1e+06 AND metadata.pointing_y BETWEEN -1e+06 AND 1e+06 AND metadata.size_x BETWEEN 0 AND 1e+06 AND metadata.size_y BETWEEN 0 AND 1e+06 THEN (CASE WHEN abs(metadata.pointing_x) > 1e-6 THEN metadata.pointing_x ELSE 0 END - (CASE WHEN abs(metadata.size_x) > 1e-6 THEN metadata.size_x ELSE 0 END * abs(cosd(CASE WHEN abs(metadata.rotation) BETWEEN 1e-6 AND 360 THEN metadata.rotation ELSE 0 END)) + CASE WHEN abs(metadata.size_y) > 1e-6 THEN metadata.size_y ELSE 0 END * abs(sind(CASE WHEN abs(metadata.rotation) BETWEEN 1e-6 AND 360 THEN metadata.rotation ELSE 0 END))) / 2) / 3600 END AS "c1min",
    CASE WHEN metadata.pointing_x BETWEEN -1e+06 AND 1e+06 AND metadata.pointing_y BETWEEN -1e+06 AND 1e+06 AND metadata.size_x BETWEEN 0 AND 1e+06 AND metadata.size_y BETWEEN 0 AND 1e+06 THEN (CASE WHEN abs(metadata.pointing_x) > 1e-6 THEN metadata.pointing_x ELSE 0 END + (CASE WHEN abs(metadata.size_x) > 1e-6 THEN metadata.size_x ELSE 0 END * abs(cosd(CASE WHEN abs(metadata.rotation) BETWEEN 1e-6 AND 360 THEN metadata.rotation ELSE 0 END)) + CASE WHEN abs(metadata.size_y) > 1e-6 THEN metadata.size_y ELSE 0 END * abs(sind(CASE WHEN abs(metadata.rotation) BETWEEN 1e-6 AND 360 THEN metadata.rotation ELSE 0 END))) / 2) / 3600 END AS "c1max",
    CASE WHEN metadata.pointing_x BETWEEN -1e+06 AND 1e+06 AND metadata.pointing_y BETWEEN -1e+06 AND 1e+06 AND metadata.size_x BETWEEN 0 AND 1e+06 AND metadata.size_y BETWEEN 0 AND 1e+06 THEN (CASE WHEN abs(metadata.pointing_y) > 1e-6 THEN metadata.pointing_y ELSE 0 END - (CASE WHEN abs(metadata.size_y) > 1e-6 THEN metadata.size_y ELSE 0 END * abs(cosd(CASE WHEN abs(metadata.rotation) BETWEEN 1e-6 AND 360 THEN metadata.rotation ELSE 0 END)) + CASE WHEN abs(metadata.size_x) > 1e-6 THEN metadata.size_x ELSE 0 END * abs(sind(CASE WHEN abs(metadata.rotation) BETWEEN 1e-6 AND 360 THEN metadata.rotation ELSE 0 END))) / 2) / 3600 END AS "c2min",
    CASE WHEN metadata.pointing_x BETWEEN -1e+06 AND 1e+06 AND metadata.pointing_y BETWEEN -1e+06 AND 1e+06 AND metadata.size_x BETWEEN 0 AND 1e+06 AND metadata.size_y BETWEEN 0 AND 1e+06 THEN (CASE WHEN abs(metadata.pointing_y) > 1e-6 THEN metadata.pointing_y ELSE 0 END + (CASE WHEN abs(metadata.size_y) > 1e-6 THEN metadata.size_y ELSE 0 END * abs(cosd(CASE WHEN abs(metadata.rotation) BETWEEN 1e-6 AND 360 THEN metadata.rotation ELSE 0 END)) + CASE WHEN abs(metadata.size_x) > 1e-6 THEN metadata.size_x ELSE 0 END * abs(sind(CASE WHEN abs(metadata.rotation) BETWEEN 1e-6 AND 360 THEN metadata.rotation ELSE 0 END))) / 2) / 3600 END AS "c2max",
    NULL::float8 AS "c3min",
    NULL::float8 AS "c3max",
    NULL::text AS "s_region",
    NULL::float8 AS "c1_resol_min",
    NULL::float8 AS "c1_resol_max",
    NULL::float8 AS "c2_resol_min",
    NULL::float8 AS "c2_resol_max",
    NULL::float8 AS "c3_resol_min",
    NULL::float8 AS "c3_resol_max",
    'celestial'::text AS "spatial_frame_type",
    NULL::float8 AS "incidence_min",
    NULL::float8 AS "incidence_max",
    CASE WHEN metadata.mu BETWEEN 0 AND 1 THEN acosd(metadata.mu) END AS "emergence_min",
    CASE WHEN metadata.mu BETWEEN 0 AND 1 THEN acosd(metadata.mu) END AS "emergence_max",
    NULL::float8 AS "phase_min",
    NULL::float8 AS "phase_max",
    coalesce(metadata.keywords ->> 'TELESCOP', upper(instrument.telescope)) AS "instrument_host_name",
    instrument.name::text AS "instrument_name",
    'phot.radiance'::text AS "measurement_type",
    3 AS "processing_level",
    cube.created_at AS "creation_date",
    cube.updated_at AS "modification_date",
    metadata.public_from::timestamp AT TIME ZONE 'UTC' AS "release_date",
    'archive'::text AS "service_title",
    CASE WHEN cube.missing_since IS NULL THEN current_setting('archive.base_url') || '/data/' || archive.url_part(cube.oid) || '/' || archive.url_part(cube.filename) END AS "access_url",
    'application/fits'::text AS "access_format",
    (cube.size + 999) / 1000 AS "access_estsize",
    CASE WHEN thumbnail.file <> '' AND (current_setting('archive.previews_are_open')::boolean OR metadata.public_from <= (now() AT TIME ZONE 'UTC')::date) THEN current_setting('archive.base_url') || '/media/' || thumbnail.file END AS "thumbnail_url",
    cube.filename::text AS "file_name",
    current_setting('archive.base_url') || '/datalink?ID=' || archive.url_part(cube.oid) AS "datalink_url",
    current_setting('archive.base_url') || '/cubes/' || archive.url_part(cube.oid) || '/' AS "external_link",
    'helioprojective'::text AS "spatial_coordinate_description",
    'UTC'::text AS "time_scale",
    metadata.spectral_line::text AS "filter",
    metadata.observer::text AS "observer_name",
    metadata.rotation AS "orientation",
    archive.float_range(CASE WHEN metadata.wavelength_max < metadata.wavelength_min THEN metadata.wavelength_max ELSE metadata.wavelength_min END, CASE WHEN metadata.wavelength_max < metadata.wavelength_min THEN metadata.wavelength_min ELSE metadata.wavelength_max END, '[]') AS "band",
    tstzrange(least(metadata.date_beg, metadata.date_end), greatest(metadata.date_beg, metadata.date_end), '[]') AS "during"
FROM datacubes_datacube AS cube
JOIN datacubes_metadata AS metadata ON metadata.cube_id = cube.id
LEFT JOIN datacubes_instrument AS instrument ON instrument.id = cube.instrument_id
LEFT JOIN datacubes_observation AS observation ON observation.id = cube.observation_id
LEFT JOIN datacubes_imagepreview AS thumbnail ON thumbnail.cube_id = cube.id AND thumbnail.size_name = 'thumbnail'
WHERE cube.withdrawn_at IS NULL;

CREATE VIEW archive.data_cubes AS SELECT
    cube.oid::text AS "oid",
    instrument.name::text AS "instrument",
    observation.point_id::text AS "observation",
    metadata.date_beg AS "date_beg",
    metadata.date_end AS "date_end",
    metadata.spectral_line::text AS "spectral_line",
    metadata.wavelength_min AS "wavelength_min",
    metadata.wavelength_max AS "wavelength_max",
    metadata.has_polarimetry::integer AS "has_polarimetry",
    metadata.duration AS "duration",
    metadata.cadence AS "cadence",
    metadata.exposure AS "exposure",
    metadata.r0_median AS "r0_median",
    metadata.observer::text AS "observer",
    metadata.n_scans AS "n_scans",
    metadata.n_wavelengths AS "n_wavelengths",
    metadata.pointing_x AS "pointing_x",
    metadata.pointing_y AS "pointing_y",
    metadata.size_x AS "size_x",
    metadata.size_y AS "size_y",
    metadata.rotation AS "rotation",
    metadata.mu AS "mu",
    (SELECT string_agg(tag.name, '; ' ORDER BY tag.name) FROM datacubes_datacube_tags AS link JOIN datacubes_tag AS tag ON tag.id = link.tag_id WHERE link.datacube_id = cube.id) AS "tags",
    cube.filename::text AS "filename",
    cube.size AS "file_size",
    (metadata.public_from <= (now() AT TIME ZONE 'UTC')::date)::integer AS "is_public",
    NULLIF(metadata.public_from, '9999-12-31'::date)::timestamp AT TIME ZONE 'UTC' AS "release_date",
    CASE WHEN cube.missing_since IS NULL THEN current_setting('archive.base_url') || '/data/' || archive.url_part(cube.oid) || '/' || archive.url_part(cube.filename) END AS "access_url",
    CASE WHEN thumbnail.file <> '' AND (current_setting('archive.previews_are_open')::boolean OR metadata.public_from <= (now() AT TIME ZONE 'UTC')::date) THEN current_setting('archive.base_url') || '/media/' || thumbnail.file END AS "thumbnail_url",
    current_setting('archive.base_url') || '/cubes/' || archive.url_part(cube.oid) || '/' AS "page_url",
    archive.float_range(CASE WHEN metadata.wavelength_max < metadata.wavelength_min THEN metadata.wavelength_max ELSE metadata.wavelength_min END, CASE WHEN metadata.wavelength_max < metadata.wavelength_min THEN metadata.wavelength_min ELSE metadata.wavelength_max END, '[]') AS "band",
    tstzrange(least(metadata.date_beg, metadata.date_end), greatest(metadata.date_beg, metadata.date_end), '[]') AS "during"
FROM datacubes_datacube AS cube
JOIN datacubes_metadata AS metadata ON metadata.cube_id = cube.id
LEFT JOIN datacubes_instrument AS instrument ON instrument.id = cube.instrument_id
LEFT JOIN datacubes_observation AS observation ON observation.id = cube.observation_id
LEFT JOIN datacubes_imagepreview AS thumbnail ON thumbnail.cube_id = cube.id AND thumbnail.size_name = 'thumbnail'
WHERE cube.withdrawn_at IS NULL;

CREATE VIEW archive.keywords AS SELECT
    cube.oid::text AS "oid",
    entry.key AS "keyword",
    CASE WHEN jsonb_typeof(entry.value) = 'number' THEN CASE WHEN abs((entry.value #>> '{}')::numeric) < 1e300 AND (abs((entry.value #>> '{}')::numeric) > 1e-300 OR (entry.value #>> '{}')::numeric = 0) THEN (entry.value #>> '{}')::float8 END END AS "number_value",
    left(entry.value #>> '{}', 4000) AS "text_value"
FROM datacubes_datacube AS cube
JOIN datacubes_metadata AS metadata ON metadata.cube_id = cube.id
CROSS JOIN LATERAL jsonb_each(metadata.keywords) AS entry
WHERE cube.withdrawn_at IS NULL;

CREATE VIEW tap_schema.schemas AS SELECT
    "schema_name" AS "schema_name",
    "utype" AS "utype",
    "description" AS "description",
    "schema_index" AS "schema_index"
FROM (VALUES
('ivoa'::text, NULL::text, 'The data models of the International Virtual Observatory Alliance.'::text, 1::integer),
('archive', NULL, 'The data cubes of the archive.', 2),
('tap_schema', NULL, 'The tables of this service and their columns.', 3)
) AS constant ("schema_name", "utype", "description", "schema_index");

CREATE VIEW tap_schema.tables AS SELECT
    "schema_name" AS "schema_name",
    "table_name" AS "table_name",
    "table_type" AS "table_type",
    "utype" AS "utype",
    "description" AS "description",
    "table_index" AS "table_index"
FROM (VALUES
('ivoa'::text, 'ivoa.obscore'::text, 'view'::text, 'ivo://ivoa.net/std/obscore#table-1.1'::text, 'The data cubes of the archive, as the data model ObsCore 1.1 describes observations.'::text, 1::integer),
('archive', 'archive.epn_core', 'view', 'ivo://ivoa.net/std/epntap#table-2.0', 'The data cubes of the archive, as EPN-TAP 2.0 describes observations.', 2),
('archive', 'archive.data_cubes', 'view', NULL, 'The data cubes of the archive: one observation of one spectral line each.', 3),
('archive', 'archive.keywords', 'view', NULL, 'The keywords of the headers of the data cubes, one a row. Name the cubes, or their time, with a join: a search of all cubes reads all keywords.', 4),
('tap_schema', 'tap_schema.schemas', 'view', NULL, 'The schemas', 5),
('tap_schema', 'tap_schema.tables', 'view', NULL, 'The tables', 6),
('tap_schema', 'tap_schema.columns', 'view', NULL, 'The columns', 7),
('tap_schema', 'tap_schema.keys', 'view', NULL, 'The foreign keys', 8),
('tap_schema', 'tap_schema.key_columns', 'view', NULL, 'The columns of the foreign keys', 9)
) AS constant ("schema_name", "table_name", "table_type", "utype", "description", "table_index");

CREATE VIEW tap_schema.columns AS SELECT
    "table_name" AS "table_name",
    "column_name" AS "column_name",
    "datatype" AS "datatype",
    "arraysize" AS "arraysize",
    "xtype" AS "xtype",
    "size" AS "size",
    "description" AS "description",
    "utype" AS "utype",
    "unit" AS "unit",
    "ucd" AS "ucd",
    "indexed" AS "indexed",
    "principal" AS "principal",
    "std" AS "std",
    "column_index" AS "column_index"
FROM (VALUES
('ivoa.obscore'::text, 'dataproduct_type'::text, 'unicodeChar'::text, '*'::text, NULL::text, NULL::integer, 'Data product (file content) primary type: always cube'::text, 'obscore:ObsDataset.dataProductType'::text, NULL::text, 'meta.code.class'::text, 0::integer, 1::integer, 1::integer, 1::integer),
('ivoa.obscore', 'calib_level', 'int', NULL, NULL, NULL, 'Level of calibration: always 2, calibrated and ready for science', 'obscore:ObsDataset.calibLevel', NULL, 'meta.code;obs.calib', 0, 1, 1, 2),
('ivoa.obscore', 'obs_collection', 'unicodeChar', '*', NULL, NULL, 'Name of the collection: the instrument', 'obscore:DataID.collection', NULL, 'meta.id', 0, 1, 1, 3),
('ivoa.obscore', 'obs_id', 'unicodeChar', '*', NULL, NULL, 'Observation, which several cubes can share (POINT_ID)', 'obscore:DataID.observationID', NULL, 'meta.id', 1, 1, 1, 4),
('ivoa.obscore', 'obs_publisher_did', 'unicodeChar', '*', NULL, NULL, 'Identifier of the cube in the Virtual Observatory; DataLink takes it', 'obscore:Curation.publisherDID', NULL, 'meta.ref.ivoid', 0, 1, 1, 5),
('ivoa.obscore', 'access_url', 'unicodeChar', '*', NULL, NULL, 'The file. It answers 403 before the release date, and is NULL while the file is missing', 'obscore:Access.reference', NULL, 'meta.ref.url', 0, 1, 1, 6),
('ivoa.obscore', 'access_format', 'unicodeChar', '*', NULL, NULL, 'Media type of the file', 'obscore:Access.format', NULL, 'meta.code.mime', 0, 1, 1, 7),
('ivoa.obscore', 'access_estsize', 'long', NULL, NULL, NULL, 'Size of the file', 'obscore:Access.size', 'kbyte', 'phys.size;meta.file', 0, 1, 1, 8),
('ivoa.obscore', 'target_name', 'unicodeChar', '*', NULL, NULL, 'Always Sun', 'obscore:Target.name', NULL, 'meta.id;src', 0, 1, 1, 9),
('ivoa.obscore', 's_ra', 'double', NULL, NULL, NULL, 'Always NULL: the Sun moves over the sky', 'obscore:Char.SpatialAxis.Coverage.Location.Coord.Position2D.Value2.C1', 'deg', 'pos.eq.ra', 0, 1, 1, 10),
('ivoa.obscore', 's_dec', 'double', NULL, NULL, NULL, 'Always NULL: the Sun moves over the sky', 'obscore:Char.SpatialAxis.Coverage.Location.Coord.Position2D.Value2.C2', 'deg', 'pos.eq.dec', 0, 1, 1, 11),
('ivoa.obscore', 's_fov', 'double', NULL, NULL, NULL, 'Diagonal of the field of view', 'obscore:Char.SpatialAxis.Coverage.Bounds.Extent.diameter', 'deg', 'phys.angSize;instr.fov', 0, 1, 1, 12),
('ivoa.obscore', 's_region', 'char', '*', 'adql:REGION', NULL, 'Always NULL: the Sun moves over the sky', 'obscore:Char.SpatialAxis.Coverage.Support.Area', NULL, 'pos.outline;obs.field', 0, 1, 1, 13),
('ivoa.obscore', 's_xel1', 'long', NULL, NULL, NULL, 'Number of elements along the first spatial axis', 'obscore:Char.SpatialAxis.numBins1', NULL, 'meta.number', 0, 1, 1, 14),
('ivoa.obscore', 's_xel2', 'long', NULL, NULL, NULL, 'Number of elements along the second spatial axis', 'obscore:Char.SpatialAxis.numBins2', NULL, 'meta.number', 0, 1, 1, 15),
('ivoa.obscore', 's_resolution', 'double', NULL, NULL, NULL, 'Spatial resolution: not known', 'obscore:Char.SpatialAxis.Resolution.Refval.value', 'arcsec', 'pos.angResolution', 0, 1, 1, 16),
('ivoa.obscore', 't_min', 'double', NULL, NULL, NULL, 'Begin, as Modified Julian Date, UTC', 'obscore:Char.TimeAxis.Coverage.Bounds.Limits.StartTime', 'd', 'time.start;obs.exposure', 1, 1, 1, 17),
('ivoa.obscore', 't_max', 'double', NULL, NULL, NULL, 'End, as Modified Julian Date, UTC', 'obscore:Char.TimeAxis.Coverage.Bounds.Limits.StopTime', 'd', 'time.end;obs.exposure', 1, 1, 1, 18),
('ivoa.obscore', 't_exptime', 'double', NULL, NULL, NULL, 'Exposure of a frame', 'obscore:Char.TimeAxis.Coverage.Support.Extent', 's', 'time.duration;obs.exposure', 0, 1, 1, 19),
('ivoa.obscore', 't_resolution', 'double', NULL, NULL, NULL, 'Time from scan to scan', 'obscore:Char.TimeAxis.Resolution.Refval.value', 's', 'time.resolution', 0, 1, 1, 20),
('ivoa.obscore', 't_xel', 'long', NULL, NULL, NULL, 'Number of scans', 'obscore:Char.TimeAxis.numBins', NULL, 'meta.number', 0, 1, 1, 21),
('ivoa.obscore', 'em_min', 'double', NULL, NULL, NULL, 'Shortest wavelength', 'obscore:Char.SpectralAxis.Coverage.Bounds.Limits.LoLimit', 'm', 'em.wl;stat.min', 1, 1, 1, 22),
('ivoa.obscore', 'em_max', 'double', NULL, NULL, NULL, 'Longest wavelength', 'obscore:Char.SpectralAxis.Coverage.Bounds.Limits.HiLimit', 'm', 'em.wl;stat.max', 1, 1, 1, 23),
('ivoa.obscore', 'em_res_power', 'double', NULL, NULL, NULL, 'Spectral resolving power: not known', 'obscore:Char.SpectralAxis.Resolution.ResolPower.refVal', NULL, 'spect.resolution', 0, 1, 1, 24),
('ivoa.obscore', 'em_xel', 'long', NULL, NULL, NULL, 'Number of wavelengths', 'obscore:Char.SpectralAxis.numBins', NULL, 'meta.number', 0, 1, 1, 25),
('ivoa.obscore', 'o_ucd', 'unicodeChar', '*', NULL, NULL, 'What was observed, as UCD: intensity', 'obscore:Char.ObservableAxis.ucd', NULL, 'meta.ucd', 0, 1, 1, 26),
('ivoa.obscore', 'pol_states', 'unicodeChar', '*', NULL, NULL, 'Stokes parameters of the cube', 'obscore:Char.PolarizationAxis.stateList', NULL, 'meta.code;phys.polarization', 0, 1, 1, 27),
('ivoa.obscore', 'pol_xel', 'long', NULL, NULL, NULL, 'Number of Stokes parameters', 'obscore:Char.PolarizationAxis.numBins', NULL, 'meta.number', 0, 1, 1, 28),
('ivoa.obscore', 'facility_name', 'unicodeChar', '*', NULL, NULL, 'Telescope (TELESCOP)', 'obscore:Provenance.ObsConfig.Facility.name', NULL, 'meta.id;instr.tel', 0, 1, 1, 29),
('ivoa.obscore', 'instrument_name', 'unicodeChar', '*', NULL, NULL, 'Instrument (INSTRUME)', 'obscore:Provenance.ObsConfig.Instrument.name', NULL, 'meta.id;instr', 0, 1, 1, 30),
('ivoa.obscore', 'obs_release_date', 'char', '*', 'timestamp', NULL, 'Day on which the file becomes public; NULL: not known', 'obscore:Curation.releaseDate', NULL, 'time.release', 0, 0, 1, 31),
('ivoa.obscore', 'data_rights', 'unicodeChar', '*', NULL, NULL, 'public, or proprietary before the release date', 'obscore:Curation.rights', NULL, 'meta.code', 0, 0, 1, 32),
('archive.epn_core', 'granule_uid', 'unicodeChar', '*', NULL, NULL, 'The cube (OID); DataLink takes it', NULL, NULL, 'meta.id', 1, 1, 1, 1),
('archive.epn_core', 'granule_gid', 'unicodeChar', '*', NULL, NULL, 'Group of similar products: always cube', NULL, NULL, 'meta.id', 0, 0, 1, 2),
('archive.epn_core', 'obs_id', 'unicodeChar', '*', NULL, NULL, 'Observation, which several cubes can share (POINT_ID)', NULL, NULL, 'meta.id;obs', 1, 1, 1, 3),
('archive.epn_core', 'dataproduct_type', 'unicodeChar', '*', NULL, NULL, 'Always sc: a spectral cube', NULL, NULL, 'meta.code.class', 0, 0, 1, 4),
('archive.epn_core', 'target_name', 'unicodeChar', '*', NULL, NULL, 'Always Sun', NULL, NULL, 'meta.id;src', 0, 1, 1, 5),
('archive.epn_core', 'target_class', 'unicodeChar', '*', NULL, NULL, 'Always star', NULL, NULL, 'src.class', 0, 0, 1, 6),
('archive.epn_core', 'time_min', 'double', NULL, NULL, NULL, 'Begin, as Julian Date, UTC', NULL, 'd', 'time.start;obs', 1, 1, 1, 7),
('archive.epn_core', 'time_max', 'double', NULL, NULL, NULL, 'End, as Julian Date, UTC', NULL, 'd', 'time.end;obs', 1, 1, 1, 8),
('archive.epn_core', 'time_sampling_step_min', 'double', NULL, NULL, NULL, 'Time from scan to scan, minimum', NULL, 's', 'time.resolution;stat.min', 0, 0, 1, 9),
('archive.epn_core', 'time_sampling_step_max', 'double', NULL, NULL, NULL, 'Time from scan to scan, maximum', NULL, 's', 'time.resolution;stat.max', 0, 0, 1, 10),
('archive.epn_core', 'time_exp_min', 'double', NULL, NULL, NULL, 'Exposure of a frame, minimum', NULL, 's', 'time.duration;obs.exposure;stat.min', 0, 0, 1, 11),
('archive.epn_core', 'time_exp_max', 'double', NULL, NULL, NULL, 'Exposure of a frame, maximum', NULL, 's', 'time.duration;obs.exposure;stat.max', 0, 0, 1, 12),
('archive.epn_core', 'spectral_range_min', 'double', NULL, NULL, NULL, 'Frequency, minimum', NULL, 'Hz', 'em.freq;stat.min', 1, 1, 1, 13),
('archive.epn_core', 'spectral_range_max', 'double', NULL, NULL, NULL, 'Frequency, maximum', NULL, 'Hz', 'em.freq;stat.max', 1, 1, 1, 14),
('archive.epn_core', 'spectral_sampling_step_min', 'double', NULL, NULL, NULL, 'Frequency from point to point: not known, minimum', NULL, 'Hz', 'em.freq;spect.binSize;stat.min', 0, 0, 1, 15),
('archive.epn_core', 'spectral_sampling_step_max', 'double', NULL, NULL, NULL, 'Frequency from point to point: not known, maximum', NULL, 'Hz', 'em.freq;spect.binSize;stat.max', 0, 0, 1, 16),
('archive.epn_core', 'spectral_resolution_min', 'double', NULL, NULL, NULL, 'Spectral resolving power: not known, minimum', NULL, NULL, 'spect.resolution;stat.min', 0, 0, 1, 17),
('archive.epn_core', 'spectral_resolution_max', 'double', NULL, NULL, NULL, 'Spectral resolving power: not known, maximum', NULL, NULL, 'spect.resolution;stat.max', 0, 0, 1, 18),
('archive.epn_core', 'c1min', 'double', NULL, NULL, NULL, 'Helioprojective longitude of the field of view, minimum', NULL, 'deg', 'pos;stat.min', 0, 1, 1, 19),
('archive.epn_core', 'c1max', 'double', NULL, NULL, NULL, 'Helioprojective longitude of the field of view, maximum', NULL, 'deg', 'pos;stat.max', 0, 1, 1, 20),
('archive.epn_core', 'c2min', 'double', NULL, NULL, NULL, 'Helioprojective latitude of the field of view, minimum', NULL, 'deg', 'pos;stat.min', 0, 1, 1, 21),
('archive.epn_core', 'c2max', 'double', NULL, NULL, NULL, 'Helioprojective latitude of the field of view, maximum', NULL, 'deg', 'pos;stat.max', 0, 1, 1, 22),
('archive.epn_core', 'c3min', 'double', NULL, NULL, NULL, 'Distance: always NULL, minimum', NULL, 'AU', 'pos.distance;stat.min', 0, 0, 1, 23),
('archive.epn_core', 'c3max', 'double', NULL, NULL, NULL, 'Distance: always NULL, maximum', NULL, 'AU', 'pos.distance;stat.max', 0, 0, 1, 24),
('archive.epn_core', 's_region', 'char', '*', 'adql:REGION', NULL, 'Always NULL: positions are helioprojective', NULL, NULL, 'pos.outline;obs.field', 0, 0, 1, 25),
('archive.epn_core', 'c1_resol_min', 'double', NULL, NULL, NULL, 'Resolution in longitude: not known, minimum', NULL, 'deg', 'pos.angResolution;stat.min', 0, 0, 1, 26),
('archive.epn_core', 'c1_resol_max', 'double', NULL, NULL, NULL, 'Resolution in longitude: not known, maximum', NULL, 'deg', 'pos.angResolution;stat.max', 0, 0, 1, 27),
('archive.epn_core', 'c2_resol_min', 'double', NULL, NULL, NULL, 'Resolution in latitude: not known, minimum', NULL, 'deg', 'pos.angResolution;stat.min', 0, 0, 1, 28),
('archive.epn_core', 'c2_resol_max', 'double', NULL, NULL, NULL, 'Resolution in latitude: not known, maximum', NULL, 'deg', 'pos.angResolution;stat.max', 0, 0, 1, 29),
('archive.epn_core', 'c3_resol_min', 'double', NULL, NULL, NULL, 'Resolution in distance: always NULL, minimum', NULL, 'AU', 'pos.resolution;stat.min', 0, 0, 1, 30),
('archive.epn_core', 'c3_resol_max', 'double', NULL, NULL, NULL, 'Resolution in distance: always NULL, maximum', NULL, 'AU', 'pos.resolution;stat.max', 0, 0, 1, 31),
('archive.epn_core', 'spatial_frame_type', 'unicodeChar', '*', NULL, NULL, 'Always celestial: angles on the sky, in the frame of spatial_coordinate_description', NULL, NULL, 'meta.code.class;pos.frame', 0, 0, 1, 32),
('archive.epn_core', 'incidence_min', 'double', NULL, NULL, NULL, 'Angle of incidence: always NULL, minimum', NULL, 'deg', 'pos.incidenceAng;stat.min', 0, 0, 1, 33),
('archive.epn_core', 'incidence_max', 'double', NULL, NULL, NULL, 'Angle of incidence: always NULL, maximum', NULL, 'deg', 'pos.incidenceAng;stat.max', 0, 0, 1, 34),
('archive.epn_core', 'emergence_min', 'double', NULL, NULL, NULL, 'Heliocentric angle of the centre, minimum', NULL, 'deg', 'pos.emergenceAng;stat.min', 0, 0, 1, 35),
('archive.epn_core', 'emergence_max', 'double', NULL, NULL, NULL, 'Heliocentric angle of the centre, maximum', NULL, 'deg', 'pos.emergenceAng;stat.max', 0, 0, 1, 36),
('archive.epn_core', 'phase_min', 'double', NULL, NULL, NULL, 'Phase angle: always NULL, minimum', NULL, 'deg', 'pos.phaseAng;stat.min', 0, 0, 1, 37),
('archive.epn_core', 'phase_max', 'double', NULL, NULL, NULL, 'Phase angle: always NULL, maximum', NULL, 'deg', 'pos.phaseAng;stat.max', 0, 0, 1, 38),
('archive.epn_core', 'instrument_host_name', 'unicodeChar', '*', NULL, NULL, 'Telescope (TELESCOP)', NULL, NULL, 'meta.id;instr.obsty', 0, 0, 1, 39),
('archive.epn_core', 'instrument_name', 'unicodeChar', '*', NULL, NULL, 'Instrument (INSTRUME)', NULL, NULL, 'meta.id;instr', 0, 1, 1, 40),
('archive.epn_core', 'measurement_type', 'unicodeChar', '*', NULL, NULL, 'What was observed, as UCD: intensity', NULL, NULL, 'meta.ucd', 0, 0, 1, 41),
('archive.epn_core', 'processing_level', 'int', NULL, NULL, NULL, 'CODMAC level: always 3, calibrated', NULL, NULL, 'meta.calibLevel', 0, 0, 1, 42),
('archive.epn_core', 'creation_date', 'char', '*', 'timestamp', NULL, 'When the cube came into the archive', NULL, NULL, 'time.creation', 0, 0, 1, 43),
('archive.epn_core', 'modification_date', 'char', '*', 'timestamp', NULL, 'When the cube was last changed in the archive', NULL, NULL, 'time.processing', 0, 0, 1, 44),
('archive.epn_core', 'release_date', 'char', '*', 'timestamp', NULL, 'Day on which the file becomes public; 9999-12-31: not known', NULL, NULL, 'time.release', 0, 0, 1, 45),
('archive.epn_core', 'service_title', 'unicodeChar', '*', NULL, NULL, 'Always archive', NULL, NULL, 'meta.title', 0, 0, 1, 46),
('archive.epn_core', 'access_url', 'unicodeChar', '*', NULL, NULL, 'The file. It answers 403 before the release date, and is NULL while the file is missing', NULL, NULL, 'meta.ref.url;meta.file', 0, 1, 1, 47),
('archive.epn_core', 'access_format', 'unicodeChar', '*', NULL, NULL, 'Media type of the file', NULL, NULL, 'meta.code.mime', 0, 0, 1, 48),
('archive.epn_core', 'access_estsize', 'long', NULL, NULL, NULL, 'Size of the file', NULL, 'kbyte', 'phys.size;meta.file', 0, 0, 1, 49),
('archive.epn_core', 'thumbnail_url', 'unicodeChar', '*', NULL, NULL, 'A small picture', NULL, NULL, 'meta.ref.url;meta.preview', 0, 1, 1, 50),
('archive.epn_core', 'file_name', 'unicodeChar', '*', NULL, NULL, 'Name of the file', NULL, NULL, 'meta.id;meta.file', 0, 0, 1, 51),
('archive.epn_core', 'datalink_url', 'unicodeChar', '*', NULL, NULL, 'The links of the cube: DataLink', NULL, NULL, 'meta.ref.url', 0, 0, 1, 52),
('archive.epn_core', 'external_link', 'unicodeChar', '*', NULL, NULL, 'Page of the cube', NULL, NULL, 'meta.ref.url', 0, 0, 1, 53),
('archive.epn_core', 'spatial_coordinate_description', 'unicodeChar', '*', NULL, NULL, 'Always helioprojective: angles from the centre of the disk to the west and to the north', NULL, NULL, 'meta.code.class;pos.frame', 0, 0, 1, 54),
('archive.epn_core', 'time_scale', 'unicodeChar', '*', NULL, NULL, 'Always UTC', NULL, NULL, 'time.scale', 0, 0, 1, 55),
('archive.epn_core', 'filter', 'unicodeChar', '*', NULL, NULL, 'Filter of the spectral line (FILTER1)', NULL, NULL, 'meta.id;instr.filter', 0, 1, 1, 56),
('archive.epn_core', 'observer_name', 'unicodeChar', '*', NULL, NULL, 'OBSERVER', NULL, NULL, 'obs.observer;meta.main', 0, 0, 1, 57),
('archive.epn_core', 'orientation', 'double', NULL, NULL, NULL, 'Angle from solar north to the image''s y axis, counterclockwise', NULL, 'deg', 'pos.posAng', 0, 0, 1, 58),
('archive.data_cubes', 'oid', 'unicodeChar', '*', NULL, NULL, 'The cube (OID); DataLink takes it', NULL, NULL, 'meta.id;meta.main', 1, 1, 0, 1),
('archive.data_cubes', 'instrument', 'unicodeChar', '*', NULL, NULL, 'Instrument (INSTRUME)', NULL, NULL, 'meta.id;instr', 0, 1, 0, 2),
('archive.data_cubes', 'observation', 'unicodeChar', '*', NULL, NULL, 'Observation, which several cubes can share (POINT_ID)', NULL, NULL, 'meta.id;obs', 1, 0, 0, 3),
('archive.data_cubes', 'date_beg', 'char', '*', 'timestamp', NULL, 'Begin, UTC', NULL, NULL, 'time.start;obs', 1, 1, 0, 4),
('archive.data_cubes', 'date_end', 'char', '*', 'timestamp', NULL, 'End, UTC', NULL, NULL, 'time.end;obs', 1, 1, 0, 5),
('archive.data_cubes', 'spectral_line', 'unicodeChar', '*', NULL, NULL, 'Filter of the spectral line (FILTER1)', NULL, NULL, 'instr.filter', 1, 1, 0, 6),
('archive.data_cubes', 'wavelength_min', 'double', NULL, NULL, NULL, 'Shortest wavelength', NULL, 'nm', 'em.wl;stat.min', 1, 1, 0, 7),
('archive.data_cubes', 'wavelength_max', 'double', NULL, NULL, NULL, 'Longest wavelength', NULL, 'nm', 'em.wl;stat.max', 1, 1, 0, 8),
('archive.data_cubes', 'has_polarimetry', 'int', NULL, NULL, NULL, '1: has four Stokes parameters', NULL, NULL, 'meta.code', 0, 0, 0, 9),
('archive.data_cubes', 'duration', 'double', NULL, NULL, NULL, 'Time from begin to end', NULL, 's', 'time.duration;obs', 0, 0, 0, 10),
('archive.data_cubes', 'cadence', 'double', NULL, NULL, NULL, 'Time from scan to scan', NULL, 's', 'time.interval', 0, 0, 0, 11),
('archive.data_cubes', 'exposure', 'double', NULL, NULL, NULL, 'Exposure of a frame', NULL, 's', 'time.duration;obs.exposure', 0, 0, 0, 12),
('archive.data_cubes', 'r0_median', 'double', NULL, NULL, NULL, 'Median of r0', NULL, 'm', 'instr.obsty.seeing', 0, 0, 0, 13),
('archive.data_cubes', 'observer', 'unicodeChar', '*', NULL, NULL, 'OBSERVER', NULL, NULL, 'meta.id;obs.observer', 0, 0, 0, 14),
('archive.data_cubes', 'n_scans', 'int', NULL, NULL, NULL, 'Number of scans', NULL, NULL, 'meta.number', 0, 0, 0, 15),
('archive.data_cubes', 'n_wavelengths', 'int', NULL, NULL, NULL, 'Number of wavelengths', NULL, NULL, 'meta.number;em.wl', 0, 0, 0, 16),
('archive.data_cubes', 'pointing_x', 'double', NULL, NULL, NULL, 'Helioprojective longitude of the centre', NULL, 'arcsec', 'pos.bodyrc.lon', 0, 1, 0, 17),
('archive.data_cubes', 'pointing_y', 'double', NULL, NULL, NULL, 'Helioprojective latitude of the centre', NULL, 'arcsec', 'pos.bodyrc.lat', 0, 1, 0, 18),
('archive.data_cubes', 'size_x', 'double', NULL, NULL, NULL, 'Width of the field of view', NULL, 'arcsec', 'phys.angSize;instr.fov', 0, 0, 0, 19),
('archive.data_cubes', 'size_y', 'double', NULL, NULL, NULL, 'Height of the field of view', NULL, 'arcsec', 'phys.angSize;instr.fov', 0, 0, 0, 20),
('archive.data_cubes', 'rotation', 'double', NULL, NULL, NULL, 'Angle from solar north to the image''s y axis, counterclockwise', NULL, 'deg', 'pos.posAng', 0, 0, 0, 21),
('archive.data_cubes', 'mu', 'double', NULL, NULL, NULL, 'Cosine of the heliocentric angle', NULL, NULL, 'pos.heliocentric', 0, 0, 0, 22),
('archive.data_cubes', 'tags', 'unicodeChar', '*', NULL, NULL, 'Solar features and events', NULL, NULL, 'meta.note', 0, 0, 0, 23),
('archive.data_cubes', 'filename', 'unicodeChar', '*', NULL, NULL, 'Name of the file', NULL, NULL, 'meta.id;meta.file', 1, 0, 0, 24),
('archive.data_cubes', 'file_size', 'long', NULL, NULL, NULL, 'Size of the file', NULL, 'byte', 'phys.size;meta.file', 0, 1, 0, 25),
('archive.data_cubes', 'is_public', 'int', NULL, NULL, NULL, '1: the file is public today', NULL, NULL, 'meta.code', 0, 1, 0, 26),
('archive.data_cubes', 'release_date', 'char', '*', 'timestamp', NULL, 'Day on which the file becomes public; NULL: not known', NULL, NULL, 'time.release', 0, 0, 0, 27),
('archive.data_cubes', 'access_url', 'unicodeChar', '*', NULL, NULL, 'The file. It answers 403 before the release date, and is NULL while the file is missing', NULL, NULL, 'meta.ref.url;meta.file', 0, 1, 0, 28),
('archive.data_cubes', 'thumbnail_url', 'unicodeChar', '*', NULL, NULL, 'A small picture', NULL, NULL, 'meta.ref.url;meta.preview', 0, 0, 0, 29),
('archive.data_cubes', 'page_url', 'unicodeChar', '*', NULL, NULL, 'Page of the cube', NULL, NULL, 'meta.ref.url', 0, 0, 0, 30),
('archive.keywords', 'oid', 'unicodeChar', '*', NULL, NULL, 'The cube (OID)', NULL, NULL, 'meta.id;meta.main', 1, 1, 0, 1),
('archive.keywords', 'keyword', 'unicodeChar', '*', NULL, NULL, 'Name of the keyword', NULL, NULL, 'meta.id', 0, 1, 0, 2),
('archive.keywords', 'number_value', 'double', NULL, NULL, NULL, 'The value, if it is a number', NULL, NULL, 'meta.number', 0, 1, 0, 3),
('archive.keywords', 'text_value', 'unicodeChar', '*', NULL, NULL, 'The value as text; of a keyword that is repeated, all values as JSON. At most 4,000 characters', NULL, NULL, 'meta.note', 0, 1, 0, 4),
('tap_schema.schemas', 'schema_name', 'unicodeChar', '*', NULL, NULL, 'Name of the schema', NULL, NULL, NULL, 0, 1, 1, 1),
('tap_schema.schemas', 'utype', 'unicodeChar', '*', NULL, NULL, 'A utype: the part of a data model', NULL, NULL, NULL, 0, 1, 1, 2),
('tap_schema.schemas', 'description', 'unicodeChar', '*', NULL, NULL, 'Description of the schema', NULL, NULL, NULL, 0, 1, 1, 3),
('tap_schema.schemas', 'schema_index', 'int', NULL, NULL, NULL, 'Recommended order', NULL, NULL, NULL, 0, 1, 1, 4),
('tap_schema.tables', 'schema_name', 'unicodeChar', '*', NULL, NULL, 'Schema of the table', NULL, NULL, NULL, 0, 1, 1, 1),
('tap_schema.tables', 'table_name', 'unicodeChar', '*', NULL, NULL, 'Name of the table, as it is used in queries', NULL, NULL, NULL, 0, 1, 1, 2),
('tap_schema.tables', 'table_type', 'unicodeChar', '*', NULL, NULL, 'table or view', NULL, NULL, NULL, 0, 1, 1, 3),
('tap_schema.tables', 'utype', 'unicodeChar', '*', NULL, NULL, 'A utype: the part of a data model', NULL, NULL, NULL, 0, 1, 1, 4),
('tap_schema.tables', 'description', 'unicodeChar', '*', NULL, NULL, 'Description of the table', NULL, NULL, NULL, 0, 1, 1, 5),
('tap_schema.tables', 'table_index', 'int', NULL, NULL, NULL, 'Recommended order', NULL, NULL, NULL, 0, 1, 1, 6),
('tap_schema.columns', 'table_name', 'unicodeChar', '*', NULL, NULL, 'Table of the column', NULL, NULL, NULL, 0, 1, 1, 1),
('tap_schema.columns', 'column_name', 'unicodeChar', '*', NULL, NULL, 'Name of the column', NULL, NULL, NULL, 0, 1, 1, 2),
('tap_schema.columns', 'datatype', 'unicodeChar', '*', NULL, NULL, 'Datatype, as in VOTable', NULL, NULL, NULL, 0, 1, 1, 3),
('tap_schema.columns', 'arraysize', 'unicodeChar', '*', NULL, NULL, 'Arraysize, as in VOTable', NULL, NULL, NULL, 0, 1, 1, 4),
('tap_schema.columns', 'xtype', 'unicodeChar', '*', NULL, NULL, 'xtype, as in VOTable', NULL, NULL, NULL, 0, 1, 1, 5),
('tap_schema.columns', '"size"', 'int', NULL, NULL, NULL, 'Length of the values (deprecated)', NULL, NULL, NULL, 0, 1, 1, 6),
('tap_schema.columns', 'description', 'unicodeChar', '*', NULL, NULL, 'Description of the column', NULL, NULL, NULL, 0, 1, 1, 7),
('tap_schema.columns', 'utype', 'unicodeChar', '*', NULL, NULL, 'A utype: the part of a data model', NULL, NULL, NULL, 0, 1, 1, 8),
('tap_schema.columns', 'unit', 'unicodeChar', '*', NULL, NULL, 'Unit', NULL, NULL, NULL, 0, 1, 1, 9),
('tap_schema.columns', 'ucd', 'unicodeChar', '*', NULL, NULL, 'UCD: the meaning of the values', NULL, NULL, NULL, 0, 1, 1, 10),
('tap_schema.columns', 'indexed', 'int', NULL, NULL, NULL, '1: conditions on the column are fast', NULL, NULL, NULL, 0, 1, 1, 11),
('tap_schema.columns', 'principal', 'int', NULL, NULL, NULL, '1: most people want the column', NULL, NULL, NULL, 0, 1, 1, 12),
('tap_schema.columns', 'std', 'int', NULL, NULL, NULL, '1: a standard defines the column', NULL, NULL, NULL, 0, 1, 1, 13),
('tap_schema.columns', 'column_index', 'int', NULL, NULL, NULL, 'Recommended order', NULL, NULL, NULL, 0, 1, 1, 14),
('tap_schema.keys', 'key_id', 'unicodeChar', '*', NULL, NULL, 'Identifier of the key', NULL, NULL, NULL, 0, 1, 1, 1),
('tap_schema.keys', 'from_table', 'unicodeChar', '*', NULL, NULL, 'Table that refers', NULL, NULL, NULL, 0, 1, 1, 2),
('tap_schema.keys', 'target_table', 'unicodeChar', '*', NULL, NULL, 'Table that is referred to', NULL, NULL, NULL, 0, 1, 1, 3),
('tap_schema.keys', 'description', 'unicodeChar', '*', NULL, NULL, 'Description of the key', NULL, NULL, NULL, 0, 1, 1, 4),
('tap_schema.keys', 'utype', 'unicodeChar', '*', NULL, NULL, 'A utype: the part of a data model', NULL, NULL, NULL, 0, 1, 1, 5),
('tap_schema.key_columns', 'key_id', 'unicodeChar', '*', NULL, NULL, 'Identifier of the key', NULL, NULL, NULL, 0, 1, 1, 1),
('tap_schema.key_columns', 'from_column', 'unicodeChar', '*', NULL, NULL, 'Column that refers', NULL, NULL, NULL, 0, 1, 1, 2),
('tap_schema.key_columns', 'target_column', 'unicodeChar', '*', NULL, NULL, 'Column that is referred to', NULL, NULL, NULL, 0, 1, 1, 3)
) AS constant ("table_name", "column_name", "datatype", "arraysize", "xtype", "size", "description", "utype", "unit", "ucd", "indexed", "principal", "std", "column_index");

CREATE VIEW tap_schema.keys AS SELECT
    "key_id" AS "key_id",
    "from_table" AS "from_table",
    "target_table" AS "target_table",
    "description" AS "description",
    "utype" AS "utype"
FROM (VALUES
('keywords_of_cubes'::text, 'archive.keywords'::text, 'archive.data_cubes'::text, 'The cube of a keyword'::text, NULL::text),
('tables_of_schemas', 'tap_schema.tables', 'tap_schema.schemas', NULL, NULL),
('columns_of_tables', 'tap_schema.columns', 'tap_schema.tables', NULL, NULL),
('keys_from_tables', 'tap_schema.keys', 'tap_schema.tables', NULL, NULL),
('keys_to_tables', 'tap_schema.keys', 'tap_schema.tables', NULL, NULL),
('columns_of_keys', 'tap_schema.key_columns', 'tap_schema.keys', NULL, NULL)
) AS constant ("key_id", "from_table", "target_table", "description", "utype");

CREATE VIEW tap_schema.key_columns AS SELECT
    "key_id" AS "key_id",
    "from_column" AS "from_column",
    "target_column" AS "target_column"
FROM (VALUES
('keywords_of_cubes'::text, 'oid'::text, 'oid'::text),
('tables_of_schemas', 'schema_name', 'schema_name'),
('columns_of_tables', 'table_name', 'table_name'),
('keys_from_tables', 'from_table', 'table_name'),
('keys_to_tables', 'target_table', 'table_name'),
('columns_of_keys', 'key_id', 'key_id')
) AS constant ("key_id", "from_column", "target_column");

CREATE INDEX metadata_spans ON datacubes_metadata USING gist (
    (tstzrange(least(date_beg, date_end), greatest(date_beg, date_end), '[]')),
    (archive.float_range(CASE WHEN wavelength_max < wavelength_min THEN wavelength_max ELSE wavelength_min END, CASE WHEN wavelength_max < wavelength_min THEN wavelength_min ELSE wavelength_max END, '[]'))
);

CREATE INDEX metadata_band ON datacubes_metadata USING gist (
    (archive.float_range(CASE WHEN wavelength_max < wavelength_min THEN wavelength_max ELSE wavelength_min END, CASE WHEN wavelength_max < wavelength_min THEN wavelength_min ELSE wavelength_max END, '[]'))
);

CREATE INDEX metadata_obscore ON datacubes_metadata USING btree (
    (date_part('epoch', date_beg AT TIME ZONE 'UTC') / 86400 + 40587),
    (date_part('epoch', greatest(date_beg, date_end) AT TIME ZONE 'UTC') / 86400 + 40587),
    (least(CASE WHEN wavelength_min BETWEEN 1e-3 AND 1e12 THEN wavelength_min END, CASE WHEN wavelength_max BETWEEN 1e-3 AND 1e12 THEN wavelength_max END) * 1e-9),
    (greatest(CASE WHEN wavelength_min BETWEEN 1e-3 AND 1e12 THEN wavelength_min END, CASE WHEN wavelength_max BETWEEN 1e-3 AND 1e12 THEN wavelength_max END) * 1e-9)
);

CREATE INDEX metadata_epn_core ON datacubes_metadata USING btree (
    (date_part('epoch', date_beg AT TIME ZONE 'UTC') / 86400 + 2440587.5),
    (date_part('epoch', greatest(date_beg, date_end) AT TIME ZONE 'UTC') / 86400 + 2440587.5),
    (299792458 / (greatest(CASE WHEN wavelength_min BETWEEN 1e-3 AND 1e12 THEN wavelength_min END, CASE WHEN wavelength_max BETWEEN 1e-3 AND 1e12 THEN wavelength_max END) * 1e-9)),
    (299792458 / (least(CASE WHEN wavelength_min BETWEEN 1e-3 AND 1e12 THEN wavelength_min END, CASE WHEN wavelength_max BETWEEN 1e-3 AND 1e12 THEN wavelength_max END) * 1e-9))
)
""".strip()
REMOVE = """
DROP INDEX IF EXISTS metadata_spans;
DROP INDEX IF EXISTS metadata_band;
DROP INDEX IF EXISTS metadata_obscore;
DROP INDEX IF EXISTS metadata_epn_core;
DROP SCHEMA IF EXISTS ivoa CASCADE;
DROP SCHEMA IF EXISTS archive CASCADE;
DROP SCHEMA IF EXISTS tap_schema CASCADE
"""


def execute(statements):
    def on_postgresql(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(statements, params=None)

    return on_postgresql


class Migration(migrations.Migration):

    initial = True

    dependencies = [("datacubes", "0016_grants_that_were_asked_for")]

    operations = [
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(default=vo.models.new_key, editable=False, max_length=32, unique=True)),
                ('phase', models.CharField(choices=[('PENDING', 'Pending'), ('QUEUED', 'Queued'), ('EXECUTING', 'Executing'), ('COMPLETED', 'Completed'), ('ERROR', 'Error'), ('ABORTED', 'Aborted')], default='PENDING', max_length=16)),
                ('parameters', models.JSONField(default=dict, help_text='As the client gave them, by their names in capitals.')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('queued_at', models.DateTimeField(null=True)),
                ('started_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('destruction', models.DateTimeField(db_index=True, default=vo.models.latest_destruction)),
                ('execution_seconds', models.IntegerField(help_text='The longest that the query takes.')),
                ('error', models.TextField(blank=True)),
                ('result_name', models.CharField(blank=True, help_text='Name of the file of the result.', max_length=64)),
                ('result_type', models.CharField(blank=True, help_text='Media type of the result.', max_length=128)),
                ('result_size', models.BigIntegerField(default=0, help_text='Bytes.')),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(condition=models.Q(('phase__in', ['QUEUED', 'EXECUTING'])), fields=['queued_at'], name='job_queued')],
            },
        ),
        migrations.RunPython(execute(CREATE), execute(REMOVE)),
    ]
