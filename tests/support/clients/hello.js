// SPDX-License-Identifier: MIT
// hello PORT CA-FILE: verify localhost, print its greeting.
const fs = require('fs');
const tls = require('tls');

const socket = tls.connect({
	host: '127.0.0.1',
	port: Number(process.argv[2]),
	ca: fs.readFileSync(process.argv[3]),
	servername: 'localhost',
}, () => {
	if (!socket.authorized)
		throw new Error('not authorized');
});
socket.pipe(process.stdout);
