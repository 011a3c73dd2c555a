// SPDX-License-Identifier: MIT

// mutual.go - an https server of Go that asks for client certificates:
//
//	mutual CHAIN KEY CA TYPE
//
// TYPE is the name of a tls.ClientAuthType. Prints its port.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"time"
)

var types = []tls.ClientAuthType{tls.NoClientCert, tls.RequestClientCert, tls.RequireAnyClientCert,
	tls.VerifyClientCertIfGiven, tls.RequireAndVerifyClientCert}

func main() {
	pair, err := tls.LoadX509KeyPair(os.Args[1], os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	pem, err := os.ReadFile(os.Args[3])
	if err != nil {
		log.Fatal(err)
	}
	config := &tls.Config{Certificates: []tls.Certificate{pair}, ClientCAs: x509.NewCertPool()}
	config.ClientCAs.AppendCertsFromPEM(pem)
	for _, each := range types {
		if each.String() == os.Args[4] {
			config.ClientAuth = each
		}
	}
	if config.ClientAuth.String() != os.Args[4] {
		log.Fatal("unknown type ", os.Args[4])
	}
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(plain.Addr().(*net.TCPAddr).Port)
	server := http.Server{ReadHeaderTimeout: time.Minute,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello\n") })}
	log.Fatal(server.Serve(tls.NewListener(plain, config)))
}
