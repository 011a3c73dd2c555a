// SPDX-License-Identifier: MIT

// The same service with Go's own TLS: hello PORT PEM
package main

import (
	"crypto/tls"
	"io"
	"log"
	"net"
	"os"
)

// Closes its half after the greeting and waits for the client's end, as hello-server does.
func serve(raw net.Conn, config *tls.Config) {
	conn := tls.Server(raw, config)
	defer conn.Close()
	if conn.Handshake() != nil {
		return
	}
	if _, err := conn.Write([]byte("Hello world\n")); err != nil {
		return
	}
	conn.CloseWrite()
	io.Copy(io.Discard, raw)
}

func main() {
	cert, err := tls.LoadX509KeyPair(os.Args[2], os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	config := &tls.Config{Certificates: []tls.Certificate{cert}}
	for {
		raw, err := listener.Accept()
		if err != nil {
			continue
		}
		go serve(raw, config)
	}
}
