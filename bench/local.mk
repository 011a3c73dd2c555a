# SPDX-License-Identifier: MIT
# What measures the product is no part of its build: bench/build compiles it at need.

EXTRA_DIST += \
	bench/README.md \
	bench/build bench/client bench/gate bench/gate.json bench/run bench/scale \
	bench/delayproxy.c bench/tcpfloor.c \
	bench/limit.c bench/limit.h bench/limit_pair.c \
	bench/tlsload.c bench/tlsload.h bench/tlsload_conn.c bench/tlsload_options.c \
	bench/tlsload_stats.c \
	bench/lib/bars.py bench/lib/bench.py bench/lib/callgrind.py bench/lib/chart.py \
	bench/lib/cpu.py bench/lib/latency.py bench/lib/machine.py bench/lib/memory.py \
	bench/lib/pki.py bench/lib/process.py bench/lib/report.py bench/lib/scale.py bench/lib/scenarios.py \
	bench/lib/servers.py bench/lib/stats.py bench/lib/stores.py bench/lib/syscalls.py \
	bench/peers/backend.c bench/peers/haproxy.cfg bench/peers/haproxy.lua bench/peers/hello.go \
	bench/peers/hitch.conf bench/peers/nginx-lean.conf bench/peers/nginx.conf \
	bench/peers/stunnel.conf \
	bench/peers/rustls-0.20/Cargo.toml bench/peers/rustls-0.20/src/main.rs \
	bench/peers/rustls-0.23/Cargo.toml bench/peers/rustls-0.23/src/main.rs \
	bench/results/openssl-3.0.19.svg bench/results/openssl-3.0.19.txt \
	bench/results/openssl-3.5.9.svg bench/results/openssl-3.5.9.txt
