-- Schema of sst_archive, as its database has it: MySQL and MariaDB.
-- Tables that are made again from the files are left out.

CREATE TABLE `auth_group` (
  `id` int(11) NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `name` varchar(150) NOT NULL UNIQUE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE `auth_user` (
  `id` int(11) NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `password` varchar(128) NOT NULL,
  `last_login` datetime(6),
  `is_superuser` tinyint(1) NOT NULL,
  `username` varchar(150) NOT NULL UNIQUE,
  `first_name` varchar(150) NOT NULL,
  `last_name` varchar(150) NOT NULL,
  `email` varchar(254) NOT NULL,
  `is_staff` tinyint(1) NOT NULL,
  `is_active` tinyint(1) NOT NULL,
  `date_joined` datetime(6) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE `auth_user_groups` (
  `id` int(11) NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `user_id` int(11) NOT NULL,
  `group_id` int(11) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE `authtoken_token` (
  `key` varchar(40) NOT NULL PRIMARY KEY,
  `created` datetime(6) NOT NULL,
  `user_id` int(11) NOT NULL UNIQUE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE `account_emailaddress` (
  `id` int(11) NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `email` varchar(254) NOT NULL,
  `verified` tinyint(1) NOT NULL,
  `primary` tinyint(1) NOT NULL,
  `user_id` int(11) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE `core_userprofile` (
  `user_id` int(11) NOT NULL PRIMARY KEY,
  `affiliation` varchar(100) NOT NULL,
  `purpose` varchar(190) NOT NULL,
  `email_verification_date` datetime(6),
  `email_reverification_disabled` tinyint(1) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE `observations_instrument` (
  `name` varchar(190) NOT NULL PRIMARY KEY,
  `description` longtext NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE `observations_observation` (
  `id` int(11) NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `point_id` varchar(190) NOT NULL UNIQUE,
  `date_beg` datetime(6) NOT NULL,
  `date_end` datetime(6) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE `observations_datacube` (
  `id` int(11) NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `oid` varchar(190) NOT NULL UNIQUE,
  `filename` varchar(190) NOT NULL,
  `path` varchar(1000) NOT NULL,
  `size` bigint(20) NOT NULL,
  `instrument_id` varchar(190) NOT NULL,
  `observation_id` int(11) NOT NULL,
  `grouping_tag` varchar(190),
  `events_ingested` tinyint(1) NOT NULL,
  `features_ingested` tinyint(1) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE `observations_tag` (
  `name` varchar(30) NOT NULL PRIMARY KEY,
  `type` int(11) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE `observations_datacube_tags` (
  `id` int(11) NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `datacube_id` int(11) NOT NULL,
  `tag_id` varchar(30) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE `data_access_datacubeaccesscontrol` (
  `data_cube_id` int(11) NOT NULL PRIMARY KEY,
  `release_date` date,
  `release_comment` longtext,
  `original_data_class` varchar(40) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE `data_access_datacubeusergrant` (
  `id` int(11) NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `data_cube_id` int(11) NOT NULL,
  `user_email` varchar(190) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE `data_access_datacubegroupgrant` (
  `id` int(11) NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `data_cube_id` int(11) NOT NULL,
  `group_id` int(11) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE `data_access_swedishuservalidationrequest` (
  `user_id` int(11) NOT NULL PRIMARY KEY,
  `validation_date` datetime(6),
  `validation_result` varchar(20) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
