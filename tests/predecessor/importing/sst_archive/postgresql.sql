-- Schema of sst_archive, as its database has it: PostgreSQL; SQLite reads it, too.
-- Tables that are made again from the files are left out.

CREATE TABLE "auth_group" (
  "id" integer NOT NULL PRIMARY KEY,
  "name" varchar(150) NOT NULL UNIQUE
);

CREATE TABLE "auth_user" (
  "id" integer NOT NULL PRIMARY KEY,
  "password" varchar(128) NOT NULL,
  "last_login" timestamp with time zone,
  "is_superuser" boolean NOT NULL,
  "username" varchar(150) NOT NULL UNIQUE,
  "first_name" varchar(150) NOT NULL,
  "last_name" varchar(150) NOT NULL,
  "email" varchar(254) NOT NULL,
  "is_staff" boolean NOT NULL,
  "is_active" boolean NOT NULL,
  "date_joined" timestamp with time zone NOT NULL
);

CREATE TABLE "auth_user_groups" (
  "id" integer NOT NULL PRIMARY KEY,
  "user_id" integer NOT NULL,
  "group_id" integer NOT NULL
);

CREATE TABLE "authtoken_token" (
  "key" varchar(40) NOT NULL PRIMARY KEY,
  "created" timestamp with time zone NOT NULL,
  "user_id" integer NOT NULL UNIQUE
);

CREATE TABLE "account_emailaddress" (
  "id" integer NOT NULL PRIMARY KEY,
  "email" varchar(254) NOT NULL,
  "verified" boolean NOT NULL,
  "primary" boolean NOT NULL,
  "user_id" integer NOT NULL
);

CREATE TABLE "core_userprofile" (
  "user_id" integer NOT NULL PRIMARY KEY,
  "affiliation" varchar(100) NOT NULL,
  "purpose" varchar(190) NOT NULL,
  "email_verification_date" timestamp with time zone,
  "email_reverification_disabled" boolean NOT NULL
);

CREATE TABLE "observations_instrument" (
  "name" varchar(190) NOT NULL PRIMARY KEY,
  "description" text NOT NULL
);

CREATE TABLE "observations_observation" (
  "id" integer NOT NULL PRIMARY KEY,
  "point_id" varchar(190) NOT NULL UNIQUE,
  "date_beg" timestamp with time zone NOT NULL,
  "date_end" timestamp with time zone NOT NULL
);

CREATE TABLE "observations_datacube" (
  "id" integer NOT NULL PRIMARY KEY,
  "oid" varchar(190) NOT NULL UNIQUE,
  "filename" varchar(190) NOT NULL,
  "path" varchar(1000) NOT NULL,
  "size" bigint NOT NULL,
  "instrument_id" varchar(190) NOT NULL,
  "observation_id" integer NOT NULL,
  "grouping_tag" varchar(190),
  "events_ingested" boolean NOT NULL,
  "features_ingested" boolean NOT NULL
);

CREATE TABLE "observations_tag" (
  "name" varchar(30) NOT NULL PRIMARY KEY,
  "type" integer NOT NULL
);

CREATE TABLE "observations_datacube_tags" (
  "id" integer NOT NULL PRIMARY KEY,
  "datacube_id" integer NOT NULL,
  "tag_id" varchar(30) NOT NULL
);

CREATE TABLE "data_access_datacubeaccesscontrol" (
  "data_cube_id" integer NOT NULL PRIMARY KEY,
  "release_date" date,
  "release_comment" text,
  "original_data_class" varchar(40) NOT NULL
);

CREATE TABLE "data_access_datacubeusergrant" (
  "id" integer NOT NULL PRIMARY KEY,
  "data_cube_id" integer NOT NULL,
  "user_email" varchar(190) NOT NULL
);

CREATE TABLE "data_access_datacubegroupgrant" (
  "id" integer NOT NULL PRIMARY KEY,
  "data_cube_id" integer NOT NULL,
  "group_id" integer NOT NULL
);

CREATE TABLE "data_access_swedishuservalidationrequest" (
  "user_id" integer NOT NULL PRIMARY KEY,
  "validation_date" timestamp with time zone,
  "validation_result" varchar(20) NOT NULL
);
