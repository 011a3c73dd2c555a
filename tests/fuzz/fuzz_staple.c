/* SPDX-License-Identifier: MIT */
/*
 * OCSP responses. An even first byte: the rest is one. An odd one: eight bytes say what is in a
 * response of ours and who signs it, and each three bytes behind them change a byte of its DER.
 */
#include "fuzz/target.h"

#include <time.h>

#include <openssl/err.h>
#include <openssl/ocsp.h>

#include "tls/staple.h"
#include "fuzz/certificate.h"
#include "support/test_pki.h"

enum { RECIPE = 8, DAY = 86400 };

static const struct testpki_cert *root, *leaf, *other, *responder, *stranger, *unfit;

static void make_certificates(void)
{
	root = testpki_root("Root");
	leaf = testpki_leaf(root, "DNS:a.test");
	other = testpki_leaf(root, "DNS:b.test");
	responder = testpki_make(
	    &(struct testpki_spec){ .cn = "Responder", .eku = "OCSPSigning", .issuer = root });
	unfit = testpki_leaf(root, "DNS:c.test");
	stranger = testpki_root("Stranger");
}

/* Days from -128 to 127, and 100 times that for the far away. */
static ASN1_TIME *moment(uint8_t days, bool far)
{
	return X509_time_adj_ex(NULL, (int8_t)days * (far ? 100 : 1), 0, NULL);
}

static void add(OCSP_BASICRESP *basic, const uint8_t recipe[RECIPE], const X509 *about)
{
	bool far = recipe[5] & 1;
	ASN1_TIME *from = moment(recipe[2], far),
		  *until = recipe[3] ? moment(recipe[3], far) : NULL;
	ASN1_TIME *revoked = moment(recipe[4], far);
	OCSP_CERTID *id =
	    OCSP_cert_to_id(recipe[5] & 2 ? EVP_sha256() : EVP_sha1(), about, root->cert);

	OCSP_basic_add1_status(basic, id, recipe[0] % 3, recipe[1] % 11, revoked, from, until);
	OCSP_CERTID_free(id);
	ASN1_TIME_free(from);
	ASN1_TIME_free(until);
	ASN1_TIME_free(revoked);
}

static const struct testpki_cert *signer(uint8_t which)
{
	const struct testpki_cert *const signers[] = { root, responder, unfit, stranger };

	return signers[which % 4];
}

static size_t compose(const uint8_t recipe[RECIPE], unsigned char **der)
{
	const struct testpki_cert *by = signer(recipe[6]);
	OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
	OCSP_RESPONSE *response;
	int len;

	fuzz_expect(basic != NULL);
	if (recipe[7] & 1)
		add(basic, recipe, other->cert);
	if (!(recipe[7] & 2))
		add(basic, recipe, leaf->cert);
	OCSP_basic_sign(basic, by->cert, by->key, EVP_sha256(), NULL,
	    recipe[7] & 4 ? OCSP_NOCERTS : 0);
	response = OCSP_response_create(recipe[7] & 8 ? OCSP_RESPONSE_STATUS_TRYLATER
						      : OCSP_RESPONSE_STATUS_SUCCESSFUL,
	    basic);
	len = i2d_OCSP_RESPONSE(response, der);
	OCSP_RESPONSE_free(response);
	OCSP_BASICRESP_free(basic);
	return len > 0 ? (size_t)len : 0;
}

static void change(unsigned char *der, size_t len, const uint8_t *data, size_t size)
{
	for (; len > 0 && size >= 3; data += 3, size -= 3)
		der[(size_t)(data[0] << 8 | data[1]) % len] = data[2];
}

/* "Good" is said of what the issuer, or whom that appointed, has said today. */
static void judge(const unsigned char *der, size_t len, X509 *issuer)
{
	int64_t now = time(NULL);
	struct staple_facts f;

	staple_judge(der, len, leaf->cert, issuer, now, &f);
	fuzz_expect(fuzz_is_shown(f.why) && fuzz_is_shown(f.reason));
	fuzz_expect(f.status != STAPLE_NONE && (f.status == STAPLE_UNUSABLE) == (f.why[0] != '\0'));
	if (f.status == STAPLE_GOOD)
		fuzz_expect(f.next_update > now && f.this_update < now + DAY);
}

static void check_recipe(const uint8_t recipe[RECIPE], const unsigned char *der, size_t len)
{
	bool trusted = recipe[6] % 4 < 2 && !(recipe[6] % 4 == 1 && recipe[7] & 4);
	struct staple_facts f;

	staple_judge(der, len, leaf->cert, root->cert, time(NULL), &f);
	if (!trusted || recipe[7] & 2 || recipe[7] & 8)
		fuzz_expect(f.status == STAPLE_UNUSABLE);
	else
		fuzz_expect(
		    recipe[0] % 3 != V_OCSP_CERTSTATUS_REVOKED || f.status == STAPLE_REVOKED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned char *der = NULL;
	size_t len;

	if (!root)
		make_certificates();
	if (size == 0)
		return 0;
	if (data[0] % 2 == 0) {
		judge(data + 1, size - 1, root->cert);
		judge(data + 1, size - 1, NULL);
	} else if (size > RECIPE) {
		len = compose(data + 1, &der);
		if (size < 1 + RECIPE + 3)
			check_recipe(data + 1, der, len);
		change(der, len, data + 1 + RECIPE, size - 1 - RECIPE);
		judge(der, len, root->cert);
		judge(der, len, NULL);
		OPENSSL_free(der);
	}
	ERR_clear_error();
	return 0;
}
