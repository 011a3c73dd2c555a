# SPDX-License-Identifier: MIT
"""hello.py PORT CA-FILE [NAME [CRL-FILE]]: verify NAME (localhost) as strictly as the module ssl
can, print its greeting, insist on a clean end."""
import socket
import ssl
import sys

port, ca, *rest = sys.argv[1:]
name = rest[0] if rest else "localhost"
context = ssl.create_default_context(cafile=ca)
context.hostname_checks_common_name = False
context.verify_flags |= ssl.VERIFY_X509_STRICT
if len(rest) > 1:
    context.load_verify_locations(rest[1])
    context.verify_flags |= ssl.VERIFY_CRL_CHECK_CHAIN
with socket.create_connection(("127.0.0.1", int(port))) as raw, context.wrap_socket(
        raw, server_hostname=name, suppress_ragged_eofs=False) as tls:
    while data := tls.recv(4096):
        sys.stdout.buffer.write(data)
