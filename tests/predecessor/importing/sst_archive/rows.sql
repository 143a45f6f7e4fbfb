-- Made-up rows of sst_archive. The password of those who have one is “granulation 42”.

INSERT INTO "auth_group" ("id", "name") VALUES
  (1, 'Swedish User'),
  (2, 'Flare study 2019'),
  (3, 'Archive staff'),
  (4, 'Swedish Usеr');  -- With a Cyrillic letter.

INSERT INTO "auth_user" ("id", "password", "last_login", "is_superuser", "username", "first_name", "last_name", "email", "is_staff", "is_active", "date_joined") VALUES
  (1, 'pbkdf2_sha256$1000$c0ffeeSALT1234567890ab$jky+Nt/ZD2xn9kpCEyUIVFhkoGRrsJcdKwh58gcxZH4=', '2021-03-01 08:00:00', TRUE, 'boss', 'Bo', 'Ström', 'boss@sst.example', TRUE, TRUE, '2018-01-01 10:00:00'),
  (2, 'pbkdf2_sha256$1000$c0ffeeSALT1234567890ab$jky+Nt/ZD2xn9kpCEyUIVFhkoGRrsJcdKwh58gcxZH4=', '2021-03-01 08:00:00', FALSE, 'asa', 'Åsa', 'Öhman', 'Asa@astro.example', FALSE, TRUE, '2019-05-02 10:30:00'),
  (3, '!unusable', NULL, FALSE, 'pipeline', '', '', '', FALSE, TRUE, '2019-01-01 00:00:00'),
  (4, 'pbkdf2_sha256$1000$c0ffeeSALT1234567890ab$jky+Nt/ZD2xn9kpCEyUIVFhkoGRrsJcdKwh58gcxZH4=', NULL, FALSE, 'petra', 'Petra', 'Nova', 'petra@new.example', FALSE, TRUE, '2021-06-01 00:00:00'),
  (5, 'pbkdf2_sha256$1000$c0ffeeSALT1234567890ab$jky+Nt/ZD2xn9kpCEyUIVFhkoGRrsJcdKwh58gcxZH4=', NULL, FALSE, 'аsa', 'Mallory', '', 'mallory@evil.example', FALSE, TRUE, '2021-06-02 00:00:00'),  -- With a Cyrillic letter.
  (6, 'pbkdf2_sha256$1000$c0ffeeSALT1234567890ab$jky+Nt/ZD2xn9kpCEyUIVFhkoGRrsJcdKwh58gcxZH4=', NULL, FALSE, 'mimic', '', '', 'asa@аstro.example', FALSE, TRUE, '2021-06-03 00:00:00'),  -- With a Cyrillic letter.
  (7, 'md5$salt$0cc175b9c0f1b6a831c399e269772661', NULL, FALSE, 'olof', 'Olof', 'Gammal', 'olof@astro.example', FALSE, FALSE, '2018-02-03 00:00:00'),
  (8, 'pbkdf2_sha256$999999999$salt$jky+Nt/ZD2xn9kpCEyUIVFhkoGRrsJcdKwh58gcxZH4=', NULL, FALSE, 'slow', '', '', 'slow@evil.example', FALSE, TRUE, '2021-06-04 00:00:00');

INSERT INTO "account_emailaddress" ("id", "email", "verified", "primary", "user_id") VALUES
  (1, 'boss@sst.example', TRUE, TRUE, 1),
  (2, 'Asa@astro.example', TRUE, TRUE, 2),
  (3, 'asa.ohman@home.example', FALSE, FALSE, 2),
  (4, 'petra@new.example', FALSE, TRUE, 4),
  (5, 'mallory@evil.example', TRUE, TRUE, 5),
  (6, 'asa@аstro.example', TRUE, TRUE, 6),
  (7, 'olof@astro.example', TRUE, TRUE, 7),
  (8, 'slow@evil.example', TRUE, TRUE, 8);

INSERT INTO "core_userprofile" ("user_id", "affiliation", "purpose", "email_verification_date", "email_reverification_disabled") VALUES
  (1, 'Institute for Solar Physics', 'Runs the archive', '2021-02-01 00:00:00', TRUE),
  (2, 'Stockholm University', 'Penumbral jets & <b>umbral flashes</b>', '2021-02-20 09:00:00', FALSE),
  (4, '', '', NULL, FALSE);

INSERT INTO "auth_user_groups" ("id", "user_id", "group_id") VALUES
  (1, 2, 1), (2, 2, 2), (3, 1, 3), (4, 5, 3), (5, 5, 4);

INSERT INTO "authtoken_token" ("key", "created", "user_id") VALUES
  ('3333333333333333333333333333333333333333', '2019-01-01 00:00:00', 3),
  ('2222222222222222222222222222222222222222', '2019-06-01 00:00:00', 2),
  ('1111111111111111111111111111111111111111', '2019-06-01 00:00:00', 1),
  ('not a token', '2019-06-01 00:00:00', 5);

INSERT INTO "data_access_swedishuservalidationrequest" ("user_id", "validation_date", "validation_result") VALUES
  (2, '2019-05-03 10:00:00', 'approved'),
  (4, NULL, 'not processed');

INSERT INTO "observations_instrument" ("name", "description") VALUES
  ('CRISP', 'CRisp Imaging SpectroPolarimeter'),
  ('TRIPPEL', 'TRI-Port Polarimetric Echelle-Littrow');

INSERT INTO "observations_observation" ("id", "point_id", "date_beg", "date_end") VALUES
  (11, '2019-04-19T17:34:39', '2019-04-19 17:34:55', '2019-04-19 17:40:00'),
  (12, '2019-04-20T08:00:00_mosaic', '2019-04-20 08:00:00', '2019-04-20 08:40:00'),
  (13, '2019-04-21T09:00:00', '2019-04-21 09:00:00', '2019-04-21 09:10:00');

INSERT INTO "observations_datacube" ("id", "oid", "filename", "path", "size", "instrument_id", "observation_id", "grouping_tag", "events_ingested", "features_ingested") VALUES
  (101, 'embargoed', 'embargoed.fits', '/storage/sst/2019-04-19/CRISP/embargoed.fits', 1, 'CRISP', 11, NULL, TRUE, TRUE),
  (102, 'open', 'open.fits', '/storage/sst/2019-04-20/CRISP/open.fits', 1, 'CRISP', 12, 'mosaic', FALSE, FALSE),
  (103, 'no date', 'no_date.fits', '/storage/sst/2019-04-21/CRISP/no_date.fits', 1, 'CRISP', 13, NULL, FALSE, FALSE),
  (104, 'gone', 'gone.fits', '/storage/sst/2019-04-21/CRISP/gone.fits', 1, 'CRISP', 13, NULL, FALSE, FALSE),
  (105, 'outside', 'outside.fits', '/storage/sst/../../etc/outside.fits', 1, 'CRISP', 13, NULL, FALSE, FALSE),
  (106, 'elsewhere', 'passwd.fits', '/etc/passwd.fits', 1, 'CRISP', 13, NULL, FALSE, FALSE),
  (107, 'link', 'link.fits', '/storage/sst/link.fits', 1, 'CRISP', 13, NULL, FALSE, FALSE),
  (108, 'spectrum', 'spectrum.fits', '/storage/sst/2019-04-21/TRIPPEL/spectrum.fits', 1, 'TRIPPEL', 13, NULL, FALSE, FALSE);

INSERT INTO "data_access_datacubeaccesscontrol" ("data_cube_id", "release_date", "release_comment", "original_data_class") VALUES
  (101, '2999-12-31', 'Thesis of Å. Öhman', 'swedish_university'),
  (102, '2020-05-01', '', 'open'),
  (103, NULL, NULL, 'ipu'),
  (104, '2020-05-01', '', 'solarnet'),
  (105, '2020-05-01', '', 'unspecified'),
  (106, '2020-05-01', '', 'unspecified'),
  (107, '2020-05-01', '', 'unspecified');

INSERT INTO "data_access_datacubeusergrant" ("id", "data_cube_id", "user_email") VALUES
  (1, 101, 'asa@astro.example'),
  (2, 101, 'guest@not.registered.example'),
  (3, 101, 'Guest@Not.Registered.example'),
  (4, 101, 'nobody at nowhere'),
  (5, 103, 'petra@new.example');

INSERT INTO "data_access_datacubegroupgrant" ("id", "data_cube_id", "group_id") VALUES
  (1, 101, 1), (2, 103, 2), (3, 103, 3);

INSERT INTO "observations_tag" ("name", "type") VALUES
  ('sunspot', 2), ('Pore', 2), ('Flare', 1), ('Jet', 1), ('Unicorn', 2);

INSERT INTO "observations_datacube_tags" ("id", "datacube_id", "tag_id") VALUES
  (1, 101, 'sunspot'), (2, 101, 'Flare'), (3, 101, 'Jet'), (4, 101, 'Unicorn'), (5, 102, 'Pore');
