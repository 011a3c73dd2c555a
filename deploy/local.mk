# SPDX-License-Identifier: MIT
# What stands around the server: examples to copy and adapt, so they are installed with the documents.

deploydir = $(docdir)/deploy
dist_deploy_DATA = \
	deploy/firewall/gateway.nft \
	deploy/firewall/hello-tls.xml \
	deploy/firewall/host.nft

fleetdir = $(deploydir)/fleet
dist_fleet_DATA = \
	deploy/fleet/README.md \
	deploy/fleet/haproxy.cfg \
	deploy/fleet/nginx.conf
