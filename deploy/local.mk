# SPDX-License-Identifier: MIT
# What stands around the server: examples to copy and adapt, so they are installed with the documents.
# The action works from the repository only.

EXTRA_DIST += deploy/github/zoo-judge/action.yml

deploydir = $(docdir)/deploy
dist_deploy_DATA = \
	deploy/firewall/gateway.nft \
	deploy/firewall/hello-dtls.xml \
	deploy/firewall/hello-quic.xml \
	deploy/firewall/hello-tls.xml \
	deploy/firewall/host.nft

fleetdir = $(deploydir)/fleet
dist_fleet_DATA = \
	deploy/fleet/README.md \
	deploy/fleet/haproxy.cfg \
	deploy/fleet/nginx.conf

monitoringdir = $(deploydir)/monitoring
dist_monitoring_DATA = \
	deploy/monitoring/README.md \
	deploy/monitoring/alerts.yml \
	deploy/monitoring/grafana.json \
	deploy/monitoring/hello-client.conf \
	deploy/monitoring/hello-client.service \
	deploy/monitoring/hello-client.timer \
	deploy/monitoring/icinga2.conf \
	deploy/monitoring/mrpe.cfg \
	deploy/monitoring/zabbix-agent.conf \
	deploy/monitoring/zabbix.yaml
