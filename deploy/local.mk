# SPDX-License-Identifier: MIT
# What stands around the server: examples to copy and adapt, so they are installed with the documents.

deploydir = $(docdir)/deploy
dist_deploy_DATA = \
	deploy/balancer/haproxy.cfg \
	deploy/balancer/nginx.conf \
	deploy/firewall/gateway.nft \
	deploy/firewall/hello-tls.xml \
	deploy/firewall/host.nft
