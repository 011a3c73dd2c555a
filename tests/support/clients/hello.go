// SPDX-License-Identifier: MIT
// hello PORT CA-FILE [NAME]: verify NAME (localhost), print its greeting, insist on a clean end.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"os"
)

func main() {
	pem, err := os.ReadFile(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	name := "localhost"
	if len(os.Args) > 3 {
		name = os.Args[3]
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	conn, err := tls.Dial("tcp", "127.0.0.1:"+os.Args[1], &tls.Config{RootCAs: roots, ServerName: name})
	if err != nil {
		log.Fatal(err)
	}
	// io.Copy reports a missing close_notify as io.ErrUnexpectedEOF.
	if _, err := io.Copy(os.Stdout, conn); err != nil {
		log.Fatal(err)
	}
	conn.Close()
}
