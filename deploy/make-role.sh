#!/bin/sh
# Run once by the postgres image, in an empty data directory: the role that Rollbook connects as is no superuser.
set -eu
psql --no-psqlrc --set=ON_ERROR_STOP=1 --set=password="$ROLLBOOK_PASSWORD" --username "$POSTGRES_USER" <<'SQL'
CREATE ROLE rollbook LOGIN PASSWORD :'password' NOSUPERUSER NOCREATEROLE NOBYPASSRLS;
CREATE DATABASE rollbook OWNER rollbook ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0;
SQL
