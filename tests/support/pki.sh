#!/bin/sh
# pki.sh HELLO-CERTS FOLDER - the CA that most system tests begin with: a certificate for localhost.
set -eu
"$1" init "$2"
"$1" issue "$2" localhost 127.0.0.1 ::1
