/* SPDX-License-Identifier: MIT */
#include "net/hostname.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"
#include "net/addr.h"

enum { DNS_LABEL_MAX = 63, NAME_MAX_LEN = 253 };

static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
			      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

static const char other_script[] = "it is not ASCII; give its xn-- form";

/* Only these bytes. Comparing Unicode names is out of scope. */
static const char *characters_fault(const char *name)
{
	size_t len = strlen(name), plain = strspn(name, allowed);

	if (!text_is_clean(name, len))
		return "it contains a control character, an invisible character or invalid UTF-8";
	for (const char *c = name + plain; *c; c += 1 + strspn(c + 1, allowed)) {
		if (*c == '*')
			return "a wildcard does not name one host";
		if ((unsigned char)*c < 0x80)
			return "only letters, digits, \"-\", \"_\" and dots are allowed";
	}
	return name[plain] ? other_script : NULL;
}

static const char *labels_fault(const char *name)
{
	size_t len = strlen(name);

	if (name[0] == '.')
		return len == 1 ? "a dot alone is not a name" : "it begins with a dot";
	if (len > NAME_MAX_LEN && !(len == NAME_MAX_LEN + 1 && name[len - 1] == '.'))
		return "it is longer than 253 characters";
	while (*name) {
		size_t label = strcspn(name, ".");

		if (label == 0)
			return "two dots follow each other";
		if (label > DNS_LABEL_MAX)
			return "a label is longer than 63 characters";
		name += label + (name[label] == '.');
	}
	return NULL;
}

/* The system decides which zone names are valid, but a zone must be one printable word. */
static const char *zone_fault(const char *literal)
{
	const char *zone = strchr(literal, '%');

	for (const char *c = zone; c && *c; c++) {
		if (*c <= ' ' || *c > '~' || (c > zone && strchr("%[]/|\"\\*", *c)))
			return "its zone is not the name or number of an interface";
	}
	return NULL;
}

const char *hostname_fault(const char *name)
{
	const char *fault;

	if (!name[0])
		return "it is empty";
	if (addr_is_literal(name))
		return zone_fault(name);
	fault = characters_fault(name);
	/*
	 * The limits on length and dots apply to the xn-- form of a name in another
	 * script, which we do not have.
	 */
	return fault && fault != other_script ? fault
	    : labels_fault(name)              ? labels_fault(name)
					      : fault;
}

int hostname_check(const char *what, const char *name, struct outcome *oc)
{
	const char *fault = hostname_fault(name);

	if (!fault)
		return 0;
	outcome_set(oc, OC_USAGE, "%s: invalid name \"%s\": %s", what, name, fault);
	if (fault == other_script)
		outcome_advise(oc, "idn2 %s prints that form", name);
	else
		outcome_advise(oc,
		    "give one complete name, such as www.example.com, or an IP "
		    "address");
	return -1;
}
