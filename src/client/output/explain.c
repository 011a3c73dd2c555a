/* SPDX-License-Identifier: MIT */
#include "client/output/explain.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "client/output/terminal.h"

/*
 * One text for each row of outcome.h: what was seen, what may be behind it and
 * cannot be known from here, and where to look. A test holds it against the list.
 */
static const char *const texts[OUTCOME_COUNT] = {
	[OC_OK] = "Chain and name were verified, the whole greeting was read, and the peer closed "
		  "with close_notify. A handshake alone would prove less: with TLS 1.3 a server "
		  "may still refuse the client after it, and something on the way may cut the "
		  "stream.",
	[OC_INTERNAL] =
	    "Something failed that no input should make fail: memory, or a promise of the "
	    "system or of the TLS library. It is worth a report, with the versions that "
	    "--version prints.",
	[OC_USAGE] =
	    "The command line cannot be understood, or asks for two things that exclude each "
	    "other. Nothing was done, and nobody was connected to. Options are never "
	    "abbreviated.",
	[OC_FILE] =
	    "A file that an option or the environment names cannot be read, or does not hold "
	    "what it should: no certificate, no key, a key of another certificate. Or "
	    "standard output could not be written to its end.\n\n"
	    "\"openssl x509 -in FILE -noout -subject\" and \"openssl pkey -in FILE -noout\" "
	    "say what the TLS library makes of a file.",
	[OC_LISTEN] =
	    "hello-server cannot take an address: another process has it (\"ss -ltnp\" shows "
	    "who), the machine does not have it (\"ip address\" shows which it has), or the "
	    "port is below 1024 and the user may not.",
	[OC_PRIVILEGES] =
	    "hello-server could not become the user that --user names, or could not confine "
	    "its workers as --sandbox require wants it. It serves nobody rather than with "
	    "rights that it does not need.",
	[OC_WARNINGS] =
	    "hello-server --check found nothing that keeps it from serving, but something "
	    "that will soon, or that some clients will refuse.",
	[OC_RESOLVE_NOT_FOUND] =
	    "The resolver answered, and its answer is that there is no such name, or no "
	    "address of the kind that -4 or -6 asks for. \"getent ahosts NAME\" asks as we "
	    "do, through /etc/nsswitch.conf, so it sees /etc/hosts; dig and nslookup do not.\n\n"
	    "What cannot be known from here: whether the name is missing, or only this "
	    "resolver does not serve it. A name of an internal zone looks like this from "
	    "outside.",
	[OC_RESOLVE_FAILED] =
	    "The resolver gave no answer, or said that it cannot tell now. The name may be "
	    "fine. \"cat /etc/resolv.conf\" names the servers that are asked; they answer on "
	    "port 53, UDP and TCP.\n\n"
	    "--resolve HOST:PORT:ADDR goes on without a resolver, if the address is known.",
	[OC_CONNECT_REFUSED] =
	    "The address answered the SYN with a reset: the packet arrived somewhere, and "
	    "nobody listens on that port there. The service is down, listens on another port "
	    "or on another address of the machine (\"ss -ltn\" on the server tells).\n\n"
	    "What cannot be known from here: a firewall that rejects with a reset looks "
	    "exactly the same. If the server listens, look for a rule like \"reject with tcp "
	    "reset\" on the way.",
	[OC_CONNECT_TIMEOUT] =
	    "No answer at all: neither a SYN-ACK nor a reset nor an ICMP message. Nearly "
	    "always a firewall drops the packets, or the machine is off and a router keeps "
	    "quiet about it.\n\n"
	    "What cannot be known from here: where they are lost, and in which direction. "
	    "\"tcpdump -n port PORT\" on the server tells whether the SYN arrives; if it "
	    "does, the answer is lost. \"traceroute -T -p PORT ADDRESS\" shows how far it "
	    "gets.",
	[OC_CONNECT_UNREACHABLE] =
	    "There is no way there, and somebody said so. Either this machine has no route "
	    "(\"ip route get ADDRESS\" tells), or a router or firewall on the way sent an "
	    "ICMP message: no such network, no such host, or administratively prohibited. "
	    "The message's words, as far as the system tells them, stand in the line.\n\n"
	    "\"administratively prohibited\" is always a rule. \"No route to host\" may be a "
	    "rule, or a machine of the last network that does not answer to its neighbours "
	    "(ARP).",
	[OC_CONNECT_FAILED] =
	    "The system refused the attempt for a reason of its own, which it names. The "
	    "local firewall (\"Operation not permitted\": a rule of the output chain), an "
	    "exhausted range of ports, a limit of open files.",
	[OC_PROXY_FAILED] =
	    "The proxy of --proxy was reached, and there is no tunnel: it does not speak "
	    "what the URL says (http for CONNECT, socks5h), did not answer, or could not "
	    "reach the target from where it stands, in its own words.\n\n"
	    "What cannot be known from here: what the way behind the proxy looks like. A "
	    "proxy often says no more than that it failed. \"curl -v -x URL https://TARGET\" "
	    "shows the same from another program.",
	[OC_PROXY_DENIED] =
	    "The proxy was reached, understood what was asked, and refuses: it wants a user "
	    "and a password, does not take those given, or does not allow this target or "
	    "port. Many allow CONNECT to port 443 only.",
	[OC_STARTTLS_NOT_OFFERED] =
	    "The service begins in clear text, and TLS is asked for in its own protocol. The "
	    "server answered in this protocol and did not offer TLS; what it offers is "
	    "shown. Either TLS is switched off there, or a firewall that inspects the "
	    "protocol removed the offer: some overwrite it, and \"XXXXXXXX\" is what remains.",
	[OC_STARTTLS_REFUSED] =
	    "The server understood that TLS was asked for, and refused in the words that "
	    "are shown. Often it has no certificate, or TLS is switched off: a PostgreSQL "
	    "server answers N, an LDAP server protocolError.",
	[OC_STARTTLS_FAILED] =
	    "The connection is open, but the conversation before TLS did not come to its "
	    "end: another protocol answered, nothing did, the answer had no end, or bytes "
	    "in clear text followed it. The latter is how commands are injected into "
	    "a TLS connection (RFC 3207 section 6), so the handshake did not begin.",
	[OC_NOT_TLS] =
	    "The connection is open, and what came first cannot be a TLS record. Its "
	    "beginning is shown, with a guess. An HTTP answer: the port is for HTTP without "
	    "TLS, or a proxy or balancer answers itself. An SSH or mail server: the wrong "
	    "port, or one that wants STARTTLS first: smtp://HOST:PORT asks for it.\n\n"
	    "If a server waits for a PROXY protocol header, it closes or says so in its log; "
	    "it does not answer with one.",
	[OC_HANDSHAKE_TIMEOUT] =
	    "The connection is open, but the handshake did not end in time.\n\n"
	    "\"the peer said nothing\": the server waits for something else first (a PROXY "
	    "protocol header, a plain-text protocol), is stuck, or the ClientHello was lost: "
	    "a firewall that does not like the name in it, or its size, may drop it without "
	    "a word. \"had begun to answer\": a small answer passed and a large one did not, "
	    "which is what a path does whose packet size is smaller than both ends believe, "
	    "with ICMP thrown away on it (\"ping -M do -s 1472 HOST\" tells).\n\n"
	    "--path-test tries what makes the difference: the name, the version, the size.",
	[OC_HANDSHAKE_ALERT] =
	    "The peer refused, with a TLS alert, which is named. It comes from whoever ends "
	    "the TLS connection: the server, or a middlebox that plays it. handshake_failure "
	    "and protocol_version: nothing in common. unrecognized_name: no certificate for "
	    "the name asked for (--servername). internal_error: look into the server's log.",
	[OC_HANDSHAKE_RESET] =
	    "The TCP connection was open, and was reset during the handshake. A server that "
	    "crashes or whose queue is full does this, or one that expects a PROXY protocol "
	    "header (--haproxy-protocol v2); so do firewalls that read the ClientHello and "
	    "dislike the name, the version or the size they find.\n\n"
	    "What cannot be known from here: who sent the reset. --path-test tries whether it "
	    "is the name, the version or the size that makes the difference.",
	[OC_HANDSHAKE_CLOSED] =
	    "The peer closed the connection in an orderly way, but in the middle of the "
	    "handshake, and without an alert. Balancers without a healthy server behind them "
	    "do this, servers that expect a PROXY protocol header or let this address not "
	    "in, and some that dislike the ClientHello.",
	[OC_HANDSHAKE_PARAMETERS] =
	    "Both ends speak TLS, but share no version, cipher suite, group, "
	    "signature algorithm or application protocol (ALPN). We offer TLS 1.2 and 1.3, "
	    "forward secrecy and AEAD only (RFC 9325). "
	    "An old server that ends at TLS 1.1 looks like this.\n\n"
	    "\"nmap --script ssl-enum-ciphers -p PORT HOST\" lists what the server offers.",
	[OC_HANDSHAKE_FAILED] =
	    "The peer speaks TLS, but what it said breaks the protocol, in the words of the "
	    "TLS library. A bug of either end, or bytes that were changed on the way.",
	[OC_CERT_UNKNOWN_CA] =
	    "The server sent a chain, it was followed to its end, and the end is not in the "
	    "store that was asked. Which store that was, stands in the line.\n\n"
	    "If the service has a private CA: --cacert FILE with its root. If the issuer "
	    "named is the CA of your company, and the service is not: something on the way "
	    "ends TLS and makes certificates of its own (\"TLS inspection\"). If one of that "
	    "name is in the store, but did not sign this: the CA was made anew under its old "
	    "name, or somebody pretends.",
	[OC_CERT_MISSING_INTERMEDIATE] =
	    "The server sent its own certificate only, and who issued it is not in the "
	    "store. Usually an intermediate is missing, which the server has to send after "
	    "its own certificate: the full chain, not the certificate alone, belongs into "
	    "its configuration. Browsers often hide this, because they fetch or remember "
	    "intermediates.\n\n"
	    "What cannot be known from here: whether the issuer is an intermediate or a root "
	    "that is not in the store.",
	[OC_CERT_EXPIRED] =
	    "A certificate's end lies before now, or before --verify-time. If it was "
	    "renewed: does the server still serve the old file? Many must be told to reload. "
	    "--expect-cert FILE holds what is served against the file. If it is an "
	    "intermediate: it has been replaced, and the server must send the new one.",
	[OC_CERT_NOT_YET_VALID] =
	    "A certificate's beginning lies in the future. Either a clock is wrong, here or "
	    "where it was issued, by at least the time that is shown, or the certificate was "
	    "made to be used later.",
	[OC_CERT_WRONG_NAME] =
	    "The chain is fine, but none of the names in the certificate's subjectAltName is "
	    "the one that was asked for. The common name in the subject does not count (RFC "
	    "9525). \"*\" stands for one whole label: *.a.test is for x.a.test, and not for "
	    "a.test or x.y.a.test.\n\n"
	    "If the certificate is for something entirely different, this may be the default "
	    "of a server that does not know the name, or another service: look at the "
	    "address.",
	[OC_CERT_WRONG_PURPOSE] =
	    "The certificate's key usage or extended key usage does not allow TLS servers: "
	    "it was issued for clients, mail or code. It takes another certificate, with "
	    "serverAuth.",
	[OC_CERT_REVOKED] =
	    "The CA has taken a certificate of the chain back before its end, and says so: "
	    "in a list (--crlfile), or in the OCSP answer that the server staples. Nobody "
	    "should use it any more. \"keyCompromise\" means that its key is in the hands of "
	    "others.\n\n"
	    "It takes a new certificate, with a new key. \"openssl crl -in FILE -noout "
	    "-text\" shows the list.",
	[OC_CRL_UNUSABLE] =
	    "A revocation list was asked for, and there is none of this issuer, or it is too "
	    "old, not yet valid, not signed by the CA, a delta without its complete list, or "
	    "of a kind that cannot be used. Nothing is known about a revocation, so nothing "
	    "is taken for good.\n\n"
	    "Fetch the present list from the CA; each CA of the chain has its own.",
	[OC_CERT_PIN_MISMATCH] =
	    "Chain and name are good, but the server's key is not one of --pinnedpubkey. It "
	    "got a new key, or somebody in between has a certificate that you trust and that "
	    "is for this name: a company's proxy that ends TLS, for example.\n\n"
	    "The message names the key that was seen. Compare it with the server's own, by "
	    "another way than this connection, before you pin it.",
	[OC_CERT_INVALID] =
	    "The chain leads to a trusted root, but breaks a rule on the way: a CA signed "
	    "for names that its name constraints exclude, a chain is longer than a path "
	    "length allows, a signature is wrong, a key or a digest too weak, an extension "
	    "is critical and unknown, missing, malformed or there twice, or the certificate "
	    "names its CA by a key identifier or serial number that the CA's present "
	    "certificate does not have.\n\n"
	    "What every client refuses comes first in the line. If only "
	    "X509_V_FLAG_X509_STRICT is in the way, the advice says so.",
	[OC_CERT_SELF_SIGNED] =
	    "The server's certificate is its own issuer, and not in the store. Test set-ups "
	    "and appliances come so. It can be trusted by name: --cacert FILE with that very "
	    "certificate, which should come from the machine itself and not over this "
	    "connection.",
	[OC_CERT_NOT_EXPECTED] =
	    "The certificate on the wire is not the one in the file of --expect-cert. If it "
	    "has the same names and is older: it was renewed on disk, and the server was not "
	    "told to reload, or one node of several was not. If it is a wholly different "
	    "one, look at the address, and at who on the way might end TLS.\n\n"
	    "This is said before what is wrong with the certificate served, which is listed "
	    "behind it: a certificate that expired because the new one was never loaded is "
	    "mended by a reload. --connect-to ADDRESS asks one node after the other.",
	[OC_CLIENT_CERT_REQUIRED] =
	    "The server wants a certificate of the client, and none was given. With TLS 1.3 "
	    "this comes after the client's handshake is done: a handshake that \"completed\" "
	    "proves little.\n\n"
	    "--cert FILE --key FILE gives one, of a CA that the server takes.",
	[OC_CLIENT_CERT_REFUSED] =
	    "The server was shown a certificate of the client and refused it, with an alert: "
	    "of an unknown CA, expired, revoked, for another purpose, or simply not one of "
	    "those that are let in. The alert's name is all that the protocol tells; the "
	    "server's log knows more.",
	[OC_GREETING_TIMEOUT] =
	    "The handshake was done and the certificate is good, but the greeting did not "
	    "come, or not its end. The service behind the TLS is stuck, or waits for a "
	    "request. Network and certificates are not the cause; only a path that loses "
	    "large packets could still be.",
	[OC_GREETING_MISMATCH] =
	    "A greeting came whole, and it is not what --expect says. Another service, an "
	    "older version of it or another node may answer at this address. Over HTTP: the "
	    "status is not 200, or the answer breaks a rule of RFC 9112, so that two readers "
	    "could disagree on where it ends.",
	[OC_GREETING_TRUNCATED] =
	    "The stream ended without the close_notify that TLS wants as its end (RFC 8446 "
	    "section 6.1), so nobody can know whether something is missing. The server ended "
	    "in the middle, or is sloppy, or something on the way closed the connection. "
	    "Where the detail says that the peer sent invalid TLS, it was the client that "
	    "closed, with an alert.",
	[OC_GREETING_EMPTY] =
	    "The server said close_notify before it said anything else. A balancer that ends "
	    "TLS and has no healthy server behind it looks like this.",
	[OC_GREETING_TOO_LONG] =
	    "More came than a greeting can be. Something else than hello-server answers "
	    "here.",
	[OC_GREETING_RESET] =
	    "The handshake was done, then the connection was reset: the server's process "
	    "died, or a firewall or balancer lost its state of the connection. A reset is "
	    "not an end: what came before it may be incomplete.",
	[OC_PATH_DIFFERS] =
	    "With --compare: what the server reports of the connection is not what the client "
	    "saw. When the two ends do not share keys, TLS ends on the way: a balancer, a "
	    "reverse proxy or an inspecting firewall makes a connection of its own to the "
	    "server, and reads everything. The other differences tell what it is like.\n\n"
	    "What cannot be known: whether a middlebox that wants to deceive rewrites the "
	    "report, too. This finds honest ones.",
	[OC_HEALTH_CHECK] =
	    "Only in the server's log: somebody connected and closed without a byte, as the "
	    "checks of load balancers do.",
	[OC_CLIENT_DENIED] =
	    "Only in the server's log: the client's address is not among those that --allow "
	    "and --deny let in. It was closed before any TLS; the client sees "
	    "HANDSHAKE_CLOSED or HANDSHAKE_RESET.",
	[OC_NAME_UNKNOWN] =
	    "Only in the server's log: with --strict-sni, the client asked for a name that no "
	    "certificate of the server is for, or for none. The client sees HANDSHAKE_ALERT: "
	    "unrecognized_name (112) or missing_extension (109), which is handshake_failure "
	    "(40) in TLS 1.2.",
	[OC_RECORD_BAD] =
	    "Only in the server's log: after the handshake the client sent a record or a "
	    "message that TLS does not allow, or one that cannot be decrypted. Its TLS "
	    "implementation is broken, or a device on the path changed the bytes. The client "
	    "was told by the alert in the log line.",
	[OC_REQUEST_BAD] =
	    "Only in the server's log: http/1.1 was selected by ALPN, and what came was no "
	    "request that the server answers with 200. The answer said what is wrong, and "
	    "the detail says the same.",
	[OC_REQUEST_TIMEOUT] =
	    "Only in the server's log: http/1.1 was selected by ALPN, and the head of a "
	    "request was not complete within --request-timeout. The client was told so (408).",
	[OC_PROXY_HEADER_BAD] =
	    "Only in the server's log: --proxy-protocol-from names the balancers whose "
	    "connections must begin with a PROXY protocol header, and this one did not, or its "
	    "header was broken; or one came from somewhere else. The client sees "
	    "HANDSHAKE_CLOSED, HANDSHAKE_RESET or HANDSHAKE_ALERT.",
	[OC_LIMIT_REACHED] =
	    "Only in the server's log: a limit was reached, and of all connections this one "
	    "had waited longest for its peer, so it made room. The client sees "
	    "HANDSHAKE_CLOSED, HANDSHAKE_RESET or, over HTTP, GREETING_EMPTY.",
	[OC_SHUTDOWN] =
	    "Only in the server's log: the server was told to leave, and this connection was "
	    "not done at the end of --drain-timeout.",
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
	outcome_set(oc, OC_USAGE, "no outcome is called \"%.40s\" or has it as its status", reason);
	outcome_advise(oc,
	    "--explain CERT_EXPIRED or --explain 52; hello-client(1) lists them all");
	return -1;
}
