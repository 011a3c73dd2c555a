# SPDX-License-Identifier: MIT
# Manifests to copy and adapt, installed with the documents.

kubernetesdir = $(deploydir)/kubernetes
dist_kubernetes_DATA = \
	deploy/kubernetes/README.md \
	deploy/kubernetes/gateway.yaml \
	deploy/kubernetes/namespace.yaml \
	deploy/kubernetes/nodes.yaml \
	deploy/kubernetes/probe.yaml \
	deploy/kubernetes/stand-in.yaml \
	deploy/kubernetes/targets.yaml
