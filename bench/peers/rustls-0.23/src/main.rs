// SPDX-License-Identifier: MIT

//! The same service with rustls: hello-rustls PORT PEM
//!
//! A blocking loop, one connection after the other: no event loop at all, so what is measured is
//! the library, with the least around it.

use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

fn read_pem(path: &str) -> BufReader<File> {
    BufReader::new(File::open(path).expect("the PEM file"))
}

fn load(path: &str) -> rustls::ServerConfig {
    let certs = rustls_pemfile::certs(&mut read_pem(path))
        .collect::<Result<Vec<_>, _>>()
        .expect("certificates");
    let key = rustls_pemfile::private_key(&mut read_pem(path))
        .expect("a key")
        .expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("protocol versions")
        .with_no_client_auth()
        .with_single_cert(certs, key)
        .expect("a certificate that belongs to the key");
    config.ticketer = rustls::crypto::ring::Ticketer::new().expect("ticket keys");
    config
}

fn serve(mut socket: TcpStream, config: &Arc<rustls::ServerConfig>) -> std::io::Result<()> {
    let mut tls = rustls::ServerConnection::new(config.clone()).expect("a connection");
    socket.set_read_timeout(Some(Duration::from_secs(10)))?;
    while tls.is_handshaking() {
        tls.complete_io(&mut socket)?;
    }
    tls.writer().write_all(b"Hello world\n")?;
    tls.send_close_notify();
    while tls.wants_write() {
        tls.write_tls(&mut socket)?;
    }
    socket.shutdown(Shutdown::Write)?;
    let mut rest = [0u8; 256];
    while socket.read(&mut rest)? > 0 {}
    Ok(())
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let config = Arc::new(load(&args[2]));
    let listener = TcpListener::bind(format!("127.0.0.1:{}", args[1])).expect("the port");
    for socket in listener.incoming().flatten() {
        // A client that misbehaves is its own loss.
        let _ = serve(socket, &config);
    }
}
