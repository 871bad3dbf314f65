#!/usr/bin/env bash
# Runs once, when PostgreSQL sets up an empty volume: one role and its
# databases for Temporal, one role and its database for Throughline. Neither
# can read what the other has.
set -euo pipefail

psql --no-psqlrc --set ON_ERROR_STOP=1 --username postgres \
	--set temporal_password="$TEMPORAL_DB_PASSWORD" \
	--set throughline_password="$THROUGHLINE_DB_PASSWORD" <<'SQL'
CREATE ROLE temporal LOGIN PASSWORD :'temporal_password';
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;
CREATE ROLE throughline LOGIN PASSWORD :'throughline_password';
CREATE DATABASE throughline OWNER throughline;
REVOKE CONNECT ON DATABASE temporal, temporal_visibility, throughline FROM PUBLIC;
SQL
