#!/bin/sh
# targets-many.sh - tests/load/targets.sh with few of them: all are told, within its bounds.

# shellcheck disable=SC2034 # for that script
TARGETS=400 FEW=200
# shellcheck source=tests/load/targets.sh
. "${srcdir:-.}/tests/load/targets.sh"
