/* SPDX-License-Identifier: MIT */
#include "client/output/explain.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "client/output/terminal.h"

/*
 * One text for each row of outcome.h: what happened, the possible causes, what cannot be known
 * from here, and where to look.
 */
static const char *const texts[OUTCOME_COUNT] = {
	[OC_OK] =
	    "The chain and the name were verified, the whole greeting was read, and the peer "
	    "ended it with close_notify (over QUIC: with the end of its stream). A handshake "
	    "alone would prove less: with TLS 1.3 a server may still reject the client after "
	    "it, and something on the path may cut the stream. With a service other than hello, "
	    "the client reads only enough of the answer to recognize the service, and accepts "
	    "that some services send nothing.",
	[OC_INTERNAL] =
	    "Memory, the system or the TLS library failed in a way that no input should cause. "
	    "Please report it, with the versions that --version prints.",
	[OC_USAGE] =
	    "The command line is invalid, or two of its options exclude each other. Nothing was "
	    "done and no connection was made, unless --warning and --critical conflict only for "
	    "the certificate that was seen. Options cannot be abbreviated.",
	[OC_FILE] =
	    "A file that an option or the environment names cannot be read or written, or does "
	    "not hold what it should: it has no certificate or no key, or the key belongs to "
	    "another certificate. Or standard output could not be written completely.\n\n"
	    "\"hello-server --check --cert FILE --key FILE\" checks a certificate and its key.",
	[OC_LISTEN] =
	    "hello-server cannot listen on an address: another process uses it (\"ss -ltunp\" "
	    "shows which), the machine does not have it (\"ip address\" lists its addresses), "
	    "or the port is below 1024 and the user is not allowed to use it.",
	[OC_PRIVILEGES] =
	    "hello-server could not change to the user that --user names, or could not confine "
	    "its workers as \"--sandbox require\" demands. It exits rather than serve with "
	    "privileges that it does not need.",
	[OC_WARNINGS] =
	    "hello-server --check found nothing that prevents it from serving, but it found "
	    "something that soon will, or that some clients will reject.",
	[OC_RESOLVE_NOT_FOUND] =
	    "The resolver answered that the name does not exist, or that it has no address of the "
	    "family that -4 or -6 selects. \"getent ahosts NAME\" asks in the same way, through "
	    "/etc/nsswitch.conf, and so it finds names in /etc/hosts; dig and nslookup do "
	    "not. A client that was built with musl uses only /etc/hosts and "
	    "/etc/resolv.conf.\n\n"
	    "What cannot be known from here: whether the name does not exist, or only this "
	    "resolver does not know it. From outside, a name of an internal zone looks the same.",
	[OC_RESOLVE_FAILED] =
	    "The resolver did not answer, or reported that it cannot look up the name now. The "
	    "name may be valid. \"cat /etc/resolv.conf\" shows which name servers are asked; they "
	    "answer on port 53, UDP and TCP.\n\n"
	    "If you know the address, --resolve HOST:PORT:ADDR works without a resolver.",
	[OC_CONNECT_REFUSED] =
	    "The packet arrived somewhere, and nothing listens on that port there: over TCP the "
	    "address answered the SYN with a reset, over UDP (DTLS, QUIC) it reported that the "
	    "port is unreachable, over ICMP. The service is down, or it listens on another port or "
	    "on another address of the machine (\"ss -ltun\" on the server shows where it "
	    "listens), or only over the other of TCP and UDP.\n\n"
	    "What cannot be known from here: a firewall that rejects with a reset looks exactly "
	    "the same, and so does one on the machine itself that rejects a datagram. If the "
	    "server listens, look for a rule such as \"reject\" or \"reject with tcp reset\".",
	[OC_CONNECT_TIMEOUT] =
	    "There was no answer at all: over TCP no SYN-ACK, no reset and no ICMP message, over "
	    "UDP no datagram and no ICMP message. Nearly always a firewall drops the packets, or "
	    "the machine is off and no router reports it. A UDP service that does not speak DTLS "
	    "or QUIC, or does not admit this address, is silent, too; the error line says whether "
	    "TCP connects to the same port.\n\n"
	    "What cannot be known from here: where the packets are lost, and in which direction. "
	    "\"tcpdump -n port PORT\" on the server shows whether they arrive; if they do, the "
	    "answer is lost. \"traceroute -T -p PORT ADDRESS\" shows how far a SYN gets, and with "
	    "-U in place of -T a datagram.",
	[OC_CONNECT_UNREACHABLE] =
	    "The address cannot be reached, and something reported it. Either this machine has no "
	    "route (\"ip route get ADDRESS\" shows it), has no local port left, or forbids the "
	    "connection itself (\"Operation not permitted\": a firewall rule of the output "
	    "chain). Or a router or firewall on the path sent an ICMP message: network "
	    "unreachable, host unreachable, or administratively prohibited. The error line quotes "
	    "the message, as far as the system provides it.\n\n"
	    "\"administratively prohibited\" always means a firewall rule. \"No route to host\" "
	    "means a rule, or a machine on the last network that does not answer its neighbours "
	    "(ARP).",
	[OC_CONNECT_FAILED] =
	    "The system rejected the attempt for another reason, which the error line names: for "
	    "example, this process has reached its limit of open files, a link-local address lacks "
	    "its interface, or the path is too small for the first packet of QUIC, which has 1200 "
	    "bytes.",
	[OC_PROXY_FAILED] =
	    "The proxy of --proxy was reached, but it opened no tunnel: it does not speak the "
	    "protocol of the URL (http for CONNECT, socks5h), did not answer, or could not reach "
	    "the target. If it answered, the error line quotes it.\n\n"
	    "What cannot be known from here: the path behind the proxy. Many proxies report only "
	    "that they failed. \"hello-client --proxy URL https://OTHER\" shows whether the proxy "
	    "reaches another server.",
	[OC_PROXY_DENIED] =
	    "The proxy was reached, understood the request and refused it: it requires a user and "
	    "a password, rejected those given, or does not allow this target or port. Many "
	    "proxies allow CONNECT to port 443 only.",
	[OC_STARTTLS_NOT_OFFERED] =
	    "The service begins in clear text, and its own protocol asks for TLS. The server "
	    "answered in this protocol and did not offer TLS; the error line shows what it "
	    "offered. Either TLS is switched off there, or a firewall that inspects the protocol "
	    "removed the offer. Some firewalls overwrite it with \"XXXXXXXX\".",
	[OC_STARTTLS_REFUSED] =
	    "The server understood the request for TLS and refused it; the error line quotes it. "
	    "Often it has no certificate, or TLS is switched off: a PostgreSQL server answers N, "
	    "an LDAP server protocolError, SQL Server ENCRYPT_NOT_SUP.",
	[OC_STARTTLS_FAILED] =
	    "The connection is open, but the exchange before TLS did not finish: another protocol "
	    "answered, nothing did, the answer had no end, or bytes in clear text followed it. "
	    "Such bytes could be commands that somebody injected (RFC 3207 section 6), so the "
	    "handshake did not begin.\n\n"
	    "With the service mssql the handshake travels inside TDS packets. If the server sent "
	    "something else there, the error line shows it.",
	[OC_NOT_TLS] =
	    "The peer answers, but the first bytes that it sent are not a TLS record; over UDP, "
	    "its datagrams are not of DTLS or QUIC. The error line shows them, with a guess. An "
	    "HTTP answer means that the port serves HTTP without TLS, or that a proxy or balancer "
	    "answers itself. A greeting of SSH or mail means the wrong port, or a port that "
	    "requires STARTTLS first: use smtp://HOST:PORT and the like.\n\n"
	    "Over TCP, a server that waits for a PROXY protocol header does not answer with one: "
	    "it closes the connection or logs the fault.",
	[OC_HANDSHAKE_TIMEOUT] =
	    "The connection is open, or over UDP the peer has answered, but the handshake did not "
	    "finish in time.\n\n"
	    "If the peer sent nothing over TCP, it is stuck, or it waits for something else first "
	    "(a PROXY protocol header, a plain-text protocol), or the ClientHello was lost: a "
	    "firewall may silently drop a ClientHello because of the name in it or its size. If "
	    "the peer began to answer, a small packet arrived and a large one did not. This "
	    "happens on a path whose packet size is smaller than both ends believe, and on which "
	    "ICMP is dropped (\"ping -M do -s 1472 HOST\" shows it, in IPv6 with 1452; "
	    "over TCP, --hello small-segments avoids it).\n\n"
	    "Over TCP and QUIC, --path-test finds out whether the name, the version or the size "
	    "makes the difference.",
	[OC_HANDSHAKE_ALERT] =
	    "The peer ended the handshake with a TLS alert, which the error line names. The alert "
	    "comes from whatever terminates TLS: the server, or a middlebox in its place. "
	    "handshake_failure and protocol_version mean that the two ends have nothing in "
	    "common. unrecognized_name means that there is no certificate for the requested name "
	    "(--servername). For internal_error, look into the server's log.",
	[OC_HANDSHAKE_RESET] =
	    "The connection was open, and was reset during the handshake; over UDP, the peer had "
	    "answered, and then ICMP reported that its port is closed. A server does this when it "
	    "crashes or, over TCP, when its queue is full, or when it expects a PROXY protocol "
	    "header (--haproxy-protocol v2). A firewall does this when it reads the ClientHello "
	    "and rejects its name, version or size.\n\n"
	    "What cannot be known from here: who sent the reset. Over TCP and QUIC, --path-test "
	    "finds out whether the name, the version or the size makes the difference.",
	[OC_HANDSHAKE_CLOSED] =
	    "The peer closed the connection in an orderly way, but during the handshake and "
	    "without an alert. A balancer without a healthy server does this, and so does a "
	    "server that does not admit this address, rejects the ClientHello or, over TCP, "
	    "expects a PROXY protocol header. Over QUIC the peer may give a code and a reason, "
	    "which the error line quotes; a server that is shutting down or overloaded refuses "
	    "connections like this.",
	[OC_HANDSHAKE_PARAMETERS] =
	    "Both ends speak TLS, but they have no common version, cipher suite, group, signature "
	    "algorithm or application protocol (ALPN); or both speak QUIC, but not the same "
	    "version of it. hello-client and hello-server offer TLS 1.2 and 1.3, DTLS 1.2 and "
	    "version 1 of QUIC, with forward secrecy and AEAD only (RFC 9325). An old server that "
	    "supports TLS only up to 1.1 fails like this.\n\n"
	    "Over TCP, --path-test tries each version of TLS alone. Versions before 1.2 and old "
	    "ciphers need another program: \"nmap --script ssl-enum-ciphers -p PORT HOST\" lists "
	    "what the server offers.",
	[OC_HANDSHAKE_FAILED] =
	    "The peer speaks TLS, but what it sent breaks the protocol; the error line quotes the "
	    "TLS library. One of the two ends has a bug, or something on the path changed the "
	    "bytes.",
	[OC_KEY_EXCHANGE_CLASSICAL] =
	    "The handshake succeeded and the certificate is valid, but --expect-pq was given and "
	    "the group that both ends agreed on is not a hybrid with ML-KEM. Somebody who records "
	    "this connection can decrypt it once a quantum computer breaks elliptic curves.\n\n"
	    "hello-client offers X25519MLKEM768 if its TLS library has it (OpenSSL 3.5). The "
	    "server chooses: it needs TLS 1.3, a library with this group, and no list of groups "
	    "that omits it. A device on the path that terminates TLS chooses in its place.",
	[OC_CERT_UNKNOWN_CA] =
	    "The chain that the server sent does not end in a trusted root of the store. The "
	    "error line names the store.\n\n"
	    "If the service has a private CA, use --cacert FILE with its root. If the named "
	    "issuer is the CA of your company, but the service is not your company's, something "
	    "on the path terminates TLS and issues certificates of its own (\"TLS inspection\"). "
	    "If the store has a CA of that name which did not sign this certificate, the CA was "
	    "created again under its old name, or somebody impersonates it.",
	[OC_CERT_MISSING_INTERMEDIATE] =
	    "The server sent only its own certificate, and the issuer of that certificate is not "
	    "in the store. Usually an intermediate is missing. The server must send it after its "
	    "own certificate: configure the full chain, not the certificate alone. Browsers often "
	    "hide this, because they fetch or remember intermediates.\n\n"
	    "What cannot be known from here: whether the issuer is an intermediate, or a root "
	    "that is not in the store. --fetch-issuer FILE fetches it, if the certificate names "
	    "its address.",
	[OC_CERT_EXPIRED] =
	    "A certificate of the chain expired before now, or before --verify-time. If it was "
	    "renewed, the server may still serve the old file: many servers read it again only "
	    "on a reload. --expect-cert FILE compares the served certificate with the file. If "
	    "an intermediate expired, the server must send its replacement.",
	[OC_CERT_NOT_YET_VALID] =
	    "The validity of a certificate begins in the future. Either a clock is wrong, here or "
	    "where the certificate was issued, by at least the time shown, or the certificate is "
	    "meant for later use.",
	[OC_CERT_WRONG_NAME] =
	    "The chain is valid, but no name in the certificate's subjectAltName is the requested "
	    "one. The common name in the subject does not count (RFC 9525). \"*\" stands for one "
	    "whole label: *.a.test covers x.a.test, but not a.test or x.y.a.test.\n\n"
	    "If the certificate is for something entirely different, a server that does not know "
	    "the name may have sent its default certificate, or another service answered: check "
	    "the address.",
	[OC_CERT_WRONG_PURPOSE] =
	    "The certificate's key usage or extended key usage does not allow TLS servers: it was "
	    "issued for clients, mail or code signing. Issue another certificate, with "
	    "serverAuth.",
	[OC_CERT_REVOKED] =
	    "The CA revoked a certificate of the chain before it expired, and published this in a "
	    "revocation list (--crlfile), or in the OCSP response that the server staples. Nobody "
	    "should use the certificate any more. \"keyCompromise\" means that others have its "
	    "key.\n\n"
	    "Issue a new certificate with a new key. \"openssl crl -in FILE -noout -text\" shows "
	    "the list.",
	[OC_CRL_UNUSABLE] =
	    "A revocation list is required, but there is none from this issuer, or it is too old, "
	    "not yet valid, not signed by the CA, a delta list without its complete list, or of "
	    "an unsupported kind. Whether the certificate was revoked is unknown, so it is "
	    "rejected.\n\n"
	    "Fetch the current list from the CA; each CA of the chain has its own.",
	[OC_CERT_PIN_MISMATCH] =
	    "The chain and the name are valid, but the server's key does not match "
	    "--pinnedpubkey. Either the server has a new key, or something in between has a "
	    "certificate for this name that you trust: for example, a company's proxy that "
	    "terminates TLS.\n\n"
	    "The error line shows the key. Before you pin it, compare it with the key on the "
	    "server itself, not over this connection.",
	[OC_CERT_INVALID] =
	    "The chain leads to a trusted root, but the chain breaks a rule: a CA signed for "
	    "names that its name constraints exclude, the chain is longer than a path length "
	    "allows, a signature is wrong, a key or a digest is too weak, the server could not "
	    "sign with the key (with --chain), an extension is critical and unknown, missing, "
	    "malformed or present twice, or the certificate identifies its CA by a key "
	    "identifier or serial number that the CA's current certificate does not have.\n\n"
	    "The error line begins with what every client rejects. If only the strict RFC 5280 "
	    "checks reject the chain, the advice names --no-x509-strict.",
	[OC_CERT_SELF_SIGNED] =
	    "The server's certificate is its own issuer, and is not in the store. Test "
	    "installations and appliances often have such a certificate. To trust it, use "
	    "--cacert FILE with that very certificate, copied from the machine itself and not "
	    "over this connection.",
	[OC_CERT_NOT_EXPECTED] =
	    "The certificate that the server sent is not the one in the --expect-cert file. If it "
	    "has the same names and is older, the certificate was renewed on disk, but the "
	    "server, or one node of several, was not reloaded. If it is entirely different, check "
	    "the address, and whether something on the path terminates TLS.\n\n"
	    "This outcome takes precedence over faults of the served certificate, which the error "
	    "line also lists: if a certificate expired because the new one was never loaded, a "
	    "reload is enough. --connect-to ADDRESS probes a single node.",
	[OC_CLIENT_CERT_REQUIRED] =
	    "The server requires a client certificate and none was sent. With TLS 1.3 the server "
	    "reports this after the client's handshake is complete: a \"completed\" handshake "
	    "proves little.\n\n"
	    "--cert FILE --key FILE sends one; it must be from a CA that the server accepts. -v "
	    "shows the CAs and types of keys that the server asked for. A certificate whose key "
	    "fits none of its signature algorithms is not sent.",
	[OC_CLIENT_CERT_REFUSED] =
	    "The client sent a certificate, and the server rejected it with an alert: the "
	    "certificate is from an unknown CA, expired, revoked, for another purpose, or "
	    "simply not one that the server admits. The protocol provides only the alert's "
	    "name; the server's log may have the reason. Most servers also send the names of "
	    "the CAs that they accept: -v shows them, and if none of them issued this "
	    "certificate, the error line says so.",
	[OC_GREETING_TIMEOUT] =
	    "The handshake was completed and the certificate is valid, but the greeting, or its "
	    "end, did not arrive. The service behind TLS is stuck, or waits for a request. The "
	    "network and the certificates are not the cause, unless the path loses large packets. "
	    "Over DTLS a datagram of the greeting may also have been lost: nobody repeats it.",
	[OC_GREETING_MISMATCH] =
	    "The whole greeting arrived, and it is not the text of --expect. Another service, an "
	    "older version of it or another node may answer at this address. Over HTTP, the "
	    "status is not 200 (with the service https: not one that --expect-status accepts), "
	    "or the answer breaks a rule of RFC 9112, so that two readers could disagree about "
	    "where it ends. With other services, the answer is not in the service's protocol.",
	[OC_GREETING_TRUNCATED] =
	    "The stream ended without the close_notify that TLS requires (RFC 8446 section 6.1), "
	    "or over QUIC without the end of the stream (RFC 9000 section 3), so part of the "
	    "greeting may be missing. The server stopped in the middle, or never sends "
	    "close_notify, or something on the path closed the connection. If the error line "
	    "reports that the peer sent invalid TLS or violates QUIC, the client closed the "
	    "connection. Over DTLS data was lost on the path, and nobody repeats it.",
	[OC_GREETING_EMPTY] =
	    "The server sent close_notify, or over QUIC closed the connection, before any data. A "
	    "balancer that terminates TLS and has no healthy server behind it does this.",
	[OC_GREETING_TOO_LONG] =
	    "The peer sent more than a greeting can hold. Some service other than hello-server "
	    "answers at this address.",
	[OC_GREETING_RESET] =
	    "The handshake was completed, and then the connection was reset, or over QUIC the "
	    "stream of the greeting: the server's process died or gave up, or a firewall or "
	    "balancer lost the state of the connection. A reset is not a proper end: what arrived "
	    "before it may be incomplete.",
	[OC_PATH_DIFFERS] =
	    "With --compare: the server's report of the connection differs from what the client "
	    "observed. If the two ends do not share keys, something on the path terminates TLS: a "
	    "balancer, a reverse proxy or an inspecting firewall makes its own connection to the "
	    "server and reads everything. The other differences show what it changes.\n\n"
	    "What cannot be known: whether a middlebox that wants to deceive also rewrites the "
	    "report. --compare finds honest ones.",
	[OC_CLIENT_AUTH_OPEN] =
	    "With --client-zoo: the server let in a client that it should refuse. It requests "
	    "no certificate, or accepts clients without one, or does not verify what it "
	    "receives, or has no revocation list. The table shows each client, what the server "
	    "did, and what proves it: an answer to that client, not the end of its handshake.",
	[OC_CLIENT_AUTH_UNKNOWN] =
	    "With --client-zoo: the server let in no bad client, but nothing proves that it "
	    "refused all of them. In TLS 1.3 the client completes the handshake before the "
	    "server has verified its certificate. So only an answer of the service proves that "
	    "the client was let in, and only an alert, a close or a refusal in the protocol of "
	    "the service proves that it was refused. This server did neither in time.\n\n"
	    "Or the server refused all bad clients, but the service failed for the good one, "
	    "so it is unknown whether anybody is let in.",
	[OC_OUTCOME_UNEXPECTED] =
	    "With --expect-outcome: the probe ended with an outcome that is not on the list, which "
	    "may be success. If you monitor a firewall, a certificate that must be rejected or a "
	    "service that admits only its own clients, this may mean that the protection is gone. "
	    "The error line shows the actual outcome and the list; the advice is about the actual "
	    "outcome.\n\n"
	    "A failure of this machine, such as FILE, keeps its own status: it shows nothing about "
	    "the target.",
	[OC_HEALTH_CHECK] =
	    "Only in the server's log: a client connected and closed the connection without "
	    "sending a byte, as the health checks of load balancers do.",
	[OC_CLIENT_DENIED] =
	    "Only in the server's log: --allow and --deny do not admit the client's address. Over "
	    "TCP the server closed the connection before any TLS; the client reports "
	    "HANDSHAKE_CLOSED or HANDSHAKE_RESET. Over UDP it does not answer; the client reports "
	    "CONNECT_TIMEOUT.",
	[OC_NAME_UNKNOWN] =
	    "Only in the server's log: with --strict-sni, the client requested no name, or a name "
	    "that no certificate of the server covers. The client reports HANDSHAKE_ALERT: "
	    "unrecognized_name (112) or missing_extension (109), which is handshake_failure (40) "
	    "in TLS 1.2.",
	[OC_RECORD_BAD] =
	    "Only in the server's log: after the handshake the client sent a record or a message "
	    "that TLS does not allow, or one that cannot be decrypted, or it violated QUIC. The "
	    "client's implementation is broken, or a device on the path changed the bytes. The "
	    "server sent the client the alert, or the error of QUIC, that the log line names.",
	[OC_REQUEST_BAD] =
	    "Only in the server's log: ALPN selected http/1.1, and the client did not send a "
	    "request that the server answers with 200. The answer named the fault, and so does "
	    "the log line.",
	[OC_REQUEST_TIMEOUT] =
	    "Only in the server's log: ALPN selected http/1.1, and the head of a request was not "
	    "complete within --request-timeout. The server answered with status 408.",
	[OC_PROXY_HEADER_BAD] =
	    "Only in the server's log: connections from the balancers of --proxy-protocol-from "
	    "must begin with a PROXY protocol header. Either this one did not, or its header was "
	    "invalid; or a header came from an address that is not a balancer's. The client "
	    "reports HANDSHAKE_CLOSED, HANDSHAKE_RESET or HANDSHAKE_ALERT.",
	[OC_LIMIT_REACHED] =
	    "Only in the server's log: the server reached a limit, so it closed the connection "
	    "that had waited longest for its peer, which was this one. The client reports "
	    "HANDSHAKE_CLOSED, HANDSHAKE_RESET or, over HTTP, GREETING_EMPTY.",
	[OC_SHUTDOWN] =
	    "Only in the server's log: the server was shutting down, and this connection had not "
	    "finished by the end of --drain-timeout.",
};

static bool has_name(enum outcome_code code, const char *reason)
{
	char status[16];

	snprintf(status, sizeof status, "%d", outcome_status(code));
	return strcasecmp(reason, outcome_name(code)) == 0 ||
	    (outcome_status(code) >= 0 && strcmp(reason, status) == 0);
}

static void print_all(FILE *to, enum outcome_code code)
{
	fprintf(to, "%s: %s\n", outcome_name(code), outcome_words(code));
	if (outcome_status(code) >= 0)
		fprintf(to, "exit status %d, layer: %s\n", outcome_status(code),
		    outcome_layer_name(code));
	fputc('\n', to);
	/* check_explain names the outcome that has none. */
	if (texts[code])
		terminal_print_wrapped(to, texts[code], 0);
	terminal_print_wrapped(to, outcome_advice(code), (size_t)fprintf(to, "\ntry: ") - 1);
}

int explain_reason(FILE *to, const char *reason, struct outcome *oc)
{
	for (int i = 0; i < OUTCOME_COUNT; i++) {
		if (!has_name((enum outcome_code)i, reason))
			continue;
		print_all(to, (enum outcome_code)i);
		return 0;
	}
	outcome_set(oc, OC_USAGE, "invalid outcome \"%.40s\": expected a name or an exit status",
	    reason);
	outcome_advise(oc,
	    "--explain CERT_EXPIRED or --explain 52; hello-client(1) lists them all");
	return -1;
}
