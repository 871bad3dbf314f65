#!/bin/sh
# Creates the namespace unless it is there. The address and the name come from
# TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE.
set -eu

if temporal operator namespace describe "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
	echo "the namespace $TEMPORAL_NAMESPACE is there"
	exit 0
fi
temporal operator namespace create --retention "$RETENTION" "$TEMPORAL_NAMESPACE"
