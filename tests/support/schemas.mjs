// SPDX-License-Identifier: MIT
// schemas.mjs - reads objects of Kubernetes, a line of JSON each, from standard input, and prints a
// line for each one: "FILE KIND NAME: valid", or what its published schema does not allow. It must lie
// in a folder with the npm packages kubernetes-models and @kubernetes-models/gateway-api.
import { createInterface } from 'node:readline';

const packages = { 'gateway.networking.k8s.io': '@kubernetes-models/gateway-api' };

// "apps/v1" is in kubernetes-models/apps/v1, "v1" in kubernetes-models/v1.
async function modelOf({ apiVersion, kind }) {
	const own = packages[apiVersion.split('/')[0]];
	return (await import(own ? `${own}/${apiVersion}` : `kubernetes-models/${apiVersion}`))[kind];
}

// Records which fields the schema reads. It reads all that it knows, and passes over the others.
function watch(value, path, unread) {
	if (value === null || typeof value !== 'object')
		return value;
	const parts = new Map(Object.entries(value).map(([key, v]) => [key, watch(v, `${path}/${key}`, unread)]));
	for (const key of parts.keys())
		unread.add(`${path}/${key}`);
	return new Proxy(value, {
		get(target, key) {
			unread.delete(`${path}/${String(key)}`);
			return parts.has(key) ? parts.get(key) : target[key];
		},
		// Keys of a map, such as labels.
		getOwnPropertyDescriptor(target, key) {
			unread.delete(`${path}/${String(key)}`);
			return Object.getOwnPropertyDescriptor(target, key);
		},
	});
}

async function judge(object) {
	const Model = await modelOf(object), unread = new Set();
	if (!Model)
		return `${object.apiVersion} has no kind ${object.kind}`;
	try {
		watch(new Model(object), '', unread).validate();
	} catch (e) {
		return e.message;
	}
	return unread.size === 0 ? 'valid' : `unknown: ${[...unread].join(' ')}`;
}

for await (const line of createInterface({ input: process.stdin })) {
	const { file, object } = JSON.parse(line);
	console.log(`${file} ${object.kind} ${object.metadata.name}: ${await judge(object)}`);
}
