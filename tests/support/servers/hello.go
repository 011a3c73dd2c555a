// SPDX-License-Identifier: MIT
// hello CLIENT-CA [CHAIN KEY MODE]...: a server for each three, which greets. MODE is plain, mutual
// (it wants certificates of CLIENT-CA) or only13. Prints their ports, one a line.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log"
	"net"
	"os"
)

func serve(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go func() {
			defer conn.Close()
			fmt.Fprintln(conn, "Hello world")
		}()
	}
}

func main() {
	pem, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	clients := x509.NewCertPool()
	clients.AppendCertsFromPEM(pem)
	for i := 2; i+2 < len(os.Args); i += 3 {
		pair, err := tls.LoadX509KeyPair(os.Args[i], os.Args[i+1])
		if err != nil {
			log.Fatal(err)
		}
		config := &tls.Config{Certificates: []tls.Certificate{pair}}
		switch os.Args[i+2] {
		case "mutual":
			config.ClientAuth = tls.RequireAndVerifyClientCert
			config.ClientCAs = clients
		case "only13":
			config.MinVersion = tls.VersionTLS13
		}
		listener, err := tls.Listen("tcp", "127.0.0.1:0", config)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(listener.Addr().(*net.TCPAddr).Port)
		go serve(listener)
	}
	select {}
}
