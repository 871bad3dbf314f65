#!/bin/sh
# Sets up Temporal's tables, or brings them to the version of this image. Both
# steps leave alone what is already there.
set -eu

for name in temporal visibility; do
	database=temporal
	[ "$name" = visibility ] && database=temporal_visibility
	temporal-sql-tool --database "$database" setup-schema --version 0.0
	temporal-sql-tool --database "$database" update-schema --schema-name "postgresql/v12/$name"
done
