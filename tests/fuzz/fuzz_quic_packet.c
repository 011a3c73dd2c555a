/* SPDX-License-Identifier: MIT */
/* Any datagram in answer to the first packet of a QUIC client, or as the first one to a server. */
#include "fuzz/target.h"

#include <string.h>

#include "fuzz/certificate.h"
#include "tls/quic_packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[QUIC_PACKET_VERSIONS_TEXT_MAX];
	struct quic_packet_versions v = { .count = 0 };
	struct quic_packet_head head;

	/* What begins a connection is no answer to one. */
	fuzz_expect(quic_packet_starts(data, size) == QUIC_PACKET_NO_START ||
	    (size >= QUIC_PACKET_START_MIN && !quic_packet_is_retry(data, size)));
	if (quic_packet_read_head(data, size, &head)) {
		fuzz_expect(head.to.len <= QUIC_PACKET_ID_MAX &&
		    head.from.len <= QUIC_PACKET_ID_MAX && head.token < size);
		fuzz_expect(quic_packet_id_is_same(&head.to, &head.from) ==
		    quic_packet_id_is_same(&head.from, &head.to));
	}
	/* The first byte cuts the rest in a packet that was sent and its answer. */
	if (size > 0) {
		size_t sent = 1 + (size_t)data[0] % size;

		(void)quic_packet_is_answer(data + sent, size - sent, data + 1, sent - 1);
		fuzz_expect(strlen(quic_packet_error_name(data[0])) > 0);
	}
	if (!quic_packet_read_versions(data, size, &v)) {
		fuzz_expect(v.count == 0);
		return 0;
	}
	fuzz_expect(quic_packet_is_possible(data, size));
	fuzz_expect(v.count <= QUIC_PACKET_VERSIONS_MAX);
	fuzz_expect(v.more == 0 || v.count == QUIC_PACKET_VERSIONS_MAX);
	for (unsigned i = 0; i < v.count; i++)
		fuzz_expect(v.version[i] != QUIC_PACKET_VERSION_1 || v.has_1);
	quic_packet_versions_text(&v, text);
	fuzz_expect(fuzz_is_shown(text) && strlen(text) < sizeof text - 1);
	return 0;
}
